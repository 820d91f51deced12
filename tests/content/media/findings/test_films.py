"""What a moderator could overlook in a film is found, told with its time, and can be seen on the strip."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from content.media.facts import Prepared
from content.media.findings.policy import Policy
from content.media.mends import Cut
from content.media.preparation import prepare
from content.media.profiles import facade
from content.media.reasons import Reason
from tests.content.media.rooms import codes_of, prepared_from
from tests.media.documents import Page, make_pdf
from tests.media.generate import Film, make_film
from tests.media.scenes import RATE, Wave, black, make_scenes, page, panned, scene, with_qr

SMALL = facade(320, 180)
SHARP = (854, 480)
"""As large as raises no word about its size."""


def found(prepared: Prepared, code: str) -> Reason:
    """The one reason of this code."""
    (reason,) = [one for one in prepared.reasons if one.code == code]
    return reason


@pytest.mark.parametrize("frames", [1, 3, 12])
def test_a_picture_hidden_between_others_is_found_and_shown(tmp_path: Path, frames: int) -> None:
    shown, hidden = panned(scene(1), 40), np.full_like(scene(2), (20, 200, 40))
    film = make_scenes(tmp_path / "a.mp4", [*shown, *[hidden] * frames, *shown])
    out = tmp_path / "out"
    out.mkdir()
    prepared = prepare(film, out)
    reason = found(prepared, "hidden_picture")
    assert prepared.verdict == "accepted_with_warnings"
    assert reason.at_ms == 40_000 // 30
    assert reason.values["ms"] == frames * 1_000 // 30
    assert reason.values["count"] == 1
    assert 40_000 // 30 in prepared.strip_ms
    with Image.open(out / "strip.jpg") as strip:
        tile = strip.width // min(6, len(prepared.strip_ms))
        place = prepared.strip_ms.index(40_000 // 30)
        seen = np.asarray(
            strip.crop((place % 6 * tile, place // 6 * 180, place % 6 * tile + tile, place // 6 * 180 + 180))
        )
    assert np.abs(seen.reshape(-1, 3).mean(axis=0) - (20, 200, 40)).max() < 6


def test_a_scene_that_stays_long_enough_is_no_hidden_picture(tmp_path: Path) -> None:
    film = make_scenes(
        tmp_path / "a.mp4", [*panned(scene(1, SHARP), 40), *panned(scene(2, SHARP), 20), *panned(scene(3, SHARP), 40)]
    )
    assert codes_of(prepared_from(film)) == []


def test_the_mixture_in_which_a_picture_passes_into_the_next_is_no_hidden_picture(tmp_path: Path) -> None:
    first, last = panned(scene(1), 30), panned(scene(2), 30)
    mixed = ((first[-1].astype(int) * 2 + last[0]) // 3).astype(np.uint8)
    film = make_scenes(tmp_path / "a.mp4", [*first, mixed, *last])
    assert "hidden_picture" not in codes_of(prepared_from(film))


def test_a_restless_camera_hides_nothing(tmp_path: Path) -> None:
    film = make_scenes(tmp_path / "a.mp4", panned(scene(4), 60, step=24))
    assert "hidden_picture" not in codes_of(prepared_from(film))


def test_black_and_frozen_parts_are_found_and_can_be_cut_out(tmp_path: Path) -> None:
    moving = panned(scene(1), 60)
    film = make_scenes(tmp_path / "a.mp4", [*moving, *[black()] * 45, *moving, *[scene(3)] * 180])
    prepared = prepared_from(film)
    dark, still = found(prepared, "black_part"), found(prepared, "frozen_part")
    assert (dark.at_ms, dark.values["seconds"], dark.values["places"]) == (2_000, 2, "0:02-0:04")
    assert (still.at_ms, still.values["seconds"]) == (5_500, 6)
    assert (still.level, dark.level) == ("tell", "warn")
    assert [offer.mends for offer in prepared.offers if offer.answers == "black_part"] == [(Cut(2_000, 3_500),)]
    assert "black_part" not in codes_of(prepared_from(film, mends=(Cut(2_000, 3_500),)))


def test_a_short_fade_through_black_is_nothing_to_speak_of(tmp_path: Path) -> None:
    moving = panned(scene(1, SHARP), 45)
    assert codes_of(prepared_from(make_scenes(tmp_path / "a.mp4", [*moving, *[black(SHARP)] * 20, *moving]))) == []


def test_where_a_code_leads_is_told(tmp_path: Path) -> None:
    says = "https://example.org/fair?from=screen"
    moving = panned(scene(1), 30)
    film = make_scenes(tmp_path / "a.mp4", [*moving, *[with_qr(scene(2), says)] * 60])
    reason = found(prepared_from(film), "qr_code_at")
    assert (reason.values["says"], reason.level) == (says, "tell")
    assert reason.at_ms in range(1_000, 2_000)


def test_too_many_words_for_the_time_are_told(tmp_path: Path) -> None:
    words = "The summer fair is on Saturday from ten to six in the park behind the library " * 2
    film = make_scenes(tmp_path / "a.mp4", [*[page(words, 64)] * 60, *panned(scene(2, (1_920, 1_080)), 30)])
    reason = found(prepared_from(film), "little_time")
    assert abs(int(reason.values["characters"]) - len(words)) < 40
    assert (reason.values["seconds"], reason.at_ms) == (2, 0)


def test_letters_too_small_for_the_street_are_told(tmp_path: Path) -> None:
    words = "Everything about the opening hours of the swimming pool and of the library this summer " * 3
    film = make_scenes(tmp_path / "a.mp4", [page(words, 32)] * 45)
    assert found(prepared_from(film), "small_text_at").values["metres"] in {1, 2}


def test_slides_may_stand_still_and_all_are_on_the_strip(tmp_path: Path) -> None:
    document = make_pdf(tmp_path / "a.pdf", [Page("one", (1, 0.8, 0.8)), Page("two", (0.6, 1, 0.6)), Page("three")])
    prepared = prepared_from(document, still_ms=6_000, profile=SMALL)
    assert "frozen_part" not in codes_of(prepared)
    assert {0, 6_000, 12_000} <= set(prepared.strip_ms)


def sine(seconds: int, height: float) -> Wave:
    return (height * np.sin(np.arange(seconds * RATE) * 2 * np.pi * 220 / RATE)).astype(np.float32)


def test_a_sound_that_was_recorded_too_loud_is_told(tmp_path: Path) -> None:
    wave = np.concatenate([sine(2, 0.5), np.clip(sine(3, 4.0), -0.99, 0.99), sine(2, 0.5)])
    film = make_scenes(tmp_path / "a.mp4", panned(scene(1), 210), wave=wave)
    reason = found(prepared_from(film), "clipped_sound")
    assert reason.at_ms in {1_000, 2_000}
    assert reason.values["seconds"] in {3, 4}


def test_a_sound_at_full_height_is_not_distorted(tmp_path: Path) -> None:
    film = make_scenes(tmp_path / "a.mp4", panned(scene(1), 150), wave=sine(5, 0.99))
    assert "clipped_sound" not in codes_of(prepared_from(film))


def test_long_silence_within_a_sound_is_told(tmp_path: Path) -> None:
    wave = np.concatenate([sine(2, 0.3), np.zeros(12 * RATE, np.float32), sine(1, 0.3)])
    film = make_scenes(tmp_path / "a.mp4", panned(scene(1), 450), wave=wave)
    reason = found(prepared_from(film), "silent_part")
    assert (reason.level, reason.values["seconds"] in {11, 12}) == ("tell", True)


def test_what_a_phone_wrote_into_a_film_is_told_and_gone(tmp_path: Path) -> None:
    tags = (("location", "+48.2000+016.3700/"), ("artist", "A maker"), ("copyright", "CC BY 4.0"))
    prepared = prepared_from(make_film(tmp_path / "a.mp4", Film(tags=tags)))
    assert {"place_removed", "maker_named", "rights_named"} <= set(codes_of(prepared))
    assert found(prepared, "rights_named").values == {"rights": "CC BY 4.0"}


@pytest.mark.parametrize(
    ("policy", "verdict"), [({"black_part": "block"}, "refused"), ({"black_part": "off"}, "accepted")]
)
def test_a_house_decides_what_it_makes_of_a_finding(tmp_path: Path, policy: Policy, verdict: str) -> None:
    moving = panned(scene(1, SHARP), 45)
    film = make_scenes(tmp_path / "a.mp4", [*moving, *[black(SHARP)] * 45, *moving])
    out = tmp_path / "out"
    out.mkdir()
    prepared = prepare(film, out, policy=policy)
    assert prepared.verdict == verdict
    assert (prepared.rendition is None, list(out.iterdir()) == []) == (verdict == "refused",) * 2
    assert bool(prepared.offers) == (verdict == "refused") or verdict == "accepted"
