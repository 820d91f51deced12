"""What is stored of notices. Part of `tables`: see there."""

import sqlalchemy as sa

from curator.tables import metadata

# What people were told of; `mark` tells one thing about a subject from the next, so that nobody is told twice.
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("mark", sa.String(64), nullable=False),
    sa.Column("detail", sa.Text, nullable=False, default="{}"),
    sa.Column("way", sa.String(8), nullable=False),  # at_once, daily, here
    sa.Column("created_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("read_ms", sa.BigInteger, nullable=True),
    sa.Column("settled_ms", sa.BigInteger, nullable=True),
    sa.Column("mailed_ms", sa.BigInteger, nullable=True),
    sa.UniqueConstraint("account_id", "kind", "subject", "mark"),
)

notice_choices = sa.Table(
    "notice_choices",
    metadata,
    sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("way", sa.String(8), nullable=False),
)
