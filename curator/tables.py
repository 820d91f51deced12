"""What is stored. Instants are UTC milliseconds (`_ms`), sizes are bytes, documents are JSON text."""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(32), primary_key=True)


def _ms(name: str, *, null: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null, index=index)


def _text(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, default=default)


def _number(name: str, default: int = 0) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, default=default)


def _sha256(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=True)


def _ref(name: str, to: str, *, null: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), sa.ForeignKey(to), nullable=null, primary_key=key, index=not key)


# --- people ----------------------------------------------------------------------------------------------------------

accounts = sa.Table(
    "accounts", metadata, _id(),
    sa.Column("email", sa.String(254), nullable=False, unique=True),  # lower case
    _text("name"), _text("password_hash"), _text("language"), _ms("created_ms"), _ms("disabled_ms", null=True),
    _ms("erasure_asked_ms", null=True),  # since when its owner asks for it to be erased
    _ms("erased_ms", null=True),  # then `name` is "" and `email` the id, which is no address
)  # fmt: skip

groups = sa.Table(
    "groups", metadata, _id(),
    sa.Column("slug", sa.String(64), nullable=False, unique=True),  # also the name of its inbox folder
    _text("name"), _text("about"), _number("quota_bytes"),
    sa.Column("is_house", sa.Boolean, nullable=False, default=False),  # its items are the filler
    _text("colour"), _ms("created_ms"),
    # What a moderator said of it: new, known, trusted; "" leaves it to its record (curator.trust).
    sa.Column("trust", sa.String(16), nullable=False, default="", server_default=""),
)  # fmt: skip

# A role an account holds: in one group (editor, contributor) or for the council (group_id is NULL).
grants = sa.Table(
    "grants", metadata, _id(), _ref("account_id", "accounts.id"), sa.Column("role", sa.String(32), nullable=False),
    _ref("group_id", "groups.id", null=True), _ms("created_ms"),
    sa.UniqueConstraint("account_id", "role", "group_id"),
)  # fmt: skip

sessions = sa.Table(
    "sessions", metadata, sa.Column("token_sha256", sa.String(64), primary_key=True),
    _ref("account_id", "accounts.id"), _ms("created_ms"), _ms("seen_ms"), _ms("expires_ms", index=True),
    sa.Column("browser", sa.String(20), nullable=False, default="", server_default=""),  # its family, no more
    _ms("shown_ms", null=True),  # when a provider last saw who it is; NULL where they showed it here, to open this
)  # fmt: skip

# The second step of whoever has one. The secret must be readable: codes are worked out from it.
second_factors = sa.Table(
    "second_factors", metadata, _ref("account_id", "accounts.id", key=True), _text("secret"), _ms("begun_ms"),
    _ms("confirmed_ms", null=True),
    _number("last_step"),  # the last code that was used; it and those before are good no more
)  # fmt: skip

recovery_codes = sa.Table(
    "recovery_codes", metadata, sa.Column("code_sha256", sa.String(64), primary_key=True),
    _ref("account_id", "accounts.id"),
)  # fmt: skip

