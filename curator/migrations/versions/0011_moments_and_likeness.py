"""moments on the strip, what a version looks like"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """moments on the strip, what a version looks like"""
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("strip_ms", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("likeness", sa.Text(), nullable=False, server_default=""))
