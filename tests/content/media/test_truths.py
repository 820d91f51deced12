"""Every file of the table of known truths gets its verdict, its reasons and its shape."""

from pathlib import Path

import pytest

from content.files import sha256_of
from tests.content.media.rooms import codes_of, prepared_from
from tests.media.generate import Film, make_film
from tests.media.truths import NEIGHBOUR, REFUSED, TRUTHS, Truth


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.name)
def test_an_upload_gets_the_verdict_it_deserves(truth: Truth, tmp_path: Path) -> None:
    source = tmp_path / truth.name
    truth.make(source)
    prepared = prepared_from(source)
    assert (prepared.verdict, set(truth.codes) - set(codes_of(prepared))) == (truth.verdict, set()), prepared.reasons
    left = {path.name for path in (tmp_path / f"{truth.name}.out").iterdir()}
    if truth.verdict == REFUSED:
        assert (prepared.rendition, prepared.thumbnail, prepared.poster, prepared.strip, left) == (
            None,
            None,
            None,
            None,
            set(),
        )
        return
    rendition, previews = prepared.rendition, (prepared.thumbnail, prepared.poster, prepared.strip, prepared.veil)
    assert rendition is not None
    assert (rendition.width, rendition.height) == truth.size
    assert truth.duration_ms in {None, rendition.duration_ms}
    assert rendition.has_sound is truth.has_sound
    assert left == {rendition.path.name, "thumbnail.jpg", "poster.jpg", "strip.jpg", "veil.jpg"}
    for file in (rendition, *previews):
        assert file is not None
        assert (file.sha256, file.size_bytes) == (sha256_of(file.path), file.path.stat().st_size)


def test_a_playlist_never_reads_its_neighbour_even_when_the_reader_is_asked_to_open_it(tmp_path: Path) -> None:
    from content.media.film import main_picture, open_film
    from content.media.reasons import Refused

    make_film(tmp_path / NEIGHBOUR, Film(frames=30))
    for name, body in (
        ("concat", f"ffconcat version 1.0\nfile {NEIGHBOUR}\n"),
        ("hls", f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{NEIGHBOUR}\n#EXT-X-ENDLIST\n"),
    ):
        source = tmp_path / f"{name}.mp4"
        source.write_text(body)
        for reader in ("mov", "matroska", "mpegts", "avi", "mpeg", "ogg"):
            with pytest.raises(Refused), open_film(source, reader) as container:
                main_picture(container)
        assert prepared_from(source).verdict == REFUSED
