"""Files: whole or not at all."""

import hashlib
from pathlib import Path

import pytest

from content.files import adopt, place_of, sha256_of, write_whole


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "note"
    write_whole(path, b"old")
    with pytest.raises(TypeError):
        write_whole(path, "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["note"]


def test_a_written_file_has_the_mode_asked_for(tmp_path: Path) -> None:
    write_whole(tmp_path / "secret", b"x", mode=0o600)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_an_adopted_file_lies_under_its_hash_and_twice_is_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(b"the same bytes")
    digest = hashlib.sha256(b"the same bytes").hexdigest()
    assert sha256_of(tmp_path / "one") == digest
    first = adopt(tmp_path / "store", tmp_path / "one", digest)
    second = adopt(tmp_path / "store", tmp_path / "two", digest)
    assert first == second == place_of(tmp_path / "store", digest)
    assert first.read_bytes() == b"the same bytes"
    assert not (tmp_path / "two").exists()
