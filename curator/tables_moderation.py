"""What is stored around decisions: the policy as it was, and what moderators and groups say about a version."""

import sqlalchemy as sa

from curator.tables import metadata


def _of(name: str, to: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), sa.ForeignKey(to), nullable=null, index=True)


# A group's word against a rejection: once for each version.
appeals = sa.Table(
    "appeals", metadata,
    sa.Column("version_id", sa.String(32), sa.ForeignKey("versions.id"), nullable=False, primary_key=True),
    _of("account_id", "accounts.id"),
    sa.Column("words", sa.Text, nullable=False, default=""), sa.Column("created_ms", sa.BigInteger, nullable=False),
)  # fmt: skip

# A group's word to a change that was asked for.
answers = sa.Table(
    "answers", metadata, sa.Column("id", sa.String(32), primary_key=True),
    _of("version_id", "versions.id"), _of("account_id", "accounts.id"),
    sa.Column("words", sa.Text, nullable=False, default=""), sa.Column("created_ms", sa.BigInteger, nullable=False),
)  # fmt: skip

# A version that a moderator passed on, to somebody by name or (NULL) to the administrators.
escalations = sa.Table(
    "escalations", metadata, sa.Column("id", sa.String(32), primary_key=True),
    _of("version_id", "versions.id"), _of("account_id", "accounts.id"), _of("to_account", "accounts.id", null=True),
    sa.Column("words", sa.Text, nullable=False, default=""), sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("closed_ms", sa.BigInteger, nullable=True),
    sa.Column("outcome", sa.String(16), nullable=False),  # "" while it is open: see curator.escalations
)  # fmt: skip

# The moderation policy's text, each time it changed.
policy_editions = sa.Table(
    "policy_editions", metadata, sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sha256", sa.String(64), nullable=False), sa.Column("body", sa.Text, nullable=False, default=""),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
)  # fmt: skip
