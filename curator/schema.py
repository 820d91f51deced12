"""The database's shape: brought up to date at start, one numbered migration after another (Alembic)."""

from pathlib import Path

import sqlalchemy as sa

from curator.store import Store

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0045"
"""The newest migration; a test holds it to the folder."""


class NotUpToDate(RuntimeError):
    """The tables could not be brought up to date; the database is as it was."""


class TooNew(NotUpToDate):
    """The database was written by a newer version of Commonscreen than this."""


def bring_up_to_date(store: Store) -> None:
    """Makes or migrates the tables; all in one transaction. Raises NotUpToDate, TooNew for a newer database."""
    if store.read_now(_version) == HEAD:
        return
    # Alembic takes a quarter of a second to import and is wanted only when the shape differs.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    version = store.read_now(_version)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise TooNew(f"{store.path} was written by a newer version (schema {version}); this one knows up to {HEAD}.")

    def upgrade(connection: sa.Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    try:
        store.run_now(upgrade)
    except Exception as error:
        # Whatever a migration tripped over in old data: the transaction is rolled back, and who started us is told.
        why = getattr(error, "orig", None) or error
        raise NotUpToDate(
            f"{store.path} could not be brought from schema {version} to {HEAD}: {why}. Nothing in it was changed."
        ) from error


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
