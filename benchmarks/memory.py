"""How much memory the confined child takes at most, beyond what decoding the same file takes alone.

    python -m benchmarks.memory [--only NAME …]

Every file is made first. Then it is decoded alone, and prepared: each in a process of its own, of which the kernel
tells the most memory that was resident. Megabytes of 1,000,000 bytes. Nothing depends on how quick the machine is.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmarks.children import all_counted, most_mb

if TYPE_CHECKING:  # The process that starts the others must be small: a child's peak begins with its parent's.
    import numpy as np
    from av.video.stream import VideoStream
    from numpy.typing import NDArray
    from PIL import Image

FOUR_K = (3_840, 2_160)
SECONDS = 4
FPS = 30
MP_100 = (11_520, 8_680)
MP_40 = (7_744, 5_164)
A4_AT_300 = (2_480, 3_508)
PAGES = 20
GIF_FRAMES = 3_000


# --- files -----------------------------------------------------------------------------------------------------------


def photo(size: tuple[int, int], grain_levels: int = 12) -> "Image.Image":
    """A picture of soft colours with grain."""
    import numpy as np
    from PIL import Image

    chance = np.random.default_rng(1)
    rough = chance.integers(30, 220, (9, 12, 3), np.uint8)
    large = np.asarray(Image.fromarray(rough, "RGB").resize(size, Image.Resampling.BICUBIC))
    grain = chance.integers(0, grain_levels, (256, size[0], 1), np.uint8)
    rows = [large[top : top + 256] for top in range(0, size[1], 256)]
    return Image.fromarray(np.concatenate([part + grain[: part.shape[0]] for part in rows]), "RGB")


def panned(size: tuple[int, int], frames: int) -> "Iterator[NDArray[np.uint8]]":
    """The photo as a camera passes over it."""
    import numpy as np

    still = np.asarray(photo((size[0] + 4 * frames, size[1])))
    for number in range(frames):
        yield np.ascontiguousarray(still[:, 4 * number : 4 * number + size[0]])


def film(path: Path, codec: str, pixels: str, options: dict[str, str]) -> None:
    """A film in 4K, with grain and without sound."""
    import av

    with av.open(str(path), "w") as container:
        stream = cast("VideoStream", container.add_stream(codec, rate=FPS, options=options))
        stream.width, stream.height = FOUR_K
        stream.pix_fmt = pixels
        for number, picture in enumerate(panned(FOUR_K, SECONDS * FPS)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def pdf(path: Path) -> None:
    """Pages of A4 as a scanner makes them."""
    page = photo(A4_AT_300)
    page.save(path, "PDF", resolution=300, save_all=True, append_images=[page] * (PAGES - 1))


def gif(path: Path) -> None:
    """As many frames as we take, a tenth of a second each."""
    import numpy as np
    from PIL import Image

    size = 480, 360
    still = photo(size, grain_levels=1).quantize(64, dither=Image.Dither.NONE)
    palette, pixels = still.getpalette(), np.asarray(still)

    def frame(number: int) -> Image.Image:
        one = Image.fromarray(np.roll(pixels, min(number % 400, 400 - number % 400), axis=1), "P")
        one.putpalette(palette or [])
        return one

    rest = (frame(number) for number in range(1, GIF_FRAMES))
    frame(0).save(path, "GIF", save_all=True, append_images=rest, duration=100, loop=0, optimize=False)


# --- decoding alone --------------------------------------------------------------------------------------------------


def decode_film(path: Path) -> None:
    """Every picture, with as many threads as preparation gives the decoder."""
    import av

    from content.media.limits import DEFAULTS

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = DEFAULTS.threads
        for _ in container.decode(stream):
            pass


def decode_picture(path: Path) -> None:
    """All of it, or every frame."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as image:
        for place in range(getattr(image, "n_frames", 1)):
            image.seek(place)
            image.load()


def decode_pdf(path: Path) -> None:
    """Every page as large as a screen shows it."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    for place in range(len(document)):
        page = document[place]
        page.render(scale=1_080 / page.get_size()[1]).close()
        page.close()
    document.close()


Make = Callable[[Path], None]
FILES: dict[str, tuple[str, Make, Make]] = {
    "4K H.264, 30 a second": (
        "film.mp4",
        lambda path: film(path, "libx264", "yuv420p", {"preset": "ultrafast", "crf": "20"}),
        decode_film,
    ),
    "4K HEVC, 10 bits": (
        "ten.mp4",
        lambda path: film(path, "libx265", "yuv420p10le", {"preset": "ultrafast", "x265-params": "log-level=none"}),
        decode_film,
    ),
    "JPEG, 100 megapixels": ("photo.jpg", lambda path: photo(MP_100).save(path, "JPEG", quality=88), decode_picture),
    "PNG, 100 megapixels": (
        "photo.png",
        lambda path: photo(MP_100).quantize(64).convert("RGB").save(path, "PNG", compress_level=4),
        decode_picture,
    ),
    "AVIF, 40 megapixels": ("photo.avif", lambda path: photo(MP_40).save(path, "AVIF", speed=10), decode_picture),
    "PDF, 20 scanned pages": ("pages.pdf", pdf, decode_pdf),
    "GIF, 3,000 frames": ("frames.gif", gif, decode_picture),
}


# --- measuring -------------------------------------------------------------------------------------------------------


def prepare_it(path: Path) -> str:
    """Prepares it in its confined child; why not, where it is refused."""
    from content.media.preparation import prepare

    with tempfile.TemporaryDirectory() as out, all_counted():
        prepared = prepare(path, Path(out))
    return "" if prepared.rendition else ", ".join(reason.code for reason in prepared.reasons)


def work(name: str, which: str, path: Path) -> None:
    """Does one work and prints the most memory it took."""
    _, make, decode = FILES[name]
    refused = ""
    if which == "prepare":
        refused = prepare_it(path)
    else:
        (make if which == "make" else decode)(path)
    print(json.dumps({"mb": most_mb(of_children=which == "prepare"), "refused": refused}))


@dataclass(frozen=True)
class Peak:
    """The most memory a work took, and why it was refused, if it was."""

    mb: float
    refused: str


def measured(name: str, which: str, path: Path) -> Peak:
    """One work in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.memory", "--work", which, "--name", name, "--path", str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Peak(**json.loads(done.stdout))


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=list(FILES), help="those whose names contain this")
    for hidden in ("--work", "--name"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(asked.name, asked.work, asked.path)
        return
    print(f"{'':24}{'decoding alone':>16}{'preparation':>14}{'beyond':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for name in (name for name in FILES if any(part in name for part in asked.only)):
            path = Path(folder) / FILES[name][0]
            try:
                measured(name, "make", path)
            except subprocess.CalledProcessError:
                print(f"{name:24}  cannot be made here")
                continue
            alone, whole = (measured(name, which, path) for which in ("decode", "prepare"))
            beyond = whole.mb - alone.mb
            print(f"{name:24}{alone.mb:13.0f} MB{whole.mb:11.0f} MB{beyond:7.0f} MB  {whole.refused}", flush=True)
            path.unlink()


if __name__ == "__main__":
    main()
