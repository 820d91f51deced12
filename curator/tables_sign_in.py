"""What is stored of the ways to sign in beside a password. Reads as `curator.tables`, and is part of it."""

import sqlalchemy as sa

from curator.tables import metadata

# A passkey: the public half, by which its owner's device proves itself. Nothing here lets anybody in.
passkeys = sa.Table(
    "passkeys", metadata, sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("credential", sa.String(1400), nullable=False, unique=True),  # what its device calls it, base64url
    sa.Column("public_key", sa.Text, nullable=False),  # COSE, base64url
    sa.Column("used_count", sa.BigInteger, nullable=False),  # by its device's word; 0 for those that do not count
    sa.Column("name", sa.Text, nullable=False), sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("used_ms", sa.BigInteger, nullable=True),
    sa.Column("stopped_ms", sa.BigInteger, nullable=True),  # since its count went back: there may be a copy
)  # fmt: skip

# Who an identity provider says somebody is: its issuer and its own word for the person, which never changes.
identities = sa.Table(
    "identities", metadata, sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("issuer", sa.String(500), nullable=False), sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("email", sa.String(254), nullable=False),  # as it said last
    sa.Column("created_ms", sa.BigInteger, nullable=False), sa.Column("used_ms", sa.BigInteger, nullable=True),
    sa.UniqueConstraint("issuer", "subject"),
)  # fmt: skip

# Somebody nobody here knows, whom a provider vouches for: waits for an administrator.
newcomers = sa.Table(
    "newcomers", metadata, sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("issuer", sa.String(500), nullable=False), sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("email", sa.String(254), nullable=False), sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False), sa.Column("asked_ms", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("issuer", "subject"),
)  # fmt: skip

# A browser in which somebody signed in before, by the hash of what its cookie holds. It lets nobody in.
known_browsers = sa.Table(
    "known_browsers", metadata, sa.Column("token_sha256", sa.String(64), primary_key=True),
    sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), primary_key=True, index=True),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)  # fmt: skip

# Links in mails by which a moderator decides about one version's bytes without signing in; each is good once.
decision_links = sa.Table(
    "decision_links", metadata, sa.Column("token_sha256", sa.String(64), primary_key=True),
    sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("version_id", sa.String(32), sa.ForeignKey("versions.id"), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False), sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False), sa.Column("used_ms", sa.BigInteger, nullable=True),
)  # fmt: skip

decision_link_choices = sa.Table(
    "decision_link_choices", metadata,
    sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("wanted", sa.Boolean, nullable=False),
)  # fmt: skip
