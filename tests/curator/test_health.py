"""What a node tells of its health is read the same from its report and from our database."""

from dataclasses import replace

from content.reading import Reader
from curator.health import health_text, read_health, stored_health
from tests.curator.nodes import HEALTH


def test_every_field_comes_back_from_the_database() -> None:
    told = replace(
        read_health(Reader(HEALTH)), manifest_version=1, now_ms=2, frames_shown=3, frames_late=4, frames_dropped=5,
        files_wanted=6, files_held=7, disk_free_bytes=8, uptime_s=9, taps=10, tap_median_ms=11, tap_worst_ms=12,
        faults=("no_sound",),
    )  # fmt: skip
    assert stored_health(health_text(told)) == told
    assert read_health(Reader(told.as_json())) == told


def test_a_row_from_before_screens_told_of_taps_is_read() -> None:
    told = read_health(Reader(HEALTH))
    text = health_text(told).replace('"taps":{"median_ms":0,"seen":0,"worst_ms":0},', "").replace('"backdrops":[],', "")
    assert "taps" not in text
    assert "backdrops" not in text
    assert stored_health(text) == told
