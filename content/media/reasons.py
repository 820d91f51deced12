"""Why an upload was refused, or what its maker should know: a code and numbers, told in the reader's language.

The words are for people who do not know what a codec is: what we found, then what to do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from content.language import translations
from content.reading import Reader

MOST_VALUES = 10
_CODE = re.compile(r"[a-z_]{1,40}")


def N_(words: str) -> str:  # noqa: N802 - the usual mark for words that are translated where they are told
    """Marks words for the catalogue; gives them back unchanged."""
    return words


@dataclass(frozen=True, slots=True)
class _Words:
    refuses: bool
    sentence: str
    what_to_do: str


def _refusal(sentence: str, what_to_do: str) -> _Words:
    return _Words(True, sentence, what_to_do)


def _warning(sentence: str, what_to_do: str) -> _Words:
    return _Words(False, sentence, what_to_do)


_AGAIN = N_("Open it on your own computer to see whether it plays there, and save or export it again.")
_SMALLER = N_("Export it at a smaller size, 1920 by 1080 is plenty, and upload that.")
_MP4 = N_("Export it as an MP4 video or as a JPEG or PNG picture, and upload that.")
_TELL = N_("Try once more. If it happens again, export the file with another program and upload that.")
_CAPTIONS = N_("Add the captions as an SRT, WebVTT or ASS file, as subtitle programs save them.")
_NOTHING = N_("Nothing to do: we have taken care of it. Look at the preview.")

TABLE: Mapping[str, _Words] = MappingProxyType(
    {
        # Refusals: what the file is.
        "empty": _refusal(N_("The file is empty."), N_("Choose the file again; the upload may have been cut short.")),
        "not_media": _refusal(N_("This is not a picture or a video."), _MP4),
        "playlist": _refusal(
            N_("This is a list that points to other files, not a video."), N_("Upload the video itself as one file.")
        ),
        "text": _refusal(N_("This is a text file, not a picture or a video."), _MP4),
        "archive": _refusal(
            N_("This is an archive with files packed into it."),
            N_("Unpack it and upload the pictures or videos one by one."),
        ),
        "program": _refusal(N_("This is a computer program, not a picture or a video."), _MP4),
        "document_pdf": _refusal(
            N_("This is a PDF document. When it was uploaded, only pictures and videos were taken."),
            N_("PDF documents are taken now: upload it again."),
        ),
        "document_locked": _refusal(
            N_("This PDF document is protected by a password."),
            N_("Save it without a password and upload that."),
        ),
        "too_many_pages": _refusal(
            N_("This document has {count} pages; at most {most} are shown."),
            N_("Save the pages that matter as a PDF of their own and upload that."),
        ),
        "document_office": _refusal(
            N_("This is an office document or presentation. The screens show pictures, videos and PDF pages."),
            N_("In your program choose Export or Save as, then PDF, and upload that: each page becomes a slide."),
        ),
        "vector": _refusal(
            N_("This is a vector drawing (SVG). The screens show pictures made of pixels."),
            N_("Export it as a PNG at 1920 by 1080 and upload that."),
        ),
        "captions_only": _refusal(
            N_("This is a captions file without a video."),
            N_("Upload the video first; then add the captions on its page."),
        ),
        "unsupported": _refusal(N_("We cannot show files of the kind {name}."), _MP4),
        "no_picture": _refusal(
            N_("There is sound in this file but no picture."), N_("Add a picture or a video to it and upload that.")
        ),
        "encrypted": _refusal(
            N_("This video is protected (DRM), so screens cannot play it."),
            N_("Ask its maker for a copy without protection."),
        ),
        "dolby_vision": _refusal(
            N_("This video is in a kind of HDR (Dolby Vision 5) whose colours we cannot show right."),
            N_("Turn HDR off in the camera or the editor, export again and upload that."),
        ),
        "external_reference": _refusal(
            N_("This file keeps its picture in another file."), N_("Export it as one file with everything in it.")
        ),
        # Refusals: its state.
        "unreadable": _refusal(N_("This file cannot be read. It is damaged or not finished."), _AGAIN),
        "truncated": _refusal(
            N_("This is cut short: it should last {declared_ms} ms, but only {decoded_ms} ms of it can be played."),
            N_("Upload it again; if that does not help, export it again."),
        ),
        "red_flash_hazard": _refusal(
            N_(
                "The film flashes red {times} times a second at {at}. That can trigger seizures, so it cannot be shown."
            ),
            N_("Cut these places, darken them or take the red out, and upload it again: {places}."),
        ),
        "flash_hazard": _refusal(
            N_("The film flashes {times} times a second at {at}. That can trigger seizures, so it cannot be shown."),
            N_("Cut these places, or darken or slow them down, and upload it again: {places}."),
        ),
        "pattern_hazard": _refusal(
            N_("Strong stripes or checks fill much of the film at {at}. They can trigger seizures."),
            N_("Cut these places, or make the stripes fainter or smaller, and upload it again: {places}."),
        ),
        "still_flashes": _refusal(
            N_("It can still trigger seizures at {at}, even dimmed as far as we can."),
            N_("Cut these places out: {places}."),
        ),
        # Refusals: our limits.
        "too_big_bytes": _refusal(N_("The file has {size_mb} MB; at most {most_mb} MB are taken."), _SMALLER),
        "too_many_pixels": _refusal(N_("The picture is too large: {width} by {height}."), _SMALLER),
        "too_small": _refusal(
            N_("The picture is too small: {width} by {height}. The short side needs at least {least}."),
            N_("Look for a larger original, not a preview or an icon."),
        ),
        "too_long": _refusal(
            N_("The video lasts longer than {most_s} seconds, the most we take."),
            N_("Cut it shorter, or into several."),
        ),
        "too_short": _refusal(
            N_("The video lasts {duration_ms} ms; the shortest we take is {least_ms} ms."),
            N_("Make it longer, or upload a single picture instead."),
        ),
        "too_fast": _refusal(
            N_("The video has {fps} pictures a second; at most {most} are taken."),
            N_("Export it with 30 pictures a second and upload that."),
        ),
        "too_many_frames": _refusal(
            N_("The animation has more than {most} pictures."), N_("Make it shorter, or export it as a video.")
        ),
        "too_many_streams": _refusal(
            N_("There are too many tracks in this file ({count})."),
            N_("Export it with one picture and one sound track."),
        ),
        "timeout": _refusal(N_("Preparing this file took too long, so we stopped."), _SMALLER),
        "out_of_memory": _refusal(N_("Preparing this file needed more memory than one upload may use."), _SMALLER),
        "output_too_large": _refusal(N_("What we made of this file grew too large, so we stopped."), _SMALLER),
        "decoder_crashed": _refusal(
            N_("The reader of this kind of file broke down on it. It is probably damaged."), _AGAIN
        ),
        "worker_misbehaved": _refusal(N_("Preparing this file went wrong in an unexpected way, so we stopped."), _TELL),
        "gave_up": _refusal(
            N_("Preparing this file broke off several times, so we gave up."),
            N_("Upload it once more. If it happens again, tell the people who run this, or export it anew."),
        ),
        "check_failed": _refusal(N_("What we made of this file did not pass our own check ({what})."), _TELL),
        "cancelled": _refusal(N_("Preparing was stopped before it was done."), N_("Upload it again when you want it.")),
        # Refusals: captions.
        "captions_unreadable": _refusal(N_("These are not captions that we can read."), _CAPTIONS),
        "captions_too_large": _refusal(
            N_("The captions file has {size_kb} kB; at most {most_kb} kB are taken."),
            N_("See whether it is the captions file, and not the film itself."),
        ),
        "captions_encoding": _refusal(
            N_("The letters of this captions file cannot be told for sure: it is not in Unicode."),
            N_("Open it in the program it was made with, save it with the encoding UTF-8, and add that."),
        ),
        "captions_empty": _refusal(N_("There is no caption with words in this file."), _CAPTIONS),
        "captions_bad_times": _refusal(
            N_("The times in line {line} of the captions cannot be read."),
            N_("Write them like this, then add the file again: 00:00:01,000 --> 00:00:03,500."),
        ),
        "captions_many_lines": _refusal(
            N_("The caption at {at} has {count} lines; at most {most} fit on a screen."),
            N_("Make two captions of it, one after the other."),
        ),
        "captions_crowded": _refusal(
            N_("At {at} more than {most} lines of captions would stand there at once."),
            N_("Let one caption end before the next begins, then add the file again."),
        ),
        "captions_long_line": _refusal(
            N_("A line of the caption at {at} has {count} characters; at most {most} can be read in passing."),
            N_("Break it into shorter lines or into two captions. About 40 characters are good."),
        ),
        "captions_too_many": _refusal(
            N_("There are more than {most} captions in this file."),
            N_("See whether it is the captions file of this film; join very short ones."),
        ),
        "captions_beyond_end": _refusal(
            N_("A caption begins at {at}, but the film lasts only {length}."),
            N_("See whether these captions belong to this cut of the film."),
        ),
        # Warnings.
        "flash_hold": _warning(
            N_("Something flashes or flickers at {at}: on a part of the screen, for long, or when the film repeats."),
            N_("A person has to decide whether it may be shown. Calmer is safer; look at: {places}."),
        ),
        "pattern_hold": _warning(
            N_("Regular stripes or checks fill much of the picture at {at}. They can be unbearable for some people."),
            N_("A person has to decide whether it may be shown. Fainter or smaller is safer; look at: {places}."),
        ),
        "low_resolution": _warning(
            N_("The picture is small ({width} by {height}) and may look soft on a large screen."),
            N_("If you have a larger original, upload that instead."),
        ),
        "extreme_shape": _warning(
            N_("The picture is very wide or very tall ({width} by {height}), so much of the screen stays empty."),
            N_("Crop it to 16:9 if that suits it."),
        ),
        "black_bars": _warning(
            N_("Black bars are part of the picture, so it is smaller than it could be."),
            N_("Take them away, or export it again without them."),
        ),
        "panorama": _warning(
            N_("This looks like an all-round panorama. It is shown flat."), N_("Choose a part of it if you prefer.")
        ),
        "short": _warning(
            N_("This lasts only {duration_ms} ms; passers-by may miss it."), N_("Five seconds or more work better.")
        ),
        "quiet_sound": _warning(
            N_("The sound is very quiet; we raised it as far as is sensible."),
            N_("Record closer to the source, or leave the sound out."),
        ),
        "silent_sound": _warning(N_("The sound track is silent, so we left it out."), _NOTHING),
        "sound_unreadable": _warning(
            N_("The sound of this video cannot be read, so it plays without."), N_("Export it again with AAC sound.")
        ),
        "hdr_converted": _warning(
            N_("This was made for bright HDR displays; we converted its colours for ordinary screens."),
            N_("Look at the preview; if the colours look wrong, export it without HDR."),
        ),
        "hdr_tag_ignored": _warning(
            N_("The video says that it is HDR but is not; we show its colours as they are."),
            N_("Look at the preview; if the colours look wrong, export it without HDR."),
        ),
        "transparency_flattened": _warning(
            N_("Transparent parts are shown on black."), N_("Look at the preview; add a background if it looks wrong.")
        ),
        "first_picture_only": _warning(
            N_("There are {count} pictures in this file; only the first is shown."),
            N_("Upload the others one by one if you want them."),
        ),
        "repeated": _warning(N_("This animation lasts only {duration_ms} ms; it is repeated {times} times."), _NOTHING),
        "damaged_places": _warning(
            N_("Some places in this video are damaged ({count}); the rest plays."),
            N_("Watch the preview; export it again if it looks wrong."),
        ),
        "extra_tracks": _warning(
            N_("There are {count} sound tracks; only the main one is kept."), N_("Export it with the track you want.")
        ),
        "captions_code_page": _warning(
            N_("The captions file is not in Unicode; we read its letters as {name}."),
            N_("Look whether all accents are right; if not, save it with the encoding UTF-8 and add that."),
        ),
        "captions_left_out": _warning(
            N_("Captions without words or without a length were left out ({count}), the first at {at}."),
            N_("Look whether anything is missing in the preview."),
        ),
        "captions_cleaned": _warning(
            N_("Signs that cannot be seen or that turn words around were taken out of some captions ({count})."),
            N_("Read these captions closely in the preview."),
        ),
        "captions_cut": _warning(
            N_("Some captions would stay longer than the film ({count}); they end with it."),
            N_("See whether these captions belong to this cut of the film."),
        ),
        "captions_pictures": _warning(
            N_("There are captions in the film that are pictures and not text ({count}); they cannot be used."),
            N_("Save them as text (SRT or WebVTT) and add that on the film's page."),
        ),
        "captions_track_unusable": _warning(
            N_("Captions inside the film (track {number}, {language}) cannot be used as they are."),
            N_("Save them as an SRT or WebVTT file and add it on the film's page: that tells what is wrong with them."),
        ),
        "captions_twice": _warning(
            N_("There are captions in one language twice inside the film ({language}); the first are used."),
            N_("If you want the others, add them as a file on the film's page."),
        ),
    }
)
"""Every code there is, in the order of docs/preparation.md."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: `code`, the numbers its sentence needs, and where in the video (`at_ms`), if it is at a place."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    at_ms: int | None = None

    @property
    def refuses(self) -> bool:
        """Whether it refuses the upload; otherwise it only warns."""
        return TABLE[self.code].refuses

    @property
    def sentence(self) -> str:
        """What we found, in English."""
        return reason_text(self, "en")[0]

    @property
    def what_to_do(self) -> str:
        """What the uploader can do, in English."""
        return reason_text(self, "en")[1]


