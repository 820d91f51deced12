"""Captions files of every common kind become our WebVTT in the confined child, or one clear refusal."""

from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from content.captions import CaptionLine, Captions, read_webvtt
from content.files import sha256_of
from content.media.caption_files import read_caption_file
from content.media.caption_tracks import take_tracks
from content.media.cli import content
from content.media.cuts import cuts_of
from content.media.facts import Prepared
from content.media.limits import HOUSE
from content.media.mends import Cut
from content.media.preparation import prepare_captions
from content.media.reasons import Refused
from tests.content.media.rooms import codes_of, prepared_from
from tests.media.captions import SRT, make_captioned_film

SHARED = Path(__file__).resolve().parents[4] / "shared" / "media" / "caption"


def prepared(folder: Path, body: bytes | str, *, language: str = "vi", film_ms: int = 60_000) -> Prepared:
    """What the child makes of a file with these bytes."""
    source, out = folder / "words", folder / "out"
    source.write_bytes(body.encode() if isinstance(body, str) else body)
    out.mkdir()
    return prepare_captions(source, out, language=language, film_ms=film_ms)


def made(folder: Path, body: bytes | str, **wanted: object) -> Captions:
    """The captions it makes of them."""
    found = prepared(folder, body, **wanted)  # type: ignore[arg-type]
    assert found.is_accepted, found.reasons
    return read_webvtt(found.captions[0].path.read_bytes())


def read(folder: Path, body: str, *, film_ms: int = 60_000) -> Captions:
    """The same without a child, for the many small cases."""
    source = folder / "words"
    source.write_text(body)
    return read_caption_file(source, "en", film_ms=film_ms, most_bytes=100_000).captions


def refusal(folder: Path, body: str, *, film_ms: int = 60_000) -> str:
    """What an uploader is told."""
    with pytest.raises(Refused) as refused:
        read(folder, body, film_ms=film_ms)
    return refused.value.reason.sentence


def words(captions: Captions) -> list[str]:
    return ["|".join(line.text for line in cue.lines) for cue in captions.cues]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom", "cp1258"])
def test_an_srt_is_read_in_every_common_encoding(tmp_path: Path, encoding: str) -> None:
    text = (
        "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Chào các bạn</i>\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nHai\r\n"
    )
    if encoding == "cp1258":  # has no letter with both of its marks
        text = text.replace("ạ", "a\u0323").replace("à", "a\u0300")
    body = b"\xfe\xff" + text.encode("utf-16-be") if encoding == "utf-16-be-bom" else text.encode(encoding)
    found = prepared(tmp_path, body)
    captions = read_webvtt(found.captions[0].path.read_bytes())
    assert captions.language == "vi"
    assert [(cue.start_ms, cue.end_ms) for cue in captions.cues] == [(1_000, 2_500), (3_000, 4_000)]
    assert captions.cues[0].lines == (CaptionLine("Chào các bạn", italic=True),)
    assert codes_of(found) == (["captions_code_page"] if encoding == "cp1258" else [])


def test_letters_that_cannot_be_told_for_sure_are_refused(tmp_path: Path) -> None:
    found = prepared(tmp_path, "1\n00:00:01,000 --> 00:00:02,000\n\x81é".encode("latin-1"), language="en")
    assert codes_of(found) == ["captions_encoding"]


