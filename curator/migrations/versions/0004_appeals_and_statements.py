"""appeals, two persons, what groups say of their items"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """appeals, two persons, what groups say of their items"""
    op.create_table(
        "appeals",
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_appeals_account_id")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_appeals_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_appeals")),
    )
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeals_account_id"), ["account_id"], unique=False)
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("people_shown", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("rights", sa.String(length=16), nullable=False, server_default=""))
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waited_ms", sa.BigInteger(), nullable=True))