class Refused(Exception):
    """An upload is refused, for `reason`."""

    def __init__(self, code: str, /, at_ms: int | None = None, **values: str | int) -> None:
        """`values` fill the sentence of `code`."""
        super().__init__(code)
        self.reason = Reason(code, values, at_ms)


def reason_text(reason: Reason, language: str) -> tuple[str, str]:
    """The sentence and what to do about it, in `language` (a code of content.language.LANGUAGES)."""
    words = TABLE[reason.code]
    catalogue = translations("content", language)
    sentence, what_to_do = catalogue.gettext(words.sentence), catalogue.gettext(words.what_to_do)
    return _fill(sentence, reason.values), _fill(what_to_do, reason.values)


def reason_record(reason: Reason, *, with_words: bool = False) -> dict[str, object]:
    """`reason` as members of a JSON object; `with_words` adds the English sentences."""
    record: dict[str, object] = {"code": reason.code, "values": dict(reason.values), "at_ms": reason.at_ms}
    if with_words:
        record |= {"refuses": reason.refuses, "sentence": reason.sentence, "what_to_do": reason.what_to_do}
    return record


def parse_reason(reader: Reader) -> Reason:
    """The reason in a JSON object that `reason_record` wrote (without words). Raises BadDocument."""
    given = reader.fields("code", "values", "at_ms")
    code = given["code"].text(most=40)
    if code not in TABLE:
        given["code"].refuse("not a code of ours")
    values: dict[str, str | int] = {}
    for name, value in given["values"].members(most=MOST_VALUES).items():
        if not _CODE.fullmatch(name):
            value.refuse("not a name of a value")
        values[name] = value.text(most=100) if isinstance(value.value, str) else value.integer()
    at_ms = None if given["at_ms"].value is None else given["at_ms"].integer(least=0)
    return Reason(code, values, at_ms)


def _fill(sentence: str, values: Mapping[str, str | int]) -> str:
    """Puts the values into the sentence; a value that is missing shows as a question mark rather than failing."""
    return re.sub(r"\{([a-z_]+)\}", lambda place: str(values.get(place.group(1), "?")), sentence)
