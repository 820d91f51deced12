"""Backup, restore and check: what is saved comes back whole, what is not whole is named, nothing hostile gets in."""

import asyncio
import io
import json
import shutil
import tarfile
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from content.files import place_of
from content.reading import SAFE_INTEGER
from content.signing import SigningKey
from curator import audit, cli
from curator.config import Settings
from curator.safekeeping import ABOUT, BackupRefused, check_everything, restore_backup, write_backup
from curator.store import Connection, Store
from curator.tables import audit as audit_table
from curator.tables import facts, items, sessions, versions
from tests.curator.cases import approve, send
from tests.curator.conftest import Town, Turned


@pytest.fixture
async def lived_in(town: Town) -> Town:
    """A town with something approved, something waiting, and somebody signed in."""
    approve(town, send(town, "Skate day", colour="red"))
    send(town, "Choir night", colour="blue")
    town.client("moderator")
    return town


@pytest.fixture
async def saved(lived_in: Town, tmp_path: Path) -> Path:
    """A backup of that town."""
    file = tmp_path / "saved.tar"
    await asyncio.to_thread(write_backup, lived_in.service.settings.data, file)
    return file


def asked(data: Path, function: Callable[[Connection], object]) -> object:
    store = Store(data / "commonscreen.db")
    try:
        return store.read_now(function)
    finally:
        store.close()


def changed(data: Path, statement: sa.Executable) -> None:
    store = Store(data / "commonscreen.db")
    try:
        store.run_now(lambda connection: connection.execute(statement))
    finally:
        store.close()


def restored(saved: Path, tmp_path: Path) -> Path:
    data = tmp_path / "restored"
    restore_backup(saved, data)
    return data


def archive(file: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(file, "w") as made:
        for member, body in members:
            member.size = len(body) if member.isreg() else 0
            made.addfile(member, io.BytesIO(body))
    return file


def copied(
    saved: Path, to: Path, change: Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes] | None]
) -> Path:
    """The backup `saved` again, with each member passed through `change`; None leaves it out."""
    with tarfile.open(saved) as old:
        members = [(member, (old.extractfile(member) or io.BytesIO()).read()) for member in old]
    return archive(to, *[pair for member, body in members if (pair := change(member, body)) is not None])


def test_a_backup_written_while_the_service_runs_comes_back_whole(lived_in: Town, tmp_path: Path) -> None:
    data, file = lived_in.service.settings.data, tmp_path / "saved.tar"
    count, size_bytes = write_backup(data, file)
    assert size_bytes == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob(".backup-*"))
    new = tmp_path / "restored"
    assert restore_backup(file, new) == count
    assert check_everything(new) == []
    old_key = SigningKey.load_or_make(lived_in.service.settings.keys / "curator.key")
    assert SigningKey.load_or_make(new / "keys" / "curator.key").public == old_key.public
    assert (new / "keys" / "curator.key").stat().st_mode & 0o777 == 0o600
    titles = asked(new, lambda c: set(c.execute(sa.select(items.c.title)).scalars()))
    assert titles == {"Choir night", "Skate day"}


def test_the_files_a_restored_service_serves_are_the_same(lived_in: Town, saved: Path, tmp_path: Path) -> None:
    new = restored(saved, tmp_path)
    old_files = {path.name: path.read_bytes() for path in lived_in.service.settings.files.rglob("*") if path.is_file()}
    new_files = {path.name: path.read_bytes() for path in (new / "files").rglob("*") if path.is_file()}
    assert new_files == old_files


def test_an_original_still_to_be_prepared_is_saved_and_one_that_is_prepared_is_not(
    lived_in: Town, tmp_path: Path
) -> None:
    sent, settings = send(lived_in, "Unprepared", colour="green"), lived_in.service.settings
    original = place_of(settings.originals, sent.sha256)
    original.parent.mkdir(parents=True)
    original.write_bytes(place_of(settings.files, sent.sha256).read_bytes())
    lived_in.service.store.run_now(
        lambda connection: connection.execute(
            versions.update().where(versions.c.id == sent.version_id).values(preparation="running")
        )
    )
    write_backup(settings.data, tmp_path / "a.tar")
    with tarfile.open(tmp_path / "a.tar") as made:
        names = made.getnames()
    assert [name for name in names if name.startswith("originals/")] == [
        f"originals/{sent.sha256[:2]}/{sent.sha256[2:4]}/{sent.sha256}"
    ]


def test_a_restored_service_begins_anew_where_it_must(saved: Path, tmp_path: Path) -> None:
    new = tmp_path / "restored"
    restore_backup(saved, new)
    signed_in = sa.select(sa.func.count()).select_from(sessions)
    assert asked(new, lambda c: c.execute(signed_in).scalar()) == 0
    assert asked(new, lambda c: [row.action for row in audit.rows(c, most=1)]) == ["backup.restore"]
    assert asked(new, audit.first_broken_row) is None


