"""What is stored of tickers. Part of `tables`: see there."""

import sqlalchemy as sa

from curator.tables import metadata

# Words at the foot of the programme of some screens; `statement` is what was signed when they were approved.
tickers = sa.Table(
    "tickers",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.String(35), nullable=False),
    sa.Column("screens", sa.Text, nullable=False, default="[]"),
    sa.Column("from_ms", sa.BigInteger, nullable=False),
    sa.Column("until_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False, default="submitted"),
    sa.Column("statement", sa.Text, nullable=False, default=""),
    sa.Column("created_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("decided_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("decided_ms", sa.BigInteger, nullable=True),
    sa.Column("reason", sa.Text, nullable=False, default=""),
)
