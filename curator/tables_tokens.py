"""What is stored for programs that speak for people: their tokens, and answers kept for a request that comes again."""

import sqlalchemy as sa

from curator.tables import metadata

# Only the hash of a token's secret is kept; `scope` is one of curator.tokens.Scope.
api_tokens = sa.Table(
    "api_tokens", metadata, sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("token_sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False), sa.Column("scope", sa.String(16), nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False), sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Column("used_ms", sa.BigInteger, nullable=True), sa.Column("revoked_ms", sa.BigInteger, nullable=True),
)  # fmt: skip

# The answer to a POST with an Idempotency-Key, for a while: the same request again gets the same answer.
kept_answers = sa.Table(
    "kept_answers", metadata,
    sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("request_sha256", sa.String(64), nullable=False),  # of method, address and body
    sa.Column("status", sa.Integer, nullable=False), sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False, index=True),
)  # fmt: skip
