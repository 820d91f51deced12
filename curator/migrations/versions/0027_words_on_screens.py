"""words on screens"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """words on screens"""
    with op.batch_alter_table("items", schema=None) as batch_op:
        for name in ("screen_title", "screen_credits"):
            batch_op.add_column(sa.Column(name, sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("words_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("words_ms", sa.BigInteger(), nullable=True))
    # What plays today keeps the words it plays with.
    op.execute("UPDATE items SET screen_title = title, screen_credits = credits WHERE approved_version_id IS NOT NULL")
