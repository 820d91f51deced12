"""Office documents become slides behind walls of their own, or are refused with what to do."""

import zipfile
from pathlib import Path

import pytest

from content.media import office
from content.media.preparation import probe
from content.media.reasons import Refused
from tests.content.media.rooms import codes_of, is_near, pictures_in, prepared_from, rendition_of

WITH_OFFICE = pytest.mark.skipif(not office.is_here(), reason="needs Debian's LibreOffice and bubblewrap")
_TYPE = "application/vnd.oasis.opendocument.presentation"
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in (
        ("office", "office"), ("draw", "drawing"), ("style", "style"), ("svg", "svg-compatible"), ("text", "text"),
        ("fo", "xsl-fo-compatible"), ("presentation", "presentation"),
    )
)  # fmt: skip


def slide(words: str, colour: str, more: str = "") -> str:
    """One slide of an OpenDocument presentation: a coloured field over nearly all of it, and words."""
    box = 'svg:width="26cm" svg:height="14cm" svg:x="1cm" svg:y="1cm"'
    return (
        f'<draw:page draw:master-page-name="m"><draw:rect draw:style-name="{colour}" {box}/>'
        f'<draw:frame svg:width="9cm" svg:height="2cm" svg:x="2cm" svg:y="2cm"><draw:text-box>'
        f"<text:p>{words}</text:p></draw:text-box></draw:frame>{more}</draw:page>"
    )


def make_presentation(path: Path, *slides: str) -> Path:
    """An OpenDocument presentation, 28 by 15.75 cm."""
    colours = {"red": "#d02020", "blue": "#2030d0"}
    styles = "".join(
        f'<style:style style:name="{name}" style:family="graphic"><style:graphic-properties draw:fill="solid" '
        f'draw:fill-color="{code}" draw:stroke="none"/></style:style>'
        for name, code in colours.items()
    )
    layout = (
        '<office:automatic-styles><style:page-layout style:name="p"><style:page-layout-properties '
        'fo:page-width="28cm" fo:page-height="15.75cm" fo:margin="0cm"/></style:page-layout></office:automatic-styles>'
        '<office:master-styles><style:master-page style:name="m" style:page-layout-name="p"/></office:master-styles>'
    )
    content = (
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:presentation>"
        f"{''.join(slides)}</office:presentation></office:body>"
    )
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>'
        for name, kind in (("/", _TYPE), ("content.xml", "text/xml"), ("styles.xml", "text/xml"))
    )
    with zipfile.ZipFile(path, "w") as whole:
        whole.writestr("mimetype", _TYPE, zipfile.ZIP_STORED)
        for name, kind, body in (("content", "content", content), ("styles", "styles", layout)):
            whole.writestr(
                f"{name}.xml",
                f'<office:document-{kind} {_SPACES} xmlns:xlink="http://www.w3.org/1999/xlink" '
                f'office:version="1.2">{body}</office:document-{kind}>',
            )
        whole.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{entries}'
            "</manifest:manifest>",
        )
    return path


@WITH_OFFICE
def test_a_presentation_becomes_slides_and_says_so(tmp_path: Path) -> None:
    source = make_presentation(tmp_path / "talk", slide("one", "red"), slide("two", "blue"))
    prepared = prepared_from(source)
    assert codes_of(prepared) == ["office_converted"]
    made = rendition_of(prepared)
    assert (made.kind, made.duration_ms) == ("video", 20_000)
    pictures = pictures_in(made.path)
    middle = pictures[0].shape[0] // 2, pictures[0].shape[1] // 2
    assert is_near(pictures[30][middle[0], middle[1]], (208, 32, 32))
    assert is_near(pictures[-30][middle[0], middle[1]], (32, 48, 208))
    assert codes_of(probe(source)) == ["office_converted"]


@WITH_OFFICE
def test_a_presentation_reads_no_file_and_no_address(tmp_path: Path) -> None:
    (tmp_path / "neighbour.txt").write_text("a neighbour's words")
    reach = "".join(
        f'<draw:frame svg:width="9cm" svg:height="9cm" svg:x="9cm" svg:y="5cm"><draw:image xlink:href="{place}"/>'
        "</draw:frame>"
        for place in (f"file://{tmp_path}/neighbour.txt", "http://127.0.0.1:9/x.png", "file:///etc/passwd")
    )
    source = make_presentation(tmp_path / "talk", slide("one", "red", reach))
    with office.as_pdf(source, lambda: False) as document:
        body = document.read_bytes()
    assert b"neighbour's words" not in body
    assert b"root:" not in body


@WITH_OFFICE
def test_a_broken_presentation_is_refused_with_what_to_do(tmp_path: Path) -> None:
    source = make_presentation(tmp_path / "talk", slide("one", "red"))
    body = bytearray(source.read_bytes())
    place = body.index(b"content.xml") + 60
    body[place : place + 200] = bytes(200)
    source.write_bytes(bytes(body[: len(body) // 2]))
    prepared = prepared_from(source)
    assert prepared.verdict == "refused"
    assert "PDF" in prepared.reasons[0].what_to_do


@WITH_OFFICE
def test_a_conversion_can_be_stopped(tmp_path: Path) -> None:
    source = make_presentation(tmp_path / "talk", slide("one", "red"))
    with pytest.raises(Refused) as refused, office.as_pdf(source, lambda: True):
        pass
    assert refused.value.reason.code == "cancelled"


def test_without_office_a_presentation_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    prepared = prepared_from(make_presentation(tmp_path / "talk", slide("one", "red")))
    assert codes_of(prepared) == ["document_office"]
    assert "PDF" in prepared.reasons[0].what_to_do
