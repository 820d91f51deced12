"""Captions over a film: the approved words, in their time and place, and never others."""

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from content.captions import ALIGNS, CaptionCue, CaptionLine, Captions, webvtt
from content.clock import now_ms
from display_node.messages import Corner, Cue, Fault, Invitation, PictureTaken, TakePictures
from display_node.player.scenes.captions import CaptionsOverlay, boxed, placed, side_of
from display_node.player.scenes.invitation import MARGIN_SHARE, in_corner
from display_node.player.text import Typesetter
from tests.display_node.player.stand import FPS, cues, make_clip, number_in, player, video_cue

LETTERS = st.text("abcdé ệ", min_size=1, max_size=120).map(lambda text: " ".join(text.split()) or "a")
CORNERS: tuple[Corner, ...] = ("top_right", "top_left", "bottom_right", "bottom_left")
STAGE = (640, 360)
WHOLE = pygame.Rect((0, 0), STAGE)
SAID = ((1_000, 2_500), (3_500, 4_000))


def said(*lines: str, start_ms: int = 0, end_ms: int = 1_000, **place: object) -> CaptionCue:
    return CaptionCue(start_ms, end_ms, tuple(CaptionLine(line) for line in lines), **place)  # type: ignore[arg-type]


def file_of(folder: Path, *these: CaptionCue) -> tuple[str, str]:
    """Path and SHA-256 of a file of captions."""
    body = webvtt(Captions("vi", these))
    path = folder / hashlib.sha256(body).hexdigest()
    path.write_bytes(body)
    return str(path), path.name


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    pygame.display.set_mode((8, 8))
    yield Typesetter()
    pygame.display.quit()


def read(path: str, sha256: str, typesetter: Typesetter) -> CaptionsOverlay:
    """The overlay once its thread has ended."""
    overlay = CaptionsOverlay(path, sha256, typesetter)
    while overlay.is_running:
        os.sched_yield()
    return overlay


def drawn(overlay: CaptionsOverlay, media_ms: int, keep_off: pygame.Rect | None = None) -> pygame.Rect | None:
    """Where something is drawn over a grey picture; None for nowhere."""
    surface = pygame.Surface(STAGE)
    surface.fill((128, 128, 128))
    overlay.draw(surface, media_ms, WHOLE, [keep_off] if keep_off else [])
    changed = np.argwhere((pygame.surfarray.array3d(surface) != 128).any(axis=2))
    if not len(changed):
        return None
    (left, top), (right, bottom) = changed.min(axis=0), changed.max(axis=0)
    return pygame.Rect(int(left), int(top), int(right - left + 1), int(bottom - top + 1))


