"""What is stored of webhooks: the addresses, what each is to be told, and every try to tell it."""

import sqlalchemy as sa

from curator.tables import metadata

# An address that another program listens at; `salt` and the service's key make its secret, which is not stored.
webhooks = sa.Table(
    "webhooks", metadata, sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("group_id", sa.String(32), sa.ForeignKey("groups.id"), nullable=True, index=True),  # NULL: the council's
    sa.Column("name", sa.Text, nullable=False), sa.Column("url", sa.Text, nullable=False),
    sa.Column("events", sa.Text, nullable=False),  # JSON: names of curator.webhooks.Event
    sa.Column("salt", sa.String(64), nullable=False),
    sa.Column("made_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False), sa.Column("paused_ms", sa.BigInteger, nullable=True),
    sa.Column("paused_why", sa.String(16), nullable=False),  # person, lasting, gone; "" while it is not paused
    sa.Column("failing_ms", sa.BigInteger, nullable=True),  # since when nothing has arrived
)  # fmt: skip

# One event for one webhook, put here in the transaction of what it tells of. The id is the same with every try.
deliveries = sa.Table(
    "webhook_deliveries", metadata, sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("webhook_id", sa.String(32), sa.ForeignKey("webhooks.id"), nullable=False),
    sa.Column("event", sa.String(32), nullable=False), sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # waiting, arrived, failed
    sa.Column("tries", sa.BigInteger, nullable=False), sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("next_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_webhook_deliveries_due", "state", "next_ms"),
    sa.Index("ix_webhook_deliveries_of", "webhook_id", "created_ms"),
)  # fmt: skip

attempts = sa.Table(
    "webhook_attempts", metadata, sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("delivery_id", sa.String(32), sa.ForeignKey("webhook_deliveries.id"), nullable=False, index=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False), sa.Column("took_ms", sa.BigInteger, nullable=False),
    sa.Column("status", sa.BigInteger, nullable=True),  # NULL where nothing answered
    sa.Column("error", sa.String(16), nullable=False),  # a name of curator.calling_out.ERRORS, "" when it arrived
)  # fmt: skip
