"""The service as a process: what it says when it cannot start."""

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from curator.schema import bring_up_to_date
from curator.store import Store

PATIENCE_S = 60


def serve(data: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "commonscreen", "curator", "serve", "--data", str(data), "--port", "0"]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def test_a_service_whose_migration_fails_ends_at_once_and_says_why(tmp_path: Path) -> None:
    store = Store(tmp_path / "commonscreen.db")
    bring_up_to_date(store)
    # The newest tables are there already, and the database says they are not.
    store.run_now(lambda connection: connection.execute(sa.text("UPDATE alembic_version SET version_num = '0025'")))
    store.close()
    done = serve(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    last = done.stderr.splitlines()[-1]
    assert last.startswith("curator: cannot start: ")
    assert "could not be brought from schema 0025" in last
    assert "Nothing in it was changed." in last


def test_a_service_with_a_damaged_key_says_so(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / "curator.key").write_bytes(b"short")
    done = serve(tmp_path)
    assert done.returncode == 2
    assert "does not hold a key of 32 bytes" in done.stderr.splitlines()[-1]
