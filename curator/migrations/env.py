"""Runs migrations on the connection that `curator.schema` hands over."""

from alembic import context

from curator import (
    tables_moderation,  # noqa: F401 - adds its tables
    tables_notices,  # noqa: F401 - adds its tables
    tables_programme,  # noqa: F401 - adds its tables
    tables_reports,  # noqa: F401 - adds its tables
    tables_sign_in,  # noqa: F401 - adds its tables
    tables_take_downs,  # noqa: F401 - adds its tables
    tables_taking_part,  # noqa: F401 - adds its tables
    tables_tickers,  # noqa: F401 - adds its tables
    tables_tokens,  # noqa: F401 - adds its tables
    tables_variants,  # noqa: F401 - adds its tables
    tables_webhooks,  # noqa: F401 - adds its tables
)
from curator.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()
