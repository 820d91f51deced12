"""What is stored of taking items off the screens: which screens had each, when each was told, and when it obeyed."""

import sqlalchemy as sa

from curator.tables import metadata

take_downs = sa.Table(
    "take_downs", metadata, sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), nullable=False, index=True),
    sa.Column("files", sa.Text, nullable=False),  # JSON: the SHA-256 of what must be in no manifest any more
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("late_ms", sa.BigInteger, nullable=True),  # when people were told that some screen had not obeyed
    sa.Column("done_ms", sa.BigInteger, nullable=True, index=True),  # when every screen had
)  # fmt: skip

take_down_screens = sa.Table(
    "take_down_screens", metadata,
    sa.Column("take_down_id", sa.String(32), sa.ForeignKey("take_downs.id"), primary_key=True),
    sa.Column("screen_id", sa.String(32), sa.ForeignKey("screens.id"), primary_key=True),
    sa.Column("told_ms", sa.BigInteger, nullable=True),  # its node fetched a programme without the item
    sa.Column("obeyed_ms", sa.BigInteger, nullable=True),  # its node first said that it plays such a programme
    sa.Column("manifest_version", sa.BigInteger, nullable=True),  # of that programme
    sa.Index("ix_take_down_screens_open", "screen_id", "obeyed_ms"),
)  # fmt: skip
