"""drafts of activities, their colours and hours"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """drafts of activities, their colours and hours"""
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.add_column(sa.Column("theme", sa.String(length=16), server_default="", nullable=False))
        batch_op.add_column(sa.Column("hours", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("draft", sa.Text(), server_default="", nullable=False))
