"""languages of an item"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """languages of an item"""
    op.execute("ALTER TABLE items RENAME COLUMN language TO languages")
    op.execute("UPDATE items SET languages = CASE languages WHEN '' THEN '[]' ELSE json_array(languages) END")
