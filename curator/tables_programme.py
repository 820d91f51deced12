"""What is stored of kept weeks and of transitions. Part of `tables`: see there."""

import sqlalchemy as sa

from curator.tables import metadata

week_templates = sa.Table(
    "week_templates",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.Text, nullable=False, default=""),
    sa.Column("document", sa.Text, nullable=False, default="{}"),
    sa.Column("created_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("removed_ms", sa.BigInteger, nullable=True),
)

# How a group's items come on in the rotation and in bookings; without a row they are cuts.
transitions = sa.Table(
    "transitions",
    metadata,
    sa.Column("group_id", sa.String(32), sa.ForeignKey("groups.id"), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("ms", sa.BigInteger, nullable=False, default=0),
)
