"""What flashes is dimmed until our own screening passes it, no more than needed, and only where it was asked for."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from content.media.cli import content
from content.media.facts import Prepared
from content.media.mends import STRENGTHS, Cut, Dim, Mend
from content.media.preparation import prepare, screen
from content.media.reasons import reason_text
from tests.content.media.flash.films import make_flashing, write
from tests.content.media.flash.screens import stripes
from tests.content.media.rooms import codes_of, pictures_in, prepared_from, rendition_of
from tests.media.generate import make_turned_jpeg


@pytest.mark.parametrize("colour", [(255, 255, 255), (255, 0, 0)])
def test_a_refused_film_is_offered_a_mend_and_passes_with_it(colour: tuple[int, int, int], tmp_path: Path) -> None:
    source = make_flashing(tmp_path / "a.mp4", 5, colour=colour)
    refused = prepared_from(source)
    assert refused.verdict == "refused"
    assert [offer.mends for offer in refused.offers] == [(Dim(1_000, 3_000),)], "a second is too little to be left"
    mended = _mended(source, *refused.offers[0].mends)
    assert mended.verdict == "accepted_with_warnings"
    assert not [code for code in codes_of(mended) if "flash" in code]
    (dim,) = mended.mends
    assert isinstance(dim, Dim)
    assert 1 < dim.strength < STRENGTHS
    _, screening = screen(rendition_of(mended).path)
    assert screening is not None
    assert screening.policy == "publish"


def test_no_more_is_dimmed_than_it_takes(tmp_path: Path) -> None:
    faint = make_flashing(tmp_path / "faint.mp4", 5, colour=(110, 110, 110))
    (dim,) = _mended(faint, Dim(1_000, 3_000)).mends
    assert dim == Dim(1_000, 3_000, strength=1)


def test_only_the_part_that_was_asked_for_changes_and_it_changes_smoothly(tmp_path: Path) -> None:
    picture = np.full((180, 320, 3), 200, np.uint8)
    source = write(tmp_path / "a.mp4", [picture] * 120)
    light = [float(one.mean()) for one in pictures_in(_mended_path(source, Dim(1_500, 2_500, 3)))]
    assert all(abs(one - 200) < 3 for one in (*light[:30], *light[91:])), "half a second around it is enough"
    assert all(one < 130 for one in light[46:74])
    assert max(abs(one - other) for one, other in itertools.pairwise(light)) < 16


def test_stripes_are_dimmed_too(tmp_path: Path) -> None:
    picture = np.ascontiguousarray(stripes(12)[::2, ::2])
    source = write(tmp_path / "a.mp4", [picture] * 60)
    refused = prepared_from(source)
    assert codes_of(refused) == ["pattern_hazard"]
    assert "pattern_hazard" not in codes_of(_mended(source, *refused.offers[0].mends))


def test_what_dimming_does_not_help_is_refused_and_says_so(tmp_path: Path) -> None:
    source = make_flashing(tmp_path / "a.mp4", 5)
    beside = _mended(source, Dim(0, 400, STRENGTHS))
    assert codes_of(beside) == ["flash_hazard"], "it was not dimmed where it flashes"
    too_little = _mended(source, Dim(1_000, 3_000, 1))
    assert codes_of(too_little) == ["flash_hazard"]
    sentence, cure = reason_text(too_little.reasons[0], "en")
    assert "flashes" in sentence
    assert "0:01-0:03" in cure


def test_a_film_that_is_cut_and_dimmed_is_dimmed_at_the_right_place(tmp_path: Path) -> None:
    source = make_flashing(tmp_path / "a.mp4", 5)
    mended = _mended(source, Cut(0, 600), Dim(1_000, 3_000))
    assert mended.is_accepted
    assert rendition_of(mended).duration_ms == 2_400
    left = _mended(source, Cut(0, 600))
    assert codes_of(left) == ["flash_hazard"]
    assert left.offers[0].mends == (Dim(600, 3_600),), "in the times of the upload"


def test_before_and_after_are_shown_side_by_side_as_stills(tmp_path: Path) -> None:
    mended = _mended(make_flashing(tmp_path / "a.mp4", 5), Dim(1_000, 3_000))
    assert mended.before is not None
    assert mended.after is not None
    assert (mended.before.width, mended.before.height) == (mended.after.width, mended.after.height)
    assert mended.before.path.name == "before.jpg"
    # Between the pictures is white: only the first of each is looked at.
    before, after = (
        int(np.asarray(Image.open(file.path).convert("L"))[:160, :300].max()) for file in (mended.before, mended.after)
    )
    assert before > 2 * after


def test_a_still_is_not_dimmed_and_has_nothing_to_compare(tmp_path: Path) -> None:
    mended = _mended(make_turned_jpeg(tmp_path / "a.jpg", 1), Dim(0, 1_000))
    assert mended.is_accepted
    assert mended.before is None


def _mended(source: Path, *mends: Mend) -> Prepared:
    out = source.with_name(f"{source.name}.mended{len(list(source.parent.iterdir()))}")
    out.mkdir()
    return prepare(source, out, mends=mends)


def _mended_path(source: Path, *mends: Mend) -> Path:
    return rendition_of(_mended(source, *mends)).path


def test_the_command_offers_words_and_takes_them(tmp_path: Path) -> None:
    source = make_flashing(tmp_path / "a.mp4", 5)
    refused = CliRunner().invoke(content, ["prepare", str(source), "--out", str(tmp_path / "made")])
    assert refused.exit_code == 1
    assert 'can be mended: --mend "dim 0:01-0:03"' in refused.stdout
    words = ["prepare", str(source), "--out", str(tmp_path / "made"), "--json", "--mend", "dim 0:01-0:03"]
    said = json.loads(CliRunner().invoke(content, words).stdout)
    assert said["verdict"] == "accepted_with_warnings"
    assert said["mends"][0].startswith("dim 0:01-0:03 ")
    assert Path(said["before"]["path"]).is_file()
    bad = CliRunner().invoke(content, [*words[:-1], "dim 0:03-0:01"])
    assert (bad.exit_code, bad.stdout) == (2, "")
    assert "the end must come after the beginning" in bad.stderr
