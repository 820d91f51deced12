"""What we prepare looks alike wherever it is looked at: decoded as FFmpeg does, by our player, in a browser.

A wrong matrix or a wrong range moves colours by five levels and more; one of 255 is swscale's quick way of rounding,
which we and FFmpeg's own players take.
"""

import base64
import io
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest
from aiohttp import web
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image
from playwright.async_api import Page, async_playwright

from content.clock import now_ms
from content.media.facts import Rendition
from content.media.preparation import prepare
from display_node.messages import Cue
from tests.chromium import ARGUMENTS, CHROMIUM
from tests.display_node.player.stand import Agent, Stand, cues, heartbeat_of, player, still_cue, video_cue
from tests.media.generate import number_in, numbered
from tests.media.scenes import Pixels, make_scenes, panned, scene

SIZE = (960, 540)
"""As the house keeps it and as large as the screen, so that nothing is scaled."""
FPS = 30
FRAMES = 150
INSTANTS_MS = (700, 2_200, 4_000)
MOST = 2.0
"""Mean absolute difference over the picture, of 255."""
LIKE_THE_UPLOAD = 4.0
"""What the house's compression may add to it, beside what was uploaded."""


PLAYER = """
import io, sys
import pygame
from PIL import Image
from display_node.player import pictures
from display_node.player.__main__ import main

def as_png(surface):
    body = io.BytesIO()
    Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB")).save(body, "PNG")
    return body.getvalue()

pictures.as_jpeg = as_png  # the real player, but what it hands over is not compressed
sys.exit(main())
"""


