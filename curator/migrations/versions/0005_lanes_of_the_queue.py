"""lanes of the queue, and how often a person had something tried again"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What waits already goes by its size, as what comes now does."""
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lane", sa.String(length=16), nullable=False, server_default="long"))
        batch_op.add_column(sa.Column("repeats", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.create_index("ix_jobs_started_ms", ["started_ms"])
        batch_op.create_index("ix_jobs_finished_ms", ["finished_ms"])
    op.execute(
        "UPDATE jobs SET lane = 'quick' WHERE subject IN (SELECT id FROM versions WHERE upload_bytes <= 16000000)"
    )