def test_words_stand_at_the_foot_in_their_time_and_not_outside_it(tmp_path: Path, typesetter: Typesetter) -> None:
    overlay = read(*file_of(tmp_path, said("Chào các bạn", start_ms=1_000, end_ms=2_000)), typesetter)
    places = [drawn(overlay, media_ms) for media_ms in (0, 999, 1_000, 1_999, 2_000)]
    assert [place is not None for place in places] == [False, False, True, True, False]
    place = places[2]
    assert place is not None
    assert abs(place.centerx - STAGE[0] // 2) <= 1
    assert STAGE[1] * 3 // 4 < place.top < place.bottom < STAGE[1]


def test_a_file_whose_bytes_were_changed_is_never_drawn_and_that_is_told(
    tmp_path: Path, typesetter: Typesetter
) -> None:
    path, sha256 = file_of(tmp_path, said("approved"))
    Path(path).write_bytes(Path(path).read_bytes().replace(b"approved", b"altered!"))
    overlay = read(path, sha256, typesetter)
    assert drawn(overlay, 500) is None
    assert "not those that were approved" in overlay.failure


@pytest.mark.parametrize("body", [b"", b"WEBVTT\n\n00:00.000 --> 00:01.000\nnot ours\n", b"\xff" * 100])
def test_bytes_that_are_not_our_captions_are_never_drawn_whatever_they_hash_to(
    tmp_path: Path, typesetter: Typesetter, body: bytes
) -> None:
    (tmp_path / "x").write_bytes(body)
    overlay = read(str(tmp_path / "x"), hashlib.sha256(body).hexdigest(), typesetter)
    assert drawn(overlay, 500) is None
    assert overlay.failure


def test_a_missing_file_is_told_and_no_file_wanted_is_not(tmp_path: Path, typesetter: Typesetter) -> None:
    assert read(str(tmp_path / "gone"), "ab" * 32, typesetter).failure
    assert not read("", "", typesetter).failure
    assert drawn(read("", "", typesetter), 0) is None


def test_words_keep_off_the_line_that_names_the_maker(tmp_path: Path, typesetter: Typesetter) -> None:
    overlay = read(*file_of(tmp_path, said("Hello there, everybody")), typesetter)
    maker = pygame.Rect(20, 280, 300, 60)
    place = drawn(overlay, 0, maker)
    assert place is not None
    assert not place.colliderect(maker)


@given(
    st.lists(LETTERS, min_size=1, max_size=3), st.none() | st.integers(0, 100), st.sampled_from(CORNERS),
    st.sampled_from([(640, 360), (360, 640), (480, 480)]),
)  # fmt: skip
def test_words_and_an_invitation_are_kept_apart_wherever_both_want_to_be(
    typesetter: Typesetter, lines: list[str], line: int | None, corner: Corner, stage: tuple[int, int]
) -> None:
    largest = (
        (stage[0] * 2 // 5, stage[1] * 11 // 20) if stage[0] >= stage[1] else (stage[0] * 11 // 20, stage[1] * 2 // 5)
    )
    invitation = in_corner(corner, largest, stage, int(min(stage) * MARGIN_SHARE))
    cue = said(*lines, line_percent=line)
    maker = pygame.Rect(20, stage[1] - 80, 200, 60)
    place = placed(
        cue, boxed(cue, stage, typesetter).get_size(), pygame.Rect((0, 0), stage), stage, [invitation, maker]
    )
    assert not place.colliderect(invitation)
    assert pygame.Rect((0, 0), stage).contains(place)


def test_two_at_once_stand_one_above_the_other_the_later_below(tmp_path: Path, typesetter: Typesetter) -> None:
    overlay = read(*file_of(tmp_path, said("first"), said("second, which is longer", start_ms=100)), typesetter)
    alone, both = drawn(overlay, 50), drawn(overlay, 200)
    assert alone is not None
    assert both is not None
    assert both.bottom == alone.bottom
    assert both.height > 2 * alone.height - 2


@pytest.mark.parametrize(
    ("align", "words", "side"),
    [("start", "hello", "left"), ("end", "hello", "right"), ("start", "שלום", "right"), ("end", "مرحبا", "left"),
     ("left", "שלום", "left"), ("center", "שלום", "center")],
)  # fmt: skip
def test_start_is_where_the_words_are_read_from(align: str, words: str, side: str) -> None:
    assert side_of(said(words, align=align)) == side


@given(
    st.lists(LETTERS, min_size=1, max_size=3),
    st.none() | st.integers(0, 100),
    st.none() | st.integers(0, 100),
    st.sampled_from(ALIGNS),
    st.tuples(st.integers(64, 400), st.integers(64, 400)),
)
def test_whatever_is_said_it_stays_on_the_stage_in_three_rows_at_most(
    typesetter: Typesetter, lines: list[str], line: int | None, position: int | None, align: str, stage: tuple[int, int]
) -> None:
    cue = said(*lines, line_percent=line, position_percent=position, align=align)
    box = boxed(cue, stage, typesetter)
    one = boxed(said("a"), stage, typesetter)
    place = placed(cue, box.get_size(), pygame.Rect((0, 0), stage), stage, [])
    assert pygame.Rect((0, 0), stage).contains(place)
    assert box.get_height() <= 3 * one.get_height()


def has_words(picture: Image.Image) -> bool:
    """Whether there is light writing at the foot of a clip's picture, which is of one dark colour there."""
    foot = np.asarray(picture.convert("L"))[picture.height * 3 // 4 :]
    return bool((foot > 200).sum() > 20)


def pictures_of(folder: Path, cue: Cue, until_ms: int) -> tuple[list[tuple[int, bool]], list[Fault]]:
    """The frame number of every picture taken while a player shows `cue`, and whether words stood there; its faults."""
    seen: dict[int, bool] = {}
    path = folder / "picture.jpg"
    with player(folder, "--headless", f"{STAGE[0]}x{STAGE[1]}") as stand, stand.agent() as agent:
        agent.say(cues(cue))
        agent.wait_until(cue.start_ms + 300)
        agent.say(TakePictures(str(path), 100, until_ms - cue.start_ms))
        count = 0
        while now_ms() < until_ms:
            agent.wait(lambda: len(agent.of(PictureTaken)) > count or now_ms() >= until_ms, "a picture")  # noqa: B023
            count = len(agent.of(PictureTaken))
            if path.is_file():
                picture = Image.open(io.BytesIO(path.read_bytes()))
                seen[number_in(picture)] = has_words(picture)
        return sorted(seen.items()), agent.of(Fault)


def test_a_player_shows_the_words_at_the_right_second_and_not_outside_it(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", 5, tint=20)
    path, sha256 = file_of(tmp_path, *(said("Xin chào", start_ms=start, end_ms=end) for start, end in SAID))
    start_ms = now_ms() + 1_500
    cue = replace(video_cue(clip, start_ms, start_ms + 5_000), title="", captions=path, captions_sha256=sha256)
    seen, faults = pictures_of(tmp_path, cue, start_ms + 4_700)
    wanted = {frame: any(start <= frame * 1_000 // FPS < end for start, end in SAID) for frame, _ in seen}
    assert dict(seen) == wanted
    assert set(wanted.values()) == {True, False}
    assert not faults


def test_a_player_plays_on_without_captions_that_were_altered_and_says_so_once(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", 3, tint=20)
    path, sha256 = file_of(tmp_path, said("approved", end_ms=3_000))
    Path(path).write_bytes(webvtt(Captions("vi", (said("altered", end_ms=3_000),))))
    start_ms = now_ms() + 1_500
    cue = replace(video_cue(clip, start_ms, start_ms + 3_000), title="", captions=path, captions_sha256=sha256)
    seen, faults = pictures_of(tmp_path, cue, start_ms + 2_700)
    assert len(seen) > 3
    assert not any(words for _, words in seen)
    assert [fault.sha256 for fault in faults] == [sha256]


def test_a_player_draws_the_words_below_the_invitation_that_stands_where_they_would(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=8, size=STAGE)
    path, sha256 = file_of(tmp_path, said("Up here, wide enough to reach the corner", end_ms=8_000, line_percent=0))
    start_ms = now_ms() + 800
    cue = replace(video_cue(clip, start_ms, start_ms + 8_000), captions=path, captions_sha256=sha256, title="")
    invited = Invitation("HTTPS://C.ORG/J/BCDF", "c.org/j", "BCDF")
    with player(tmp_path, "--headless", f"{STAGE[0]}x{STAGE[1]}") as stand, stand.agent() as agent:
        agent.say(cues(cue), invited)
        seen: set[tuple[bool, bool]] = set()

        def is_apart() -> bool:
            pixels = np.asarray(agent.picture(tmp_path / "seen.jpg")[0].convert("L")).astype(int)
            corner, under = pixels[20:180, 480:620], pixels[200:300, 100:540]
            seen.add((bool((corner > 240).mean() > 0.3), bool((under > 200).sum() > 50)))
            return (True, True) in seen

        agent.wait_until(start_ms + 200)
        agent.wait(is_apart, "both to stand there")