@dataclass(frozen=True)
class Made:
    """House media of a picture and of a film, and what was uploaded."""

    film: Rendition
    still: Rendition
    uploaded: list[Pixels]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("house")
    pictures = panned(scene(5, SIZE), FRAMES)
    for number, picture in enumerate(pictures):
        picture[: SIZE[1] // 3] = numbered(number, SIZE)[: SIZE[1] // 3]
    Image.fromarray(pictures[0], "RGB").save(folder / "still.png")
    film, still = make_scenes(folder / "film.mp4", pictures), folder / "still.png"
    return Made(house(film, folder / "a"), house(still, folder / "b"), pictures)


def house(source: Path, out: Path) -> Rendition:
    out.mkdir()
    prepared = prepare(source, out)
    assert prepared.rendition is not None, prepared.reasons
    assert (prepared.rendition.width, prepared.rendition.height) == SIZE
    return prepared.rendition


@dataclass(frozen=True)
class Shown:
    """What our player presented: of the film at each of the instants, and of the still."""

    film: list[Pixels]
    still: Pixels

    @property
    def numbers(self) -> list[int]:
        """Which of the film's pictures they are."""
        return [number_in(picture) for picture in self.film]


@pytest.fixture(scope="module")
def shown(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return on_the_screen(made, tmp_path_factory.mktemp("player"))


# --- three ways to look at it ----------------------------------------------------------------------------------------


def decoded(path: Path) -> list[Pixels]:
    """By FFmpeg's libraries: a film as BT.709 of limited range, as ours say they are, a still as its file says."""
    with av.open(str(path)) as container:
        is_film = path.suffix == ".mp4"
        matrix, levels = (Colorspace.ITU709, ColorRange.MPEG) if is_film else (None, None)
        return [colours(frame, matrix, levels) for frame in container.decode(video=0)]


def colours(frame: av.VideoFrame, matrix: Colorspace | None, levels: ColorRange | None) -> Pixels:
    """The frame's, if it is of that matrix and range; None: as it says."""
    rgb = frame.reformat(
        format="rgb24", src_colorspace=matrix, src_color_range=levels, dst_color_range=ColorRange.JPEG
    )  # fmt: skip
    return rgb.to_ndarray().astype(np.uint8)


def decoded_by_ffmpeg(path: Path, number: int) -> Pixels:
    """One picture of it, by the program `ffmpeg` of this machine."""
    only = ["-vf", f"select=eq(n\\,{number})", "-frames:v", "1"]
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), *only, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return np.frombuffer(done.stdout, np.uint8).reshape(SIZE[1], SIZE[0], 3)


def on_the_screen(made: Made, folder: Path) -> Shown:
    """What our player presents under SDL's dummy driver."""
    film_ms, looks = made.film.duration_ms, ("--headless", f"{SIZE[0]}x{SIZE[1]}")
    with player(folder, *looks, program=("-c", PLAYER)) as stand, stand.agent() as agent:
        heartbeat_of(agent)
        start = now_ms() + 1_500
        film = replace(video_cue(made.film.path, start, start + film_ms), fps_num=made.film.fps_num)
        still = still_cue(made.still.path, start + film_ms, start + film_ms + 5_000)
        agent.say(cues(*(plain(cue) for cue in (film, still))))
        frames = [taken(stand, agent, folder, "i1", start + at_ms) for at_ms in INSTANTS_MS]
        return Shown(frames, taken(stand, agent, folder, "s1", start + film_ms + 700))


def plain(cue: Cue) -> Cue:
    """Without its maker's name, which the player would write over it."""
    return replace(cue, width=SIZE[0], height=SIZE[1], title="", group_name="")


def taken(stand: Stand, agent: Agent, folder: Path, item: str, instant_ms: int) -> Pixels:
    """The picture of the screen at an instant, on which `item` was shown."""
    agent.wait_until(instant_ms)
    picture, wall_ms = agent.picture(folder / "screen.jpg")
    assert [row.item for row in stand.rows() if row.wall_ms <= wall_ms][-1] == item
    return np.asarray(picture.convert("RGB"))


@asynccontextmanager
async def served(*files: Path) -> AsyncIterator[str]:
    """An address below which these files are, and a page to look at them from."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Look</title>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    for file in files:
        app.router.add_get(f"/{file.name}", partial(_send, file))
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def _send(file: Path, _: web.Request) -> web.FileResponse:
    return web.FileResponse(file)


LOOK = """async ([address, atS]) => {
    const isFilm = atS !== null;
    const look = isFilm ? document.createElement('video') : new Image();
    const ready = new Promise((done, failed) => {
        look.addEventListener(isFilm ? 'loadeddata' : 'load', done, {once: true});
        look.addEventListener('error', () => failed(new Error(`${address} cannot be shown`)), {once: true});
    });
    look.muted = true;
    look.preload = 'auto';
    look.src = address;
    document.body.append(look);
    await ready;
    if (isFilm) {
        const there = new Promise(done => look.addEventListener('seeked', done, {once: true}));
        const shown = new Promise(done => look.requestVideoFrameCallback(done));
        look.currentTime = atS;
        await Promise.all([there, shown]);
    }
    const canvas = document.createElement('canvas');
    canvas.width = look.videoWidth || look.naturalWidth;
    canvas.height = look.videoHeight || look.naturalHeight;
    canvas.getContext('2d').drawImage(look, 0, 0);
    return canvas.toDataURL('image/png').split(',')[1];
}"""


async def in_the_browser(made: Made, frames: list[int]) -> tuple[list[Pixels], Pixels]:
    """What a browser draws of these frames of the film, and of the still."""
    async with served(made.film.path, made.still.path) as address, async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page()
        await page.goto(address)
        if not await page.evaluate("document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.640029\"')"):
            pytest.skip("this browser plays no H.264")
        film = [await drawn(page, made.film.path.name, (number + 0.5) / FPS) for number in frames]
        still = await drawn(page, made.still.path.name, None)
        await browser.close()
        return film, still


async def drawn(page: Page, address: str, at_s: float | None) -> Pixels:
    body = await page.evaluate(LOOK, [address, at_s])
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(body))).convert("RGB"))


def apart(one: Pixels, other: Pixels) -> float:
    """The mean absolute difference of two pictures, of 255."""
    assert one.shape == other.shape
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


# --- and they agree --------------------------------------------------------------------------------------------------


def test_on_the_screen_it_is_the_picture_that_ffmpegs_libraries_decode_and_that_was_uploaded(
    made: Made, shown: Shown
) -> None:
    film, (still,) = decoded(made.film.path), decoded(made.still.path)
    assert len(set(shown.numbers)) == len(INSTANTS_MS)
    for number, picture in zip(shown.numbers, shown.film, strict=True):
        assert apart(picture, film[number]) <= MOST
        assert apart(film[number], made.uploaded[number]) <= LIKE_THE_UPLOAD
    assert apart(shown.still, still) <= MOST
    assert apart(still, made.uploaded[0]) <= LIKE_THE_UPLOAD


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="there is no ffmpeg on this machine")
def test_on_the_screen_it_is_the_picture_that_ffmpeg_decodes(made: Made, shown: Shown) -> None:
    for number, picture in zip(shown.numbers, shown.film, strict=True):
        assert apart(picture, decoded_by_ffmpeg(made.film.path, number)) <= MOST
    assert apart(shown.still, decoded_by_ffmpeg(made.still.path, 0)) <= MOST


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")
async def test_in_a_browser_it_is_the_picture_that_is_on_the_screen_and_that_is_decoded(
    made: Made, shown: Shown
) -> None:
    film, (still,) = decoded(made.film.path), decoded(made.still.path)
    drawn_film, drawn_still = await in_the_browser(made, shown.numbers)
    for number, on_screen, drawn in zip(shown.numbers, shown.film, drawn_film, strict=True):
        assert number_in(drawn) == number
        assert apart(drawn, on_screen) <= MOST
        assert apart(drawn, film[number]) <= MOST
    assert apart(drawn_still, shown.still) <= MOST
    assert apart(drawn_still, still) <= MOST


def test_a_wrong_matrix_or_range_would_be_noticed(made: Made) -> None:
    right = decoded(made.film.path)[0]
    with av.open(str(made.film.path)) as container:
        frame = next(container.decode(video=0))
        for matrix, levels in ((Colorspace.ITU601, ColorRange.MPEG), (Colorspace.ITU709, ColorRange.JPEG)):
            assert apart(colours(frame, matrix, levels), right) > MOST
