"""Still pictures: kept in shape, upright, before their own blurred selves; bad ones are named."""

import time
from pathlib import Path

import pytest
from PIL import Image

from display_node.player.stills import StillLoader
from tests.display_node.player.stand import make_still


def loaded(path: Path, size: tuple[int, int]) -> StillLoader:
    loader = StillLoader(path, size)
    until = time.monotonic() + 10
    while loader.is_running:
        assert time.monotonic() < until
        time.sleep(0.005)
    return loader


def test_a_still_of_the_stages_shape_fills_it(tmp_path: Path) -> None:
    picture = loaded(make_still(tmp_path / "s.jpg", (640, 360), tint=200), (320, 180)).picture
    assert picture is not None
    assert picture.get_size() == (320, 180)
    assert all(abs(a - b) < 12 for a, b in zip(picture.get_at((5, 5))[:3], (200, 90, 160), strict=True))


def test_another_shape_is_shown_whole_before_its_own_dim_self(tmp_path: Path) -> None:
    Image.new("RGB", (100, 100), (200, 40, 40)).save(tmp_path / "square.png")
    picture = loaded(tmp_path / "square.png", (320, 180)).picture
    assert picture is not None
    assert picture.get_at((160, 90))[:3] == (200, 40, 40)
    assert picture.get_at((71, 90))[:3] == (200, 40, 40)
    edge = picture.get_at((10, 90))
    assert 60 < edge.r < 120
    assert edge.g < edge.r / 2


def test_a_photo_taken_sideways_stands_upright(tmp_path: Path) -> None:
    sideways = Image.new("RGB", (180, 320), (0, 0, 0))
    sideways.paste((255, 255, 255), (0, 0, 180, 160))
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways.save(tmp_path / "s.jpg", exif=exif)
    picture = loaded(tmp_path / "s.jpg", (320, 180)).picture
    assert picture is not None
    assert picture.get_at((300, 90)).r > 240
    assert picture.get_at((20, 90)).r < 15


@pytest.mark.parametrize(
    "body", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, b"\xff\xd8\xff\xe0" + b"\x01" * 200]
)
def test_a_file_that_is_no_picture_fails_for_the_file(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "bad.jpg").write_bytes(body)
    loader = loaded(tmp_path / "bad.jpg", (320, 180))
    assert loader.picture is None
    assert loader.failure is not None
    assert loader.failure.cause == "file"


def test_a_missing_file_fails_for_the_file(tmp_path: Path) -> None:
    loader = loaded(tmp_path / "gone.jpg", (320, 180))
    assert loader.failure is not None
    assert "not in the cache" in loader.failure.sentence


def test_a_picture_of_more_pixels_than_a_screen_decodes_is_refused(tmp_path: Path) -> None:
    Image.new("1", (9_000, 9_500)).save(tmp_path / "vast.png")
    loader = loaded(tmp_path / "vast.png", (320, 180))
    assert loader.failure is not None
    assert "9000 x 9500" in loader.failure.sentence
