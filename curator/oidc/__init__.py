"""Signing in with a council's identity provider (OpenID Connect): who they are, what they answer, whom that lets in."""
