"""where a screen stands"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """where a screen stands"""
    with op.batch_alter_table("screens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("coordinates", sa.String(32), server_default="", nullable=False))
