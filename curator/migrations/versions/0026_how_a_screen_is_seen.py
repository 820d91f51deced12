"""how a screen is seen"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """how a screen is seen"""
    with op.batch_alter_table("screens", schema=None) as batch_op:
        for name in ("picture_height_mm", "distance_mm"):
            batch_op.add_column(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
