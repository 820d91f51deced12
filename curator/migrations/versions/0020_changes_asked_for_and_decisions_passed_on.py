"""changes_asked_for_and_decisions_passed_on"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """changes_asked_for_and_decisions_passed_on"""
    op.create_table(
        "answers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_answers_account_id")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_answers_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_table(
        "escalations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("to_account", sa.String(length=32), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_escalations_account_id")),
        sa.ForeignKeyConstraint(["to_account"], ["accounts.id"], name=op.f("fk_escalations_to_account")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_escalations_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
    )
    for table, columns in (
        ("answers", ("version_id", "account_id")), ("escalations", ("version_id", "account_id", "to_account")),
    ):  # fmt: skip
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)
