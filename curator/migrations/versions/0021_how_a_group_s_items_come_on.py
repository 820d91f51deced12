"""how a group's items come on"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """how a group's items come on"""
    op.create_table(
        "transitions",
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_transitions_group_id")),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_transitions")),
    )
