"""ratings that stand"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who set them before is not known: what there is stands."""
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_rated", sa.Boolean(), server_default="0", nullable=False))
    op.execute("UPDATE items SET is_rated = 1 WHERE rating > 0 OR tags <> '[]'")
