"""What is stored of street reports: categories, what passers-by told the council, their photos. Part of `tables`."""

import sqlalchemy as sa

from curator.tables import metadata

# What a report can be about. `names` and `descriptions` are JSON objects by language; `site_id` "": at every screen.
# `allowed_names` are the last names that somebody with the right to decide has allowed: screens tell those.
report_categories = sa.Table(
    "report_categories",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("code", sa.String(40), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),  # report, suggestion
    sa.Column("names", sa.Text, nullable=False),
    sa.Column("allowed_names", sa.Text, nullable=False, default="{}", server_default="{}"),
    sa.Column("descriptions", sa.Text, nullable=False),
    sa.Column("site_id", sa.String(32), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    # What the council's own endpoint calls it; "": as we do.
    sa.Column("remote_code", sa.String(64), nullable=False, default="", server_default=""),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("ended_ms", sa.BigInteger, nullable=True),
)

# What a passer-by told the council. `number` is public; `secret_sha256` is of the link that shows the words;
# `reporter` is a hash of a random pass and the activity. `answer` is the council's; it is public once `allowed_by`
# allowed it. `statement` is what is signed of it for the screen.
street_reports = sa.Table(
    "street_reports",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("secret_sha256", sa.String(64), nullable=False),
    sa.Column("activity_id", sa.String(32), sa.ForeignKey("activities.id"), nullable=True, index=True),
    sa.Column("screen_id", sa.String(32), sa.ForeignKey("screens.id"), nullable=False, index=True),
    sa.Column("category_id", sa.String(32), sa.ForeignKey("report_categories.id"), nullable=False, index=True),
    sa.Column("reporter", sa.String(64), nullable=False, index=True),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("nearby", sa.Text, nullable=False),
    sa.Column("language", sa.String(12), nullable=False),
    sa.Column("findings", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("written_ms", sa.BigInteger, nullable=False),  # to five minutes
    sa.Column("changed_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("emptied_ms", sa.BigInteger, nullable=True),  # when the words, the place and the photo went
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("answered_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("answered_ms", sa.BigInteger, nullable=True),
    sa.Column("allowed_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("allowed_ms", sa.BigInteger, nullable=True),
    sa.Column("statement", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)

# The photo of a report, as made anew from its pixels, and its veil. Kept in the database and nowhere else.
report_photos = sa.Table(
    "report_photos",
    metadata,
    sa.Column("report_id", sa.String(32), sa.ForeignKey("street_reports.id"), primary_key=True),
    sa.Column("media_type", sa.String(20), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("veil", sa.LargeBinary, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
)

# The council's own Open311 endpoint: one row at most. `sealed_key` opens with this service's key alone.
open311_endpoints = sa.Table(
    "open311_endpoints",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("sealed_key", sa.Text, nullable=False),
    sa.Column("made_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)

# A report on its way to that endpoint. `reference` is what the endpoint calls it, or its token until it has a name.
open311_handovers = sa.Table(
    "open311_handovers",
    metadata,
    sa.Column("report_id", sa.String(32), sa.ForeignKey("street_reports.id"), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),  # waiting, token, handed, closed, failed
    sa.Column("tries", sa.BigInteger, nullable=False),
    sa.Column("next_ms", sa.BigInteger, nullable=False),
    sa.Column("reference", sa.String(64), nullable=False),
    sa.Column("error", sa.String(16), nullable=False),  # a name of curator.calling_out.ERRORS
    sa.Column("status", sa.BigInteger, nullable=True),
    sa.Column("remote_status", sa.String(16), nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Index("ix_open311_handovers_due", "state", "next_ms"),
)
