"""hands at a screen"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """hands at a screen"""
    with op.batch_alter_table("screens", schema=None) as batch_op:
        for name in ("has_touch", "has_pads"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("lower_edge_mm", sa.BigInteger(), server_default="0", nullable=False))
