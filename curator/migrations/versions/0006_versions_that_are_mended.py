"""versions that are mended"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """versions that are mended"""
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mends", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("offers", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("mended_from", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("before_sha256", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("after_sha256", sa.String(length=64), nullable=True))
