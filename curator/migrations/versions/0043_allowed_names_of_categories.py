"""allowed names of categories, and no words of other systems about emptied reports"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

OURS = {
    "Broken or damaged", "Litter and dirt", "Street and path", "Trees and green", "Traffic", "An idea for this place",
    "Hư hỏng", "Rác và bẩn", "Đường và lối đi", "Cây xanh", "Giao thông", "Ý tưởng cho nơi này",
}  # fmt: skip
"""Names that came with the software; others wait for somebody to allow them."""


def upgrade() -> None:
    """allowed names of categories, and no words of other systems about emptied reports"""
    with op.batch_alter_table("report_categories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("allowed_names", sa.Text(), server_default="{}", nullable=False))
    connection = op.get_bind()
    allow = sa.text("UPDATE report_categories SET allowed_names = names WHERE id = :id")
    for category_id, names in connection.execute(sa.text("SELECT id, names FROM report_categories")).all():
        if set(json.loads(names).values()) <= OURS:
            connection.execute(allow, {"id": category_id})
    emptied = "SELECT id FROM street_reports WHERE emptied_ms IS NOT NULL"
    op.execute(f"UPDATE open311_handovers SET notes = '', remote_status = '' WHERE report_id IN ({emptied})")  # noqa: S608
