"""bookings that recur, dayparts, rules, sites, drafts"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """bookings that recur, dayparts, rules, sites, drafts"""
    op.create_table(
        "dayparts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dayparts")),
        sa.UniqueConstraint("slug", name=op.f("uq_dayparts_slug")),
    )
    op.create_table(
        "screen_groups",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screen_groups")),
        sa.UniqueConstraint("slug", name=op.f("uq_screen_groups_slug")),
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("slug", name=op.f("uq_sites_slug")),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("base_revision", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("undone", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_drafts_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_account_id"), ["account_id"], unique=False)

    op.create_table(
        "live_events",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("layer", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_live_events_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_events")),
    )
    with op.batch_alter_table("live_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_live_events_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_live_events_scope"), ["scope"], unique=False)
        batch_op.create_index(batch_op.f("ix_live_events_until_ms"), ["until_ms"], unique=False)

    op.create_table(
        "programme_revisions",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_programme_revisions_account_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_programme_revisions")),
    )
    with op.batch_alter_table("programme_revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_revisions_account_id"), ["account_id"], unique=False)

    op.create_table(
        "promises",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("daypart_id", sa.String(length=32), nullable=False),
        sa.Column("every_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_promises_created_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_promises_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promises_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_promises_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_promises_scope"), ["scope"], unique=False)

    op.create_table(
        "rules",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("daypart_id", sa.String(length=32), nullable=False),
        sa.Column("from_day", sa.String(length=10), nullable=False),
        sa.Column("until_day", sa.String(length=10), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_rules_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
    )
    with op.batch_alter_table("rules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rules_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_rules_scope"), ["scope"], unique=False)

    op.create_table(
        "week_templates",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_week_templates_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_week_templates")),
    )
    with op.batch_alter_table("week_templates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_week_templates_created_by"), ["created_by"], unique=False)

    _air_time_by_scope()
    _bookings_by_local_time()
    op.create_table(
        "booking_items",
        sa.Column("booking_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_items_booking_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_booking_items_item_id")),
        sa.PrimaryKeyConstraint("booking_id", "position", name=op.f("pk_booking_items")),
    )
    with op.batch_alter_table("booking_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_items_item_id"), ["item_id"], unique=False)

    op.create_table(
        "booking_screens",
        sa.Column("booking_id", sa.String(length=32), nullable=False),
        sa.Column("screen_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_screens_booking_id")),
        sa.ForeignKeyConstraint(["screen_id"], ["screens.id"], name=op.f("fk_booking_screens_screen_id")),
        sa.PrimaryKeyConstraint("booking_id", "screen_id", name=op.f("pk_booking_screens")),
    )
    op.create_table(
        "booking_slots",
        sa.Column("booking_id", sa.String(length=32), nullable=False),
        sa.Column("screen_id", sa.String(length=32), nullable=False),
        sa.Column("recurrence", sa.String(length=23), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_slots_booking_id")),
        sa.ForeignKeyConstraint(["screen_id"], ["screens.id"], name=op.f("fk_booking_slots_screen_id")),
        sa.PrimaryKeyConstraint("booking_id", "screen_id", "recurrence", name=op.f("pk_booking_slots")),
    )
    with op.batch_alter_table("booking_slots", schema=None) as batch_op:
        batch_op.create_index("ix_booking_slots_screen_start", ["screen_id", "start_ms"], unique=False)

    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rating", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("tags", sa.Text(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("targets", sa.Text(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("not_before_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("not_after_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("gap_ms", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("joins", sa.Text(), nullable=False, server_default="any"))

    # As plain SQL: to change the constraints of a table, SQLite would have it made anew, and other tables refer to it.
    for column, table in (("site_id", "sites"), ("screen_group_id", "screen_groups")):
        reference = f"CONSTRAINT fk_screens_{column} REFERENCES {table} (id)"
        op.execute(f"ALTER TABLE screens ADD COLUMN {column} VARCHAR(32) {reference}")
        op.create_index(f"ix_screens_{column}", "screens", [column])
    op.add_column("screens", sa.Column("tags", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("screens", sa.Column("freeze_minutes", sa.BigInteger(), nullable=True))
    _keep_bookings()


def _air_time_by_scope() -> None:
    op.rename_table("air_time", "air_time_before")
    op.create_table(
        "air_time",
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("daypart_id", sa.String(length=32), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_air_time_group_id")),
        sa.PrimaryKeyConstraint("scope", "group_id", "daypart_id", name=op.f("pk_air_time")),
    )
    op.execute(
        "INSERT INTO air_time (scope, group_id, daypart_id, weight) "
        "SELECT 'screen:' || screen_id, group_id, '', weight FROM air_time_before"
    )
    op.drop_table("air_time_before")


def _bookings_by_local_time() -> None:
    """The table in its new shape, empty; the old one waits as `bookings_before`."""
    for column in ("created_by", "item_id", "screen_id", "screen_start"):
        op.drop_index(f"ix_bookings_{column}", "bookings")
    op.rename_table("bookings", "bookings_before")
    op.create_table(
        "bookings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("starts", sa.String(length=23), nullable=False),
        sa.Column("length_ms", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rdates", sa.Text(), nullable=False),
        sa.Column("exdates", sa.Text(), nullable=False),
        sa.Column("overrides", sa.Text(), nullable=False),
        sa.Column("plays", sa.String(length=16), nullable=False),
        sa.Column("is_premiere", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_bookings_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index("ix_bookings_created_by", "bookings", ["created_by"])
    op.create_index("ix_bookings_uid", "bookings", ["uid"])


def _keep_bookings() -> None:
    """What was booked: once, at an instant, one item on one screen."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT before.*, screens.zone FROM bookings_before AS before JOIN screens ON screens.id = screen_id")
    ).mappings()
    for row in rows.all():
        starts = _local(row["start_ms"], row["zone"])
        values = {
            **row,
            "starts": starts,
            "uid": f"{row['id']}@commonscreen",
            "length_ms": row["end_ms"] - row["start_ms"],
        }
        for statement in _STATEMENTS:
            connection.execute(sa.text(statement), values)
    op.drop_table("bookings_before")


_STATEMENTS = (
    """
    INSERT INTO bookings (
        id, uid, title, state, zone, starts, length_ms, rule, rdates, exdates, overrides, plays, is_premiere, sequence,
        created_by, created_ms, changed_ms, cancelled_ms
    ) VALUES (
        :id, :uid, '', 'confirmed', :zone, :starts, :length_ms, '', '[]', '[]', '[]', 'each', 0, 0,
        :created_by, :created_ms, :created_ms, :cancelled_ms
    )
    """,
    "INSERT INTO booking_screens (booking_id, screen_id) VALUES (:id, :screen_id)",
    "INSERT INTO booking_items (booking_id, position, item_id) VALUES (:id, 0, :item_id)",
    """
    INSERT INTO booking_slots (booking_id, screen_id, recurrence, position, start_ms, end_ms)
    SELECT :id, :screen_id, :starts, 0, :start_ms, :end_ms WHERE :cancelled_ms IS NULL
    """,
)


def _local(at_ms: int, zone: str) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")
