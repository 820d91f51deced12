"""tickers"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """tickers"""
    op.create_table(
        "tickers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("screens", sa.Text(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_tickers_created_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_tickers_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickers")),
    )
    with op.batch_alter_table("tickers", schema=None) as batch_op:
        for name in ("created_by", "decided_by", "until_ms"):
            batch_op.create_index(batch_op.f(f"ix_tickers_{name}"), [name], unique=False)
