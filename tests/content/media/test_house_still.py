"""A house still is upright, opaque, sRGB, no larger than a screen, and tells nothing about who made it where."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.content.media.rooms import codes_of, is_near, prepared_from, rendition_of
from tests.media.generate import CORNERS, SECRET, corners, make_private_jpeg, make_turned_jpeg, make_white_png


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_upright(orientation: int, tmp_path: Path) -> None:
    prepared = prepared_from(make_turned_jpeg(tmp_path / "a.jpg", orientation))
    rendition = rendition_of(prepared)
    with Image.open(rendition.path) as image:
        assert image.size == (rendition.width, rendition.height) == (1_280, 720)
        picture = np.asarray(image.convert("RGB"))
    found = [picture[180, 320], picture[180, 960], picture[540, 320], picture[540, 960]]
    assert all(is_near(colour, wanted) for colour, wanted in zip(found, CORNERS, strict=True))
    assert prepared.facts is not None
    assert (prepared.facts.shown_width, prepared.facts.shown_height) == (1_280, 720)


def test_nothing_private_survives(tmp_path: Path) -> None:
    source = make_private_jpeg(tmp_path / "a.jpg")
    assert source.read_bytes().count(SECRET.encode()) == 3
    prepared = prepared_from(source)
    for file in (prepared.rendition, prepared.poster, prepared.thumbnail, prepared.strip):
        assert file is not None
        body = file.path.read_bytes()
        assert not any(word in body for word in (SECRET.encode(), b"Exif", b"xmpmeta", b"ICC_PROFILE"))


def test_what_is_glued_behind_a_picture_is_gone(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    corners((1_280, 720)).save(source, "JPEG")
    source.write_bytes(source.read_bytes() + b"<script>alert(1)</script>")
    assert b"script" not in rendition_of(prepared_from(source)).path.read_bytes()


def test_transparency_is_shown_on_black_and_said(tmp_path: Path) -> None:
    image = Image.new("RGBA", (1_280, 720), (255, 255, 255, 0))
    image.paste((10, 200, 10, 255), (0, 0, 640, 720))
    image.save(tmp_path / "a.png")
    prepared = prepared_from(tmp_path / "a.png")
    assert codes_of(prepared) == ["transparency_flattened"]
    with Image.open(rendition_of(prepared).path) as shown:
        picture = np.asarray(shown.convert("RGB"))
    assert is_near(picture[360, 1_000], (0, 0, 0))
    assert is_near(picture[360, 300], (10, 200, 10))


def test_colours_of_another_profile_become_srgb(tmp_path: Path) -> None:
    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.createProfile("sRGB")
    assert lab is not None
    body = io.BytesIO()
    swapped = (
        ImageCms.ImageCmsProfile(srgb)
        .tobytes()
        .replace(b"rXYZ", b"tmpX")
        .replace(b"bXYZ", b"rXYZ")
        .replace(b"tmpX", b"bXYZ")
    )
    Image.new("RGB", (1_280, 720), (200, 60, 20)).save(body, "PNG", icc_profile=swapped)
    (tmp_path / "a.png").write_bytes(body.getvalue())
    with Image.open(rendition_of(prepared_from(tmp_path / "a.png")).path) as shown:
        colour = np.asarray(shown.convert("RGB"))[300, 300]
    assert is_near(colour, (20, 60, 200), 6), "red and blue are exchanged in this profile, and so in the picture"


def test_cmyk_is_not_inverted(tmp_path: Path) -> None:
    Image.new("CMYK", (1_280, 720), (0, 255, 255, 0)).save(tmp_path / "a.jpg", "JPEG", quality=95)
    with Image.open(rendition_of(prepared_from(tmp_path / "a.jpg")).path) as shown:
        colour = np.asarray(shown.convert("RGB"))[300, 300]
    assert colour[0] > 200
    assert colour[1] < 60


def test_sixteen_bits_keep_their_brightness(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 65_535, 1_280).astype(np.uint16), (720, 1))
    Image.fromarray(ramp).save(tmp_path / "a.png")
    with Image.open(rendition_of(prepared_from(tmp_path / "a.png")).path) as shown:
        picture = np.asarray(shown.convert("L"))
    assert abs(int(picture[300, 640]) - 128) < 6


def test_few_colours_stay_sharp_and_many_become_a_photograph(tmp_path: Path) -> None:
    corners((1_280, 720)).save(tmp_path / "few.png")
    make_private_jpeg(tmp_path / "many.jpg")
    assert rendition_of(prepared_from(tmp_path / "few.png")).media_type == "image/png"
    assert rendition_of(prepared_from(tmp_path / "many.jpg")).media_type == "image/jpeg"


def test_a_large_picture_fits_the_screen_and_keeps_its_shape(tmp_path: Path) -> None:
    rendition = rendition_of(prepared_from(make_white_png(tmp_path / "a.png", 4_000), still_ms=7_000))
    assert (rendition.width, rendition.height, rendition.duration_ms) == (1_080, 1_080, 7_000)
    assert (rendition.kind, rendition.frames, rendition.fps_num, rendition.has_sound) == ("still", 1, 0, False)


def test_a_picture_as_grainy_as_can_be_is_taken(tmp_path: Path) -> None:
    grain = np.random.default_rng(7).integers(0, 256, (900, 1_200, 3), dtype=np.uint8)
    Image.fromarray(grain).save(tmp_path / "night.png", compress_level=0)
    prepared = prepared_from(tmp_path / "night.png")
    assert prepared.verdict == "accepted", codes_of(prepared)