# Somebody's address, invited to a role; `token_sha256` is of the link that makes the account.
invitations = sa.Table(
    "invitations", metadata, _id(), sa.Column("token_sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("email", sa.String(254), nullable=False, index=True), sa.Column("role", sa.String(32), nullable=False),
    _ref("group_id", "groups.id", null=True), _text("language"), _ref("invited_by", "accounts.id"),
    _ms("created_ms"), _ms("expires_ms"), _ms("accepted_ms", null=True), _ms("revoked_ms", null=True),
)  # fmt: skip

# Links for a new password. An unknown address gets one too (without an account), so that asking takes as long.
password_resets = sa.Table(
    "password_resets", metadata, sa.Column("token_sha256", sa.String(64), primary_key=True),
    _ref("account_id", "accounts.id", null=True),
    sa.Column("bound_to", sa.String(64), nullable=False),  # SHA-256 of the password's hash when it was asked for
    _ms("expires_ms", index=True),
)  # fmt: skip

# Mails to be sent; gone once they are on their way. The text may hold a secret link.
mails = sa.Table(
    "mails", metadata, _id(), sa.Column("recipient", sa.String(254), nullable=False),
    sa.Column("language", sa.String(8), nullable=False), _text("subject"), _text("body"),
    sa.Column("state", sa.String(16), nullable=False),  # waiting, failed
    _number("tries"), _text("error"), _ms("created_ms"), _ms("next_ms", index=True), _ms("good_until_ms", null=True),
)  # fmt: skip

# --- the library -----------------------------------------------------------------------------------------------------

# What somebody without an account may hand a group; `token_sha256` is of the secret in its link.
tickets = sa.Table(
    "tickets", metadata, _id(), sa.Column("token_sha256", sa.String(64), nullable=False, unique=True),
    _ref("group_id", "groups.id"), _ref("made_by", "accounts.id"), _text("note"), _number("files"), _number("left"),
    _number("most_bytes"), _ms("created_ms"), _ms("expires_ms"), _ms("revoked_ms", null=True),
)  # fmt: skip

# An upload in progress (tus) or finished and waiting to become a version.
uploads = sa.Table(
    "uploads", metadata, _id(), _ref("account_id", "accounts.id", null=True), _ref("group_id", "groups.id"),
    sa.Column("source", sa.String(16), nullable=False),  # browser, form, inbox, ticket, command
    _text("file_name"), _text("title"), _number("size_bytes"), _number("offset_bytes"),
    _ref("item_id", "items.id", null=True),  # a new version of this item; NULL makes a new item
    _ms("created_ms"), _ms("expires_ms", index=True), _ms("finished_ms", null=True),
    _sha256("sha256"),  # of the whole file, once it is there
    sa.Column("outcome", sa.String(16), nullable=False, default=""),  # made, held (the group had these bytes)
    _ref("version_id", "versions.id", null=True),  # what it became, or what held its bytes
    sa.Column("origin", sa.String(200), nullable=False, default="", index=True),  # which file in an inbox, for once
    _text("kept_as"),  # its name in the inbox's done folder, until preparation has spoken
    sa.Column("ticket_id", sa.String(32), nullable=True),  # the ticket it is handed in with
    sa.Column("variant_id", sa.String(32), nullable=True),  # a new version of this variant of the item
)  # fmt: skip

items = sa.Table(
    "items", metadata, _id(), _ref("group_id", "groups.id"),
    _text("title"), _text("credits"), _text("licence"), _text("alt_text"),
    _text("languages", "[]"),  # JSON: tags (BCP 47) of those spoken or written in it
    _ref("created_by", "accounts.id", null=True), _ms("created_ms"), _ms("withdrawn_ms", null=True),
    # The version that may play; an edit waits beside it until it is approved in turn.
    sa.Column("approved_version_id", sa.String(32), nullable=True),
    # Where and when it may play, within what was approved: lists are JSON; `targets` empty is everywhere.
    _number("rating"), _text("tags", "[]"), _text("targets", "[]"),
    # A moderator has set rating and tags: its group may not say less.
    sa.Column("is_rated", sa.Boolean, nullable=False, server_default="0"),
    _ms("not_before_ms", null=True), _ms("not_after_ms", null=True), _number("gap_ms"), _text("joins", "any"),
    sa.Column("is_photograph", sa.Boolean, nullable=False, default=False, server_default="0"),
    # What its group says of it: codes of curator.statements.
    sa.Column("people_shown", sa.String(16), nullable=False, server_default=""),
    sa.Column("rights", sa.String(16), nullable=False, server_default=""),
    # Title and credits as a moderator has read them: what screens show. Who changed them last, and when.
    _text("screen_title"), _text("screen_credits"),
    sa.Column("words_by", sa.String(32), nullable=True), _ms("words_ms", null=True),
)  # fmt: skip

versions = sa.Table(
    "versions", metadata, _id(), _ref("item_id", "items.id"), _number("number", 1),
    _text("file_name"), _number("upload_bytes"), sa.Column("upload_sha256", sa.String(64), nullable=False, index=True),
    sa.Column("preparation", sa.String(16), nullable=False),  # waiting, running, ready, refused
    # draft, submitted, asked (to change it), approved, rejected, withdrawn
    sa.Column("state", sa.String(16), nullable=False, index=True),
    _text("reasons"), _text("facts"),  # JSON: what preparation found
    _text("mends"), _text("offers"),  # JSON: what people had changed, and what could be
    sa.Column("mended_from", sa.String(32), nullable=True),  # the version whose original this one is made from again
    sa.Column("ticket_id", sa.String(32), nullable=True),  # the ticket it was handed in with, by nobody with an account
    sa.Column("variant_id", sa.String(32), nullable=True),  # the variant it is of; NULL: of the item itself
    # The house rendition: these bytes are previewed, approved, hashed and shown.
    sa.Column("sha256", sa.String(64), nullable=True, index=True),
    _text("media_type"), _text("kind"), _number("size_bytes"), _number("width"), _number("height"),
    _number("fps_num"), _number("fps_den", 1), _number("frames"), _number("duration_ms"),
    sa.Column("has_sound", sa.Boolean, nullable=False, default=False),
    _sha256("thumbnail_sha256"), _sha256("poster_sha256"), _sha256("strip_sha256"),
    _sha256("veil_sha256"),  # too small and too soft to make anything out
    _text("strip_ms"), _text("likeness"),  # JSON: when each picture on the strip is shown; what it looks like
    _sha256("before_sha256"), _sha256("after_sha256"),  # moments of a picture that was mended
    _ref("created_by", "accounts.id", null=True), _ms("created_ms"), _ms("prepared_ms", null=True),
    _ms("submitted_ms", null=True),
    _ms("cleaned_ms", null=True),  # since when its files are no longer kept
    sa.UniqueConstraint("item_id", "number"),
)  # fmt: skip

jobs = sa.Table(
    "jobs", metadata, _id(), sa.Column("kind", sa.String(16), nullable=False),  # prepare
    sa.Column("subject", sa.String(32), nullable=False, index=True), _ref("group_id", "groups.id", null=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),  # waiting, running, done, failed
    sa.Column("lane", sa.String(16), nullable=False, default="long"),  # urgent, quick, long: see curator.turns
    _number("attempt"), _number("repeats"),  # how often a person had it tried again
    _text("step"), _number("percent"), _text("error"), _text("lease_owner"),
    _ms("lease_until_ms", null=True), _ms("created_ms"), _ms("not_before_ms"),
    _ms("started_ms", null=True, index=True), _ms("finished_ms", null=True, index=True),
    sa.UniqueConstraint("kind", "subject"),
)  # fmt: skip

decisions = sa.Table(
    "decisions", metadata, _id(), _ref("version_id", "versions.id"), sa.Column("sha256", sa.String(64), nullable=False),
    _ref("account_id", "accounts.id"),
    sa.Column("decision", sa.String(16), nullable=False),  # approved, rejected, asked, agreed (first of two), widened
    sa.Column("reason", sa.String(32), nullable=False), _text("words"),
    _text("signed"),  # JSON: the signed approval statement, "" for anything else
    _ms("created_ms"), _ms("waited_ms", null=True),  # since it was sent in; NULL for the first of two
    # JSON: the screens it is about, by id; what was decided before there was a choice is about all.
    sa.Column("places", sa.Text, nullable=False, default='["*"]', server_default='["*"]'),
)  # fmt: skip

# Captions of a version in one language: one file, one decision. In the same language at most one is approved.
captions = sa.Table(
    "captions", metadata, _id(), _ref("version_id", "versions.id"),
    sa.Column("language", sa.String(12), nullable=False),  # BCP 47, und: not said
    sa.Column("state", sa.String(16), nullable=False, index=True),  # draft, submitted, approved, rejected, removed
    _text("form"), _text("file_name"), sa.Column("sha256", sa.String(64), nullable=False, index=True),
    _number("size_bytes"), _number("cues"), _text("reasons"), _ref("created_by", "accounts.id", null=True),
    _ms("created_ms"), _ref("agreed_by", "accounts.id", null=True),  # the first, where two people must
    _ref("decided_by", "accounts.id", null=True), _ms("decided_ms", null=True),
    sa.Column("reason", sa.String(32), nullable=False, default=""), _text("words"),
    _text("signed"),  # JSON: the signed approval statement, "" unless approved
)  # fmt: skip

# --- screens and the programme ---------------------------------------------------------------------------------------

# A place: what was agreed for it (least dwell, static only, curfew, brightness) as JSON.
sites = sa.Table(
    "sites", metadata, _id(), sa.Column("slug", sa.String(64), nullable=False, unique=True), _text("name"),
    _text("conditions", "{}"), _ms("created_ms"),
)  # fmt: skip

# Screens that are programmed together.
screen_groups = sa.Table(
    "screen_groups", metadata, _id(), sa.Column("slug", sa.String(64), nullable=False, unique=True), _text("name"),
    _ms("created_ms"),
)  # fmt: skip

LENGTHS_MM, HANDS = ("picture_height_mm", "distance_mm", "lower_edge_mm"), ("has_touch", "has_pads")
screens = sa.Table(
    "screens", metadata, _id(), sa.Column("slug", sa.String(64), nullable=False, unique=True),
    _text("name"), _text("place"), _text("zone"), _text("language"), _number("width"), _number("height"),
    _number("volume_percent", 100), sa.Column("is_dark", sa.Boolean, nullable=False, default=False),
    _number("dark_counter"), _ms("created_ms"), _ms("retired_ms", null=True),
    _ref("site_id", "sites.id", null=True), _ref("screen_group_id", "screen_groups.id", null=True), _text("tags", "[]"),
    sa.Column("freeze_minutes", sa.BigInteger, nullable=True),  # NULL: as the service's settings say
    sa.Column("captions", sa.String(12), nullable=False, default="", server_default=""),  # "": the screen's language
    sa.Column("coordinates", sa.String(32), nullable=False, default="", server_default=""),  # "": nobody said
    # How high its picture is, from how far people look, how high above the floor it begins; 0: nobody said.
    *(sa.Column(name, sa.BigInteger, nullable=False, default=0, server_default="0") for name in LENGTHS_MM),
    *(sa.Column(name, sa.Boolean, nullable=False, default=False, server_default="0") for name in HANDS),
)  # fmt: skip

# A named time range, the same everywhere: JSON [[weekdays, from_minute, to_minute], ...] in each screen's own zone.
dayparts = sa.Table(
    "dayparts", metadata, _id(), sa.Column("slug", sa.String(64), nullable=False, unique=True), _text("name"),
    _text("hours", "[]"), _number("position"), _ms("created_ms"), _ms("removed_ms", null=True),
)  # fmt: skip

# How unbooked time is shared: a weight per scope and group, for a daypart or ("") for all others.
air_time = sa.Table(
    "air_time", metadata, sa.Column("scope", sa.String(64), primary_key=True), _ref("group_id", "groups.id", key=True),
    sa.Column("daypart_id", sa.String(32), primary_key=True, default=""), _number("weight", 1),
)  # fmt: skip

# What may be shown where and when, and how: `kind` names the rule, `detail` holds its JSON.
rules = sa.Table(
    "rules", metadata, _id(), sa.Column("kind", sa.String(32), nullable=False), _text("name"),
    sa.Column("scope", sa.String(64), nullable=False, index=True),
    sa.Column("daypart_id", sa.String(32), nullable=False, default=""),
    sa.Column("from_day", sa.String(10), nullable=False, default=""),
    sa.Column("until_day", sa.String(10), nullable=False, default=""), _text("detail", "{}"),
    _ref("created_by", "accounts.id", null=True), _ms("created_ms"), _ms("ended_ms", null=True),
)  # fmt: skip

# A group's promised longest wait between two of its plays, while the screen is lit and not booked.
promises = sa.Table(
    "promises", metadata, _id(), sa.Column("scope", sa.String(64), nullable=False, index=True),
    _ref("group_id", "groups.id"), sa.Column("daypart_id", sa.String(32), nullable=False, default=""),
    _number("every_ms"), _ref("created_by", "accounts.id", null=True), _ms("created_ms"), _ms("ended_ms", null=True),
)  # fmt: skip

# A group's items in the order they play; higher positions play later.
running_order = sa.Table(
    "running_order", metadata, _ref("item_id", "items.id", key=True), _ref("group_id", "groups.id"),
    _number("position"),
)  # fmt: skip

# A booking, once or recurring (RFC 5545): local times of its zone, the items that play in it, the screens it is on.
bookings = sa.Table(
    "bookings", metadata, _id(), sa.Column("uid", sa.String(255), nullable=False, index=True), _text("title"),
    sa.Column("state", sa.String(16), nullable=False),  # provisional, confirmed, protected
    _text("zone"), sa.Column("starts", sa.String(23), nullable=False), _number("length_ms"), _text("rule"),
    _text("rdates", "[]"), _text("exdates", "[]"), _text("overrides", "[]"),
    sa.Column("plays", sa.String(16), nullable=False, default="each"),  # each, series
    sa.Column("is_premiere", sa.Boolean, nullable=False, default=False), _number("sequence"),
    _ref("created_by", "accounts.id", null=True), _ms("created_ms"), _ms("changed_ms"), _ms("cancelled_ms", null=True),
)  # fmt: skip

booking_screens = sa.Table(
    "booking_screens", metadata, _ref("booking_id", "bookings.id", key=True), _ref("screen_id", "screens.id", key=True),
)  # fmt: skip

booking_items = sa.Table(
    "booking_items", metadata, _ref("booking_id", "bookings.id", key=True),
    sa.Column("position", sa.BigInteger, primary_key=True), _ref("item_id", "items.id"),
)  # fmt: skip

# Every occurrence on every screen, worked out from the bookings; made anew with them and with the zones' rules.
booking_slots = sa.Table(
    "booking_slots", metadata, _ref("booking_id", "bookings.id", key=True), _ref("screen_id", "screens.id", key=True),
    sa.Column("recurrence", sa.String(23), primary_key=True),  # the local start its recurrence gives it
    _number("position"), _ms("start_ms"), _ms("end_ms"),
    sa.Index("ix_booking_slots_screen_start", "screen_id", "start_ms"),
)  # fmt: skip

# Changes a programmer has made and not published: JSON lists, newest last; `undone` can be done again.
drafts = sa.Table(
    "drafts", metadata, _id(), _ref("account_id", "accounts.id"), _number("base_revision"),
    _text("changes", "[]"), _text("undone", "[]"), _ms("created_ms"), _ms("changed_ms"), _ms("closed_ms", null=True),
    sa.Column("outcome", sa.String(16), nullable=False, default=""),  # published, discarded
)  # fmt: skip

# What was published together; the highest number is the programme's revision.
programme_revisions = sa.Table(
    "programme_revisions", metadata, sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    _ms("at_ms"), _ref("account_id", "accounts.id", null=True), _text("changes", "[]"),
)  # fmt: skip

# Signed orders above the programme (alert, takeover, session, choice), as they were given.
live_events = sa.Table(
    "live_events", metadata, _id(), sa.Column("scope", sa.String(64), nullable=False, index=True),
    sa.Column("layer", sa.String(16), nullable=False), _text("document"), _ref("created_by", "accounts.id", null=True),
    _ms("created_ms"), _ms("until_ms", index=True),
)  # fmt: skip

manifests = sa.Table(
    "manifests", metadata, _ref("screen_id", "screens.id", key=True),
    sa.Column("version", sa.BigInteger, primary_key=True), _ms("issued_ms"), _ms("effective_ms"), _text("why"),
    sa.Column("etag", sa.String(64), nullable=False), sa.Column("envelope", sa.LargeBinary, nullable=False),
)  # fmt: skip

# Which file a node may fetch: the files of a screen's manifests.
manifest_files = sa.Table(
    "manifest_files", metadata, _ref("screen_id", "screens.id", key=True),
    sa.Column("version", sa.BigInteger, primary_key=True), sa.Column("sha256", sa.String(64), primary_key=True),
)  # fmt: skip

# --- nodes -----------------------------------------------------------------------------------------------------------

pairings = sa.Table(
    "pairings", metadata, sa.Column("device_code_sha256", sa.String(64), primary_key=True),
    sa.Column("user_code", sa.String(16), nullable=False, unique=True), _text("public_key"), _text("software"),
    _ms("created_ms"), _ms("expires_ms", index=True), _ms("polled_ms", null=True),
    _ref("screen_id", "screens.id", null=True), _ref("decided_by", "accounts.id", null=True),
    _ms("denied_ms", null=True), _ms("claimed_ms", null=True),
)  # fmt: skip

nodes = sa.Table(
    "nodes", metadata, _id(), _ref("screen_id", "screens.id"), _text("public_key"),
    sa.Column("token_sha256", sa.String(64), nullable=False, unique=True), _text("software"),
    _ms("paired_ms"), _ref("paired_by", "accounts.id", null=True), _ms("revoked_ms", null=True),
    _ms("seen_ms", null=True), _text("health"), _number("clock_offset_ms"),
)  # fmt: skip

# Screens that are not heard from, or say that they cannot show their programme; gone when that is over.
dark_screens = sa.Table(
    "dark_screens", metadata, _ref("screen_id", "screens.id", key=True), _text("why"), _ms("since_ms"),
    _ms("told_ms", null=True),
)  # fmt: skip

as_run = sa.Table(
    "as_run", metadata, _ref("node_id", "nodes.id", key=True), sa.Column("epoch", sa.String(32), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True), sa.Column("screen_id", sa.String(32), nullable=False),
    _ms("planned_start_ms"), _ms("start_ms"), _number("duration_ms"), _text("layer"),
    sa.Column("item_id", sa.String(32), nullable=True), _sha256("sha256"),
    _text("outcome"), _text("cause"), _number("manifest_version"), _ms("received_ms"),
    sa.Index("ix_as_run_screen_start", "screen_id", "start_ms"),
    sa.Index("ix_as_run_item_start", "item_id", "start_ms"),
)  # fmt: skip

# --- the record ------------------------------------------------------------------------------------------------------

audit = sa.Table(
    "audit", metadata, sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True), _ms("at_ms", index=True),
    sa.Column("account_id", sa.String(32), nullable=True, index=True),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("subject", sa.String(100), nullable=False, index=True), _text("detail"),
    sa.Column("previous", sa.String(64), nullable=False), sa.Column("hash", sa.String(64), nullable=False),
)  # fmt: skip

facts = sa.Table(
    "facts", metadata, sa.Column("name", sa.String(64), primary_key=True), _text("value"),
)  # fmt: skip
