"""What captions cost: reading two thousand of them, and drawing one over each frame of a 1920x1080 film. CPU time.

.venv/bin/python -m benchmarks.captions
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pygame

from content.captions import CaptionCue, CaptionLine, Captions, read_webvtt, webvtt
from content.media.caption_files import read_caption_file
from display_node.player.scenes.captions import CaptionsOverlay, boxed
from display_node.player.text import Typesetter

SIZE = (1920, 1080)
FRAMES = 300
CUES = 1_800
LINES = ("Chúng tôi trồng rau trên mái nhà thư viện,", "Ừ, giữa những tòa nhà — tuyệt vời!")


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU time of `work`, in ms."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1_000


def captions() -> Captions:
    """Half an hour of two lines a second."""
    lines = CaptionLine(LINES[0]), CaptionLine(LINES[1], italic=True)
    return Captions("vi", tuple(CaptionCue(at * 1_000, at * 1_000 + 900, lines) for at in range(CUES)))


def main() -> None:
    """Prints the figures."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    pygame.display.init()
    stage = pygame.display.set_mode(SIZE)
    text = captions()
    body = webvtt(text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.vtt"
        path.write_bytes(body)
        read_ms = cpu_ms(lambda: read_caption_file(path, "vi", film_ms=0, most_bytes=2_000_000))
        overlay = CaptionsOverlay(str(path), hashlib.sha256(body).hexdigest(), Typesetter())
        while overlay.is_running:
            time.sleep(0.01)
        setter = Typesetter()
        first_ms = cpu_ms(lambda: boxed(text.cues[0], SIZE, setter))
        whole = pygame.Rect((0, 0), SIZE)
        overlay.draw(stage, 100, whole)

        def frames(at_ms: int) -> None:
            for _frame in range(FRAMES):
                overlay.draw(stage, at_ms, whole)

        again_ms, none_ms = (cpu_ms(partial(frames, at_ms)) / FRAMES for at_ms in (100, 950))
    print(f"a stranger's file of {CUES} captions: {read_ms:.0f} ms")
    print(f"our own text of it, read strictly: {cpu_ms(lambda: read_webvtt(body)):.0f} ms")
    print(f"a caption of two lines, set for the first time: {first_ms:.1f} ms")
    print(f"laid over each further frame: {again_ms:.2f} ms; while nothing is said: {none_ms:.3f} ms")


if __name__ == "__main__":
    main()
