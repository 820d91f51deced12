"""The bytes of a captions file as text: Unicode by its own mark or form; else the code page usual for the language."""

import codecs

from content.media.reasons import Reason, Refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODE_PAGES = {
    "cp1250": "bs cs hr hu pl ro sk sl sq",
    "cp1251": "be bg kk ky mk mn ru sr uk",
    "cp1252": "af ca da de en es eu fi fo fr ga gl id is it lb ms nb nl nn no pt sv sw",
    "cp1253": "el",
    "cp1254": "az tr",
    "cp1255": "he yi",
    "cp1256": "ar fa ur",
    "cp1257": "et lt lv",
    "cp1258": "vi",
    "cp874": "th",
}
_PAGE_OF = {language: page for page, languages in _CODE_PAGES.items() for language in languages.split()}


def decoded(body: bytes, language: str) -> tuple[str, tuple[Reason, ...]]:
    """The text, and a warning if it was read by a code page. Raises Refused when nothing says how to read it.

    A byte order mark decides; else it is UTF-8 if it can be; else the code page of `language`, if there is one that
    has a character for every byte.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _strict(body[len(mark) :], name, language), ()
    try:
        return body.decode(), ()
    except UnicodeDecodeError:
        page = _PAGE_OF.get(language.partition("-")[0], "")
        if not page or b"\x00" in body:
            raise Refused("captions_encoding", language=language) from None
        return _strict(body, page, language), (Reason("captions_code_page", {"name": f"Windows-{page[2:]}"}),)


def _strict(body: bytes, name: str, language: str) -> str:
    try:
        return body.decode(name)
    except UnicodeDecodeError:
        raise Refused("captions_encoding", language=language) from None
