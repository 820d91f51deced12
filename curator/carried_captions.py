"""Captions go along where a film is made from another: when it is mended, at the times of the mended film; and to a
variant of an item, which is as long, as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from content import files
from content.captions import BadCaptions, CaptionCue, Captions, read_webvtt
from content.media.cuts import cuts_of
from content.media.facts import CaptionFile
from content.media.limits import HOUSE
from content.media.mends import Mends
from curator import captions, library
from curator.captions import EMBEDDED, BadTrack, Track
from curator.config import Settings
from curator.library import Version
from curator.store import Connection

FROM_THE_ITEM = "captions.vtt"
"""What captions that came inside the item's film are called beside that of its variant."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Captions for the mended version, made from `track` of the version before it."""

    track: Track
    made: CaptionFile


def tracks_to_carry(connection: Connection, version: Version) -> list[Track]:
    """The captions that were added to the version this one is mended from; those inside the film are found again.

    For a variant, those of the item itself.
    """
    if version.mended_from is None:
        item = library.item(connection, version.item_id) if version.variant_id else None
        itself = (item.approved or item.newest) if item else None
        return captions.of_versions(connection, [itself.id], "submitted", "approved") if itself else []
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
    """Stores them with the new version, waiting for a moderator; their files are in the store before this.

    What was found inside it in the same language stays.
    """
    inside = {one.language for one in captions.of_version(connection, version.id)} if version.variant_id else set()
    for one in found:
        if one.track.language in inside:
            continue
        by = one.track.created_by or version.created_by
        try:
            if by is not None:
                name = one.track.file_name or FROM_THE_ITEM
                captions.add(connection, version.id, one.made, file_name=name, reasons=(), now_ms=now_ms, by=by)
        except BadTrack:
            continue  # no room beside those found inside it, or in no language yet: they stay with the film before


def _moved(text: Captions, before: Mends, after: Mends) -> Iterator[CaptionCue]:
    """The cues at their new times; without what is shown only in parts that are cut out."""
    old, new = cuts_of(before, HOUSE), cuts_of(after, HOUSE)
    for cue in text.cues:
        start_ms, end_ms = (new.mended_ms(old.original_ms(at_ms)) for at_ms in (cue.start_ms, cue.end_ms))
        if start_ms < end_ms:
            yield replace(cue, start_ms=start_ms, end_ms=end_ms)
