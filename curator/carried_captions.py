"""Captions somebody added to a film go along when it is mended: the same words, at the times of the mended film."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from content import files
from content.captions import BadCaptions, CaptionCue, Captions, read_webvtt
from content.media.cuts import cuts_of
from content.media.facts import CaptionFile
from content.media.limits import HOUSE
from content.media.mends import Mends
from curator import captions
from curator.captions import EMBEDDED, BadTrack, Track
from curator.config import Settings
from curator.library import Version
from curator.store import Connection


@dataclass(frozen=True, slots=True)
class Carried:
    """Captions for the mended version, made from `track` of the version before it."""

    track: Track
    made: CaptionFile


def tracks_to_carry(connection: Connection, version: Version) -> list[Track]:
    """The captions that were added to the version this one is mended from; those inside the film are found again."""
    if version.mended_from is None:
        return []
    found = captions.of_versions(connection, [version.mended_from], "draft", "submitted", "approved")
    return [track for track in found if track.file_name != EMBEDDED]


def carried(settings: Settings, tracks: list[Track], before: Mends, after: Mends, out: Path) -> list[Carried]:
    """The tracks at the times of the mended film, written into `out`; a file that is gone is left behind. For threads.

    `before` are the mends of the version they were added to, `after` those of the new one.
    """
    made = []
    for number, track in enumerate(tracks):
        try:
            text = read_webvtt(files.place_of(settings.files, track.sha256).read_bytes())
        except (OSError, BadCaptions):
            continue
        moved = tuple(_moved(text, before, after))
        if moved:
            path = out / f"carried-{number}.vtt"
            made.append(Carried(track, captions.written(path, Captions(text.language, moved), track.form)))
    return made


def note_carried(connection: Connection, version: Version, found: list[Carried], now_ms: int) -> None:
    """Stores them with the mended version, waiting for a moderator; their files are in the store before this."""
    for one in found:
        by = one.track.created_by or version.created_by
        try:
            if by is not None:
                captions.add(
                    connection, version.id, one.made, file_name=one.track.file_name, reasons=(), now_ms=now_ms, by=by
                )  # fmt: skip
        except BadTrack:
            continue  # no room beside those found inside it, or in no language yet: they stay with the film before


def _moved(text: Captions, before: Mends, after: Mends) -> Iterator[CaptionCue]:
    """The cues at their new times; without what is shown only in parts that are cut out."""
    old, new = cuts_of(before, HOUSE), cuts_of(after, HOUSE)
    for cue in text.cues:
        start_ms, end_ms = (new.mended_ms(old.original_ms(at_ms)) for at_ms in (cue.start_ms, cue.end_ms))
        if start_ms < end_ms:
            yield replace(cue, start_ms=start_ms, end_ms=end_ms)
