"""Each profile makes house media that hold to it; unknown names are told which there are."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from content.media.cli import content
from content.media.limits import HOUSE, Profile, parse_profile, profile_record
from content.media.profiles import PROFILES, UnknownProfile, facade, profile_named
from content.reading import Reader
from tests.content.media.rooms import pictures_in, prepared_from, rendition_of
from tests.media.generate import Film, corners, make_film
from tests.media.scenes import make_scenes

SMALL_FACADE, TALL_FACADE = "facade:224x96", "facade:96x224"


@pytest.mark.parametrize(
    ("name", "size", "fps", "level"),
    [
        ("house", (1_280, 720), 30, 41),
        ("house-25", (1_280, 720), 25, 41),
        ("house-60", (1_280, 720), 60, 42),
        ("lite", (1_280, 720), 30, 31),
        (SMALL_FACADE, (172, 96), 30, 31),
        (TALL_FACADE, (96, 54), 30, 31),
    ],
)
def test_a_film_holds_to_its_profile(name: str, size: tuple[int, int], fps: int, level: int, tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(size=(1_280, 720), frames=60, tone_db=-20))
    made = rendition_of(prepared_from(source, profile=profile_named(name)))
    assert ((made.width, made.height), made.fps_num, made.has_sound) == (size, fps, True)
    with av.open(str(made.path)) as container:
        head = container.streams.video[0].codec_context.extradata
    assert head
    assert head[3] == level


def test_what_changes_at_every_place_stays_below_the_rate_of_a_weak_node(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    pictures = [chance.integers(90, 150, (720, 1_280, 3)).astype(np.uint8) for _ in range(45)]
    made = rendition_of(prepared_from(make_scenes(tmp_path / "a.mp4", pictures), profile=PROFILES["lite"]))
    # The decoder's buffer may be filled once on top of the rate.
    assert made.path.stat().st_size * 8 <= (4_000 * made.duration_ms // 1_000 + 8_000) * 1_000


@pytest.mark.parametrize(
    ("name", "given", "made"),
    [
        ("lite", (1_080, 1_920), (720, 1_280)),
        (SMALL_FACADE, (1_080, 1_920), (54, 96)),
        (TALL_FACADE, (1_080, 1_920), (96, 170)),
        (TALL_FACADE, (1_600, 400), (96, 24)),
        (SMALL_FACADE, (448, 192), (224, 96)),
    ],
)
def test_a_still_fits_into_the_screens_of_its_profile(
    name: str, given: tuple[int, int], made: tuple[int, int], tmp_path: Path
) -> None:
    corners(given).save(tmp_path / "a.png")
    rendition = rendition_of(prepared_from(tmp_path / "a.png", profile=profile_named(name)))
    assert abs(rendition.width - made[0]) <= 1
    assert abs(rendition.height - made[1]) <= 1


def test_each_lamp_of_a_facade_is_the_mean_of_what_it_stands_for(tmp_path: Path) -> None:
    fine = np.random.default_rng(1).integers(0, 256, (384, 896, 3)).astype(np.uint8)
    means = fine.reshape(96, 4, 224, 4, 3).mean(axis=(1, 3))
    Image.fromarray(fine).save(tmp_path / "a.png")
    still = rendition_of(prepared_from(tmp_path / "a.png", profile=profile_named(SMALL_FACADE)))
    assert np.abs(np.asarray(Image.open(still.path)) - means).mean() < 4
    film = make_scenes(tmp_path / "a.mp4", [np.kron(fine[::4, ::4], np.ones((4, 4, 1), np.uint8))] * 40)
    luma = np.array([0.2126, 0.7152, 0.0722])
    shown = pictures_in(rendition_of(prepared_from(film, profile=profile_named(SMALL_FACADE))).path)[35]
    assert np.abs(shown @ luma - fine[::4, ::4] @ luma).mean() < 12


def test_the_house_is_as_it_was() -> None:
    assert PROFILES["house"] == HOUSE == Profile()
    assert (HOUSE.level, Profile(fps=25).level, Profile(fps=60).level) == ("4.1", "4.1", "4.2")
    assert Profile(long_side=3_840, short_side=2_160).level == "5.1"
    assert Profile(maxrate_kbps=70_000).level == "5.1"


@pytest.mark.parametrize("profile", [*PROFILES.values(), facade(224, 96), facade(97, 225)])
def test_a_profile_survives_json(profile: Profile) -> None:
    assert parse_profile(Reader(json.loads(json.dumps(profile_record(profile))))) == profile


def test_odd_sides_of_a_facade_are_made_even() -> None:
    assert (facade(97, 225).short_side, facade(97, 225).long_side) == (96, 224)


@pytest.mark.parametrize("name", ["", "House", "portrait", "facade", "facade:1x1", "facade:99999x10", "facade:10x-10"])
def test_an_unknown_name_is_told_what_there_is(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownProfile, match=r"facade"):
        profile_named(name)
    words = ["prepare", str(tmp_path), "--out", str(tmp_path / "out"), f"--profile={name}"]
    result = CliRunner().invoke(content, words)
    assert (result.exit_code, (tmp_path / "out").exists()) == (2, False)


def test_the_command_lists_the_profiles_and_takes_one(tmp_path: Path) -> None:
    listed = CliRunner().invoke(content, ["profiles", "--json"]).stdout.splitlines()
    assert [json.loads(line)["name"] for line in listed] == [*PROFILES, "facade:WIDTHxHEIGHT"]
    assert json.loads(listed[3])["level"] == "3.1"
    assert "lite: 1280 x 720, 30/s, level 3.1" in CliRunner().invoke(content, ["profiles"]).stdout
    corners((1_920, 1_080)).save(tmp_path / "a.png")
    words = ["prepare", str(tmp_path / "a.png"), "--out", str(tmp_path / "out"), "--profile", "lite", "--json"]
    made = json.loads(CliRunner().invoke(content, words).stdout)["renditions"][0]
    assert (made["width"], made["height"]) == (1_280, 720)
