"""What is stored of taking part: activities with their decisions, votes, and strangers' words. Part of `tables`."""

import sqlalchemy as sa

from curator.tables import metadata

# What visitors may do at some screens: a poll, a wall or a game. `document` is what is asked, as JSON, `statement` what
# was signed when it was approved, `reply` what the asker said to the result. `draft` is what was filled in so far, as
# JSON, of one that is not handed in yet; `hours` when it may be offered, as JSON, "" for always;
# `backdrop` is the picture behind the words, as JSON: the item, its version and the hash of those bytes.
activities = sa.Table(
    "activities",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("group_id", sa.String(32), sa.ForeignKey("groups.id"), nullable=False, index=True),
    sa.Column("screens", sa.Text, nullable=False, default="[]"),
    sa.Column("document", sa.Text, nullable=False, default=""),
    sa.Column("opens_ms", sa.BigInteger, nullable=False),
    sa.Column("closes_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False, default="submitted"),
    sa.Column("statement", sa.Text, nullable=False, default=""),
    sa.Column("created_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("decided_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("decided_ms", sa.BigInteger, nullable=True),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("reply", sa.Text, nullable=False, default=""),
    sa.Column("replied_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("replied_ms", sa.BigInteger, nullable=True),
    sa.Column("theme", sa.String(16), nullable=False, default="", server_default=""),
    sa.Column("hours", sa.Text, nullable=False, default="", server_default=""),
    sa.Column("draft", sa.Text, nullable=False, default="", server_default=""),
    sa.Column("backdrop", sa.Text, nullable=False, default="", server_default=""),
)

# One vote of one pass: `voter` is a hash of a random pass and the activity, and says nothing about anybody.
votes = sa.Table(
    "votes",
    metadata,
    sa.Column("activity_id", sa.String(32), sa.ForeignKey("activities.id"), primary_key=True),
    sa.Column("voter", sa.String(64), primary_key=True),
    sa.Column("choice", sa.Integer, nullable=False),
    sa.Column("screen_id", sa.String(32), nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),  # to five minutes
)

# The screens where passers-by may write: a programmer allows it for each, and without a row it is not allowed.
free_text = sa.Table(
    "free_text",
    metadata,
    sa.Column("screen_id", sa.String(32), sa.ForeignKey("screens.id"), primary_key=True),
    sa.Column("allowed_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("allowed_ms", sa.BigInteger, nullable=False),
)

# What strangers wrote on a wall. `writer` is a hash of a random pass and the activity; `words` go when an answer is
# taken away. `number` is the place in the line; `findings` are what the lists found, as JSON.
wall_answers = sa.Table(
    "wall_answers",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("activity_id", sa.String(32), sa.ForeignKey("activities.id"), nullable=False, index=True),
    sa.Column("screen_id", sa.String(32), nullable=False),
    sa.Column("writer", sa.String(64), nullable=False, index=True),
    sa.Column("words", sa.Text, nullable=False, default=""),
    sa.Column("findings", sa.Text, nullable=False, default="[]"),
    sa.Column("state", sa.String(16), nullable=False, default="waiting", index=True),
    sa.Column("written_ms", sa.BigInteger, nullable=False),  # to five minutes
    sa.Column("statement", sa.Text, nullable=False, default=""),
    sa.Column("decided_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True, index=True),
    sa.Column("decided_ms", sa.BigInteger, nullable=True),
    sa.Column("reason", sa.String(16), nullable=False, default=""),
)

# One report of one pass, kept until a moderator has looked.
answer_reports = sa.Table(
    "answer_reports",
    metadata,
    sa.Column("answer_id", sa.String(32), sa.ForeignKey("wall_answers.id"), primary_key=True),
    sa.Column("reporter", sa.String(64), primary_key=True),
)

# One choice of what plays next on a screen: a poll (in `activities`, of the kind `ballot`) about a turn that begins at
# `start_ms`. `asked_id` is what a moderator approved; `choices` are items, the planned one first.
ballots = sa.Table(
    "ballots",
    metadata,
    sa.Column("id", sa.String(32), sa.ForeignKey("activities.id"), primary_key=True),
    sa.Column("asked_id", sa.String(32), sa.ForeignKey("activities.id"), nullable=False, index=True),
    sa.Column("screen_id", sa.String(32), nullable=False, index=True),
    sa.Column("closes_ms", sa.BigInteger, nullable=False),
    sa.Column("start_ms", sa.BigInteger, nullable=False),
    sa.Column("end_ms", sa.BigInteger, nullable=False),
    sa.Column("choices", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),  # open, chosen, void
    sa.Column("winner", sa.String(32), nullable=True),
    sa.Column("votes", sa.Integer, nullable=False, default=0),
    sa.Column("total", sa.Integer, nullable=False, default=0),
)

# The notes that strangers set on the bells; `number` rises with each, so that the newest are known.
bell_notes = sa.Table(
    "bell_notes",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("activity_id", sa.String(32), sa.ForeignKey("activities.id"), nullable=False, index=True),
    sa.Column("writer", sa.String(64), nullable=False),
    sa.Column("cell", sa.Integer, nullable=False),
    sa.Column("screen_id", sa.String(32), nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),  # to five minutes
    sa.UniqueConstraint("activity_id", "writer", "cell"),
)
