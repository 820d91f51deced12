"""approvals_for_some_screens"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """approvals_for_some_screens"""
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("places", sa.Text(), nullable=False, server_default='["*"]'))
