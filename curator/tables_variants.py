"""What is stored of the variants of items. Part of `tables`: see there."""

import sqlalchemy as sa

from curator.tables import metadata

# Another picture of an item for some screens, as long as the item; its files are versions with this `variant_id`.
variants = sa.Table(
    "variants",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    # JSON: the screens it is for, such as shape:upright or screen:ID.
    sa.Column("targets", sa.Text, nullable=False, default="[]"),
    # The version that may play on them; an edit waits beside it until it is approved in turn.
    sa.Column("approved_version_id", sa.String(32), nullable=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("removed_ms", sa.BigInteger, nullable=True),
)
