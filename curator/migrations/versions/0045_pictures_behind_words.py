"""the picture behind the words of an activity"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """the picture behind the words of an activity"""
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.add_column(sa.Column("backdrop", sa.Text(), server_default="", nullable=False))
