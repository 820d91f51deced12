"""What comes again is known, though it is smaller, recompressed or in another container; what is another is not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from content.media.findings.likeness import Likeness, is_alike
from content.media.preparation import prepare
from tests.content.media.rooms import prepared_from
from tests.media.scenes import make_scenes, panned, scene

SHARED = Path(__file__).resolve().parents[5] / "shared" / "media" / "video"


def likeness_of(source: Path) -> Likeness:
    return prepared_from(source).likeness


def test_a_picture_made_smaller_and_saved_again_is_known(tmp_path: Path) -> None:
    Image.fromarray(scene(1, (1_600, 900))).save(tmp_path / "a.png")
    Image.fromarray(scene(1, (800, 450))).save(tmp_path / "b.jpg", quality=40)
    Image.fromarray(scene(2, (1_600, 900))).save(tmp_path / "c.png")
    first, again, other = (likeness_of(tmp_path / name) for name in ("a.png", "b.jpg", "c.png"))
    assert is_alike(first, again)
    assert not is_alike(first, other)


def test_a_film_cut_from_other_scenes_is_another_though_it_begins_alike(tmp_path: Path) -> None:
    first, second = panned(scene(1), 70, step=1), panned(scene(2), 60, step=1)
    one = likeness_of(make_scenes(tmp_path / "a.mp4", [*first, *first]))
    same = likeness_of(make_scenes(tmp_path / "b.mp4", [*(picture[::2, :424:2] for picture in [*first, *first])]))
    other = likeness_of(make_scenes(tmp_path / "c.mp4", [*first, *second]))
    assert len(one) == 2
    assert is_alike(one, same)
    assert not is_alike(one, other)


def test_plain_pictures_are_like_nothing(tmp_path: Path) -> None:
    for name, colour in (("a.png", "navy"), ("b.png", "navy")):
        Image.new("RGB", (800, 600), colour).save(tmp_path / name)
    assert not is_alike(likeness_of(tmp_path / "a.png"), likeness_of(tmp_path / "b.png"))


def test_other_pictures_are_about_half_of_the_bits_away(tmp_path: Path) -> None:
    found = []
    for seed in range(6):
        Image.fromarray(scene(seed, (640, 480))).save(tmp_path / f"{seed}.png")
        found.append(int(likeness_of(tmp_path / f"{seed}.png")[0], 16))
    apart = [(one ^ other).bit_count() for place, one in enumerate(found) for other in found[:place]]
    assert min(apart) > 16
    assert 24 < np.mean(apart) < 40


@pytest.mark.soak
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared media beside the project")
def test_a_real_film_in_another_container_and_coding_is_known(tmp_path: Path) -> None:
    found = []
    for name in ("elf.mp4", "elf.webm", "cockatoo.mp4"):
        out = tmp_path / name
        out.mkdir()
        found.append(prepare(SHARED / name, out).likeness)
    assert is_alike(found[0], found[1])
    assert not is_alike(found[0], found[2])