def test_each_restore_counts_manifests_from_a_later_epoch(saved: Path, tmp_path: Path) -> None:
    epoch = sa.select(facts.c.value).where(facts.c.name == "manifest_epoch")
    epochs = []
    for now_ms in (1_790_000_500_000, 1_790_000_900_000):
        new = tmp_path / str(now_ms)
        restore_backup(saved, new, Turned(now_ms))
        epochs.append(int(str(asked(new, lambda c: c.execute(epoch).scalar()))))
    assert 0 < epochs[0] < epochs[1] <= SAFE_INTEGER


def test_a_folder_that_holds_something_is_not_overwritten(lived_in: Town, saved: Path) -> None:
    before = lived_in.service.settings.database.read_bytes()
    with pytest.raises(BackupRefused, match="not an empty folder"):
        restore_backup(saved, lived_in.service.settings.data)
    assert lived_in.service.settings.database.read_bytes() == before


HOSTILE = [
    tarfile.TarInfo("../escaped"),
    tarfile.TarInfo("/etc/escaped"),
    tarfile.TarInfo("keys/../../escaped"),
    tarfile.TarInfo("files/ab/cd/short"),
    tarfile.TarInfo("commonscreen.db-wal"),
    tarfile.TarInfo("keys/.bashrc"),
]


def linked(name: str, kind: bytes, to: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, to
    return member


HOSTILE += [
    linked("keys/evil.key", tarfile.SYMTYPE, "/etc/passwd"),
    linked("keys/evil.key", tarfile.LNKTYPE, "commonscreen.db"),
    linked("commonscreen.db", tarfile.CHRTYPE, ""),
    linked("keys/pipe", tarfile.FIFOTYPE, ""),
    linked("files/ab", tarfile.DIRTYPE, ""),
]


@pytest.mark.parametrize("member", HOSTILE, ids=lambda member: f"{member.name} {member.type!r}")
def test_a_hostile_archive_writes_nothing(tmp_path: Path, member: tarfile.TarInfo) -> None:
    file = archive(tmp_path / "hostile.tar", (member, b"x" if member.isreg() else b""))
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(BackupRefused, match="does not belong"):
        restore_backup(file, tmp_path / "in" / "data")
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted([*before, "in"])


def test_a_damaged_or_partial_backup_is_refused_whole(saved: Path, tmp_path: Path) -> None:
    def flip(member: tarfile.TarInfo, body: bytes) -> tuple[tarfile.TarInfo, bytes]:
        return (member, body[:-1] + bytes([body[-1] ^ 1])) if member.name.startswith("files/") else (member, body)

    def without(name: str) -> Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes] | None]:
        return lambda member, body: None if member.name == name else (member, body)

    def other_format(member: tarfile.TarInfo, body: bytes) -> tuple[tarfile.TarInfo, bytes]:
        return (
            (member, json.dumps({"format": "other", "schema": "1"}).encode())
            if member.name == ABOUT
            else (member, body)
        )

    cut = tmp_path / "cut.tar"
    cut.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
    bad = {
        "damaged": copied(saved, tmp_path / "flipped.tar", flip),
        "missing": copied(saved, tmp_path / "keyless.tar", without("keys/curator.key")),
        "another kind": copied(saved, tmp_path / "other.tar", other_format),
        "backup": cut,
    }
    for words, file in bad.items():
        with pytest.raises(BackupRefused, match=words):
            restore_backup(file, tmp_path / "data-of-bad")
        assert not (tmp_path / "data-of-bad").exists()
    assert not list(tmp_path.glob(".restore-*"))


def test_a_backup_of_a_damaged_database_is_refused_and_the_old_one_stays(saved: Path, tmp_path: Path) -> None:
    new = restored(saved, tmp_path)
    body = bytearray((new / "commonscreen.db").read_bytes())
    body[4096:] = bytes(len(body) - 4096)
    (new / "commonscreen.db").write_bytes(bytes(body))
    before = saved.read_bytes()
    with pytest.raises(BackupRefused):
        write_backup(new, saved)
    assert saved.read_bytes() == before
    assert not list(tmp_path.glob(".backup-*"))
    assert any("database" in finding for finding in check_everything(new))


def test_missing_and_damaged_files_are_named_those_on_screens_first(saved: Path, tmp_path: Path) -> None:
    new = restored(saved, tmp_path)
    files = sorted(path for path in (new / "files").rglob("*") if path.is_file())
    rows = asked(new, lambda c: dict([tuple(row) for row in c.execute(sa.select(versions.c.state, versions.c.sha256))]))
    assert isinstance(rows, dict)
    place_of(new / "files", rows["approved"]).write_bytes(b"something else")
    place_of(new / "files", rows["submitted"]).unlink()
    found = check_everything(new)
    assert "the rendition of “Skate day”, version 1 is damaged" in found[0]
    assert "the rendition of “Choir night”, version 1 is missing" in found[1]
    assert len(found) == 2
    assert len(files) > 2