def test_webvtt_keeps_places_and_drops_notes_styles_and_classes(tmp_path: Path) -> None:
    captions = made(
        tmp_path,
        "WEBVTT - a title\n\nNOTE\nnot --> this\n\nSTYLE\n::cue { color: red }\n\nid 7\n"
        "00:01.000 --> 00:02.000 line:10% position:20%,line-left align:start size:35%\n"
        "<v Anna><c.loud>Fish &amp; chips</c>\n\n00:03.000 --> 00:04.000 line:0 align:middle\n<00:03.500>up here\n",
    )
    one, other = captions.cues
    assert (one.line_percent, one.position_percent, one.align) == (10, 20, "start")
    assert (other.line_percent, other.position_percent, other.align) == (0, None, "center")
    assert words(captions) == ["Fish & chips", "up here"]


ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1
Style: Song,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,-1,0,0,100,100,0,0,1,1,0,8,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,never shown
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,one, and{\\fs40} more\\Ntwo
Dialogue: 0,0:00:03.00,0:00:04.00,Song,,0,0,0,,la la
"""


def test_ass_keeps_its_nine_places_and_the_styles_of_lines(tmp_path: Path) -> None:
    captions = made(tmp_path, ASS)
    assert words(captions) == ["one, and more|two", "la la"]
    assert (captions.cues[0].line_percent, captions.cues[1].line_percent) == (None, 0)
    assert captions.cues[1].lines[0].italic


def test_an_srt_may_have_no_numbers_empty_lines_and_sloppy_times(tmp_path: Path) -> None:
    captions = read(
        tmp_path,
        "0:00:05.5 --> 00:00:07,000\nlater\n\n1\n00:00:01,000 --> 00:00:02,000\nfirst\n\nand more\n\n2\n"
        "00:00:01,900 --> 00:00:03,000\n{\\an8}42\n\n3\n00:00:04,000 --> 00:00:04,000\ngone\n",
    )
    assert words(captions) == ["first|and more", "42", "later"]
    assert captions.cues[0].end_ms == 2_000, "another place: both may stand"
    assert captions.cues[2].start_ms == 5_500


def test_a_caption_that_just_stays_into_the_next_is_ended_there(tmp_path: Path) -> None:
    body = "00:01.000 --> 00:02.400\na\nb\n\n00:02.000 --> 00:03.000\nc\nd\n"
    assert [cue.end_ms for cue in read(tmp_path, "WEBVTT\n\n" + body).cues] == [2_000, 3_000]


def test_more_lines_than_fit_become_longer_ones_if_they_can(tmp_path: Path) -> None:
    assert words(read(tmp_path, "00:01,000 --> 00:02,000\nANNA:\nHello\nHello again\nGoodbye now")) == [
        "ANNA: Hello|Hello again|Goodbye now"
    ]
    long = "\n".join("x" * 100 for _ in range(4))
    assert refusal(tmp_path, f"00:01,000 --> 00:02,000\n{long}") == (
        "The caption at 0:01 has 4 lines; at most 3 fit on a screen."
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("nothing here", "These are not captions that we can read."),
        ("1\n00:00:01 --> 00:00:02\nx", "The times in line 2 of the captions cannot be read."),
        ("00:01,000 --> 00:02,000\n\n", "There is no caption with words in this file."),
        (
            "00:01,000 --> 00:02,000\n" + "x" * 121,
            "A line of the caption at 0:01 has 121 characters; at most 120 can be read in passing.",
        ),
        ("01:10,000 --> 01:12,000\nx", "A caption begins at 1:10, but the film lasts only 1:00."),
        (
            "00:01,000 --> 00:09,000\na\nb\n\n00:03,000 --> 00:04,000\nc\nd",
            "At 0:03 more than 3 lines of captions would stand there at once.",
        ),
        (
            "".join(f"00:00,{at}00 --> 00:59,000\nx\n\n" for at in range(5)),
            "At 0:00 more than 3 lines of captions would stand there at once.",
        ),
        ("00:01,000 --> 00:02,000\nx\n\n" * 2_001, "There are more than 2000 captions in this file."),
        ("x" * 100_001, "The captions file has 101 kB; at most 100 kB are taken."),
    ],
)  # fmt: skip
def test_every_refusal_says_what_and_where(tmp_path: Path, body: str, sentence: str) -> None:
    assert refusal(tmp_path, body) == sentence


def test_what_hides_is_told_and_what_outlasts_the_film_ends_with_it(tmp_path: Path) -> None:
    found = prepared(tmp_path, "00:01,000 --> 00:09,000\nab\u202ec\n\n00:09,500 --> 00:09,500\nx", film_ms=5_000)
    assert codes_of(found) == ["captions_left_out", "captions_cleaned", "captions_cut"]
    assert found.captions[0].last_ms == 5_000


def test_letters_that_screens_cannot_draw_are_told_and_those_of_a_package_with_its_name(tmp_path: Path) -> None:
    found = prepared(tmp_path, "00:01,000 --> 00:04,000\nChào مرحبا 中文 𓀀", film_ms=5_000)
    assert codes_of(found) == ["captions_letters_package", "captions_letters"]
    assert [reason.values["letters"] for reason in found.reasons] == ["中 文", "𓀀"]


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            ["WEBVTT", "", "1", "00:01.000 --> 00:02.000", "00:01,000 --> 00:02,000 line:5", "<i>", "x{\\an9}", "-->",
             "[Script Info]", "[Events]", "Format: Start, End, Text", "Dialogue: 0:00:01.00,0:00:02.00,a\\Nb", "NOTE"]
        )
        | st.text(max_size=20),
        max_size=12,
    )
)  # fmt: skip
def test_whatever_a_file_holds_it_is_captions_or_one_refusal(lines: list[str]) -> None:
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes("\n".join(lines).encode("utf-8", "replace"))
        with suppress(Refused):
            assert read_caption_file(Path(file.name), "en", film_ms=60_000, most_bytes=100_000).captions.cues


@pytest.mark.parametrize(
    ("form", "codec"), [("mp4", "mov_text"), ("matroska", "srt"), ("matroska", "ass"), ("webm", "webvtt")]
)
def test_the_tracks_of_a_film_are_taken_out_of_it(tmp_path: Path, form: str, codec: str) -> None:
    source = make_captioned_film(tmp_path / "film", form=form, codec=codec, languages=("vie", "", "vie"))
    reader = {"mp4": "mov", "webm": "matroska"}.get(form, form)
    found = take_tracks(source, reader, 3, tmp_path, start_us=0, film_ms=2_500)
    assert [one.language for one in found.made] == ["vi", "und"]
    assert [(reason.code, reason.values["language"]) for reason in found.warnings] == [("captions_twice", "vi")]
    captions = read_webvtt((tmp_path / "captions-0.vtt").read_bytes())
    assert words(captions) == ["Xin chào", "Hai dòng|thứ hai"]
    assert [(cue.start_ms, cue.end_ms) for cue in captions.cues] == [(500, 1_500), (2_000, 2_500)]


def test_what_is_cut_out_of_a_film_is_cut_out_of_its_captions(tmp_path: Path) -> None:
    source = make_captioned_film(tmp_path / "film", form="mp4", codec="mov_text", languages=("vie",))
    cuts = cuts_of((Cut(1_000, 1_800),), HOUSE)
    take_tracks(source, "mov", 1, tmp_path, start_us=0, film_ms=1_700, cuts=cuts)
    captions = read_webvtt((tmp_path / "captions-0.vtt").read_bytes())
    assert [(cue.start_ms, cue.end_ms) for cue in captions.cues] == [(500, 1_000), (1_200, 1_700)]
    take_tracks(source, "mov", 1, tmp_path, start_us=0, film_ms=1_300, cuts=cuts_of((Cut(0, 1_600),), HOUSE))
    assert words(read_webvtt((tmp_path / "captions-0.vtt").read_bytes())) == ["Hai dòng|thứ hai"]


def test_captions_that_cannot_be_used_never_stop_their_film(tmp_path: Path) -> None:
    source = make_captioned_film(tmp_path / "film", form="mp4", codec="mov_text", languages=("eng",))
    found = take_tracks(source, "mov", 1, tmp_path, start_us=0, film_ms=1_000)
    assert (found.made, [reason.code for reason in found.warnings]) == ((), ["captions_track_unusable"])


def test_a_prepared_film_has_its_captions_beside_it(tmp_path: Path) -> None:
    prepared = prepared_from(make_captioned_film(tmp_path / "film", form="mp4", codec="mov_text", languages=("vie",)))
    (captions,) = prepared.captions
    assert (captions.language, captions.form, captions.cues, captions.first_ms) == ("vi", "mov_text", 2, 500)
    assert captions.sha256 == sha256_of(captions.path)
    assert captions.path.name == "captions-0.vtt"


def test_the_command_tells_what_captions_it_found(tmp_path: Path) -> None:
    (tmp_path / "words.srt").write_text(SRT)
    out = tmp_path / "made"
    result = CliRunner().invoke(
        content, ["prepare", str(tmp_path / "words.srt"), "--language", "vi", "--out", str(out)]
    )
    assert result.exit_code == 0
    assert "captions-0.vtt: captions (SRT, vi), 2 from 0:00 to 0:03" in result.stdout
    assert len([read_webvtt(path.read_bytes()) for path in out.glob("*/*.vtt")]) == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared media are not here")
def test_real_files_are_read() -> None:
    counts = {
        path.name: len(read_caption_file(path, "en", film_ms=0, most_bytes=2_000_000).captions.cues)
        for path in SHARED.iterdir()
    }
    assert counts == {"example.vtt": 1847, "chapters.srt": 3, "subtitles_en.vtt": 3, "ttml_example.ass": 11}
