"""photographs that may move"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """photographs that may move"""
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_photograph", sa.Boolean(), server_default="0", nullable=False))