def test_a_backup_with_a_file_missing_saves_the_rest_and_says_so(
    lived_in: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sent = send(lived_in, "Lost", colour="white")
    place_of(lived_in.service.settings.files, sent.sha256).unlink()
    write_backup(lived_in.service.settings.data, tmp_path / "a.tar")
    assert sent.sha256 in caplog.text
    new = restored(tmp_path / "a.tar", tmp_path)
    assert [finding.split(",")[0] for finding in check_everything(new)] == ["the rendition of “Lost”"]


def test_check_names_the_first_row_of_the_audit_log_that_was_tampered_with(saved: Path, tmp_path: Path) -> None:
    new = restored(saved, tmp_path)
    changed(new, audit_table.update().where(audit_table.c.seq == 7).values(detail="{}  "))
    assert ["broken at row 7" in finding for finding in check_everything(new)] == [True]


def test_check_sees_rows_cut_off_the_end_of_the_audit_log(saved: Path, tmp_path: Path) -> None:
    new = restored(saved, tmp_path)
    decided = sa.select(audit_table.c.seq).where(audit_table.c.action == "version.approve").scalar_subquery()
    changed(new, audit_table.delete().where(audit_table.c.seq >= decided))
    found = check_everything(new)
    assert ["rows were removed" in finding for finding in found] == [True]


def test_check_sees_a_key_that_others_can_read_that_is_damaged_or_that_is_another(saved: Path, tmp_path: Path) -> None:
    new = restored(saved, tmp_path)
    key = new / "keys" / "curator.key"
    key.chmod(0o644)
    assert "can be read by others" in (check_everything(new))[0]
    key.chmod(0o600)
    right = key.read_bytes()
    key.write_bytes(b"short")
    assert "does not hold a key" in (check_everything(new))[0]
    key.unlink()
    assert "is missing" in (check_everything(new))[0]
    SigningKey.load_or_make(key)
    assert "The approval of “Skate day” does not hold" in (check_everything(new))[0]
    key.write_bytes(right)
    assert check_everything(new) == []


def test_a_database_of_a_newer_version_is_left_alone(saved: Path, tmp_path: Path) -> None:
    new = restored(saved, tmp_path)
    changed(new, sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert "has the shape 9999" in (check_everything(new))[0]


def test_a_database_of_an_older_version_is_told_to_be_brought_up_to_date_first(saved: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    restore_backup(saved, new)
    changed(new, sa.text("UPDATE alembic_version SET version_num = '0001'"))
    changed(new, sa.text("ALTER TABLE versions DROP COLUMN cleaned_ms"))
    found = check_everything(new)
    assert len(found) == 1
    assert "Start the service once" in found[0]


def test_the_three_commands_answer_with_their_exit_codes(lived_in: Town, tmp_path: Path) -> None:
    data, run = str(lived_in.service.settings.data), CliRunner()

    def conversation() -> list[int]:
        file, new = str(tmp_path / "b.tar"), str(tmp_path / "new")
        steps = [
            ["backup", "--data", data, file], ["restore", "--data", new, file], ["check", "--data", new, "--json"],
            ["restore", "--data", new, file], ["check", "--data", str(tmp_path / "nothing"), "--json"],
        ]  # fmt: skip
        codes = [run.invoke(cli.curator, step).exit_code for step in steps]
        shutil.rmtree(Path(new) / "files")
        answer = run.invoke(cli.curator, ["check", "--data", new, "--json"])
        assert not json.loads(answer.stdout)["healthy"]
        return [*codes, answer.exit_code]

    assert conversation() == [0, 0, 0, 1, 2, 1]


def test_what_is_not_whole_is_told_in_the_language_of_the_shell(saved: Path, tmp_path: Path) -> None:
    new = restored(saved, tmp_path)
    (new / "keys" / "curator.key").unlink()
    shutil.rmtree(new / "files")
    steps = [
        ["check", "--data", str(new)],
        ["check", "--data", str(new), "--json"],
        ["restore", "--data", str(new), str(saved)],
    ]

    def told(step: list[str], language: str) -> str:
        # In a context of its own: the command sets the language of whoever runs it.
        answer = copy_context().run(CliRunner().invoke, cli.curator, step, env={"COMMONSCREEN_LANGUAGE": language})
        return answer.output

    for step in steps:
        english, vietnamese = told(step, "en"), told(step, "vi")
        assert len(english.splitlines()) == len(vietnamese.splitlines())
        assert not set(english.splitlines()) & set(vietnamese.splitlines())
    assert "“Skate day”" in told(steps[1], "vi")


def test_a_file_that_is_no_database_is_told_not_thrown(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    settings.make_folders()
    settings.database.write_bytes(b"this is not a database, " * 300)
    assert any("cannot be read" in finding for finding in check_everything(tmp_path))
    with pytest.raises(BackupRefused):
        write_backup(tmp_path, tmp_path / "a.tar")
