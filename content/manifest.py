"""What one screen must hold and show: a signed document, immutable, with a version that only rises.

The plan inside is read by `content.programme`; this module reads everything else, and checks the seal.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from content.approval import SignedApproval, read_approval, read_language
from content.canonical import Json, canonical_bytes
from content.captions import MEDIA_TYPE as CAPTIONS_TYPE
from content.captions import MOST_BYTES as MOST_CAPTIONS_BYTES
from content.reading import SAFE_INTEGER, BadDocument, Reader
from content.screen_facts import ScreenFacts, read_screen
from content.signing import MANIFEST, BadSignature, PublicKey, SigningKey
from content.transition import CUT, KINDS, Transition
from content.transition import LONGEST_MS as LONGEST_TRANSITION_MS

FORMAT = "commonscreen-manifest/1"
LARGEST_MANIFEST_BYTES = 64 << 20
MOST_BRIGHTNESSES = 10_000
MEDIA_TYPES = ("video/mp4", "image/jpeg", "image/png")
MOST_CAPTIONS = 20
MOST_LANGUAGES = 5
"""Languages of one item."""

Kind = Literal["video", "still"]
Joins = Literal["any", "start"]


@dataclass(frozen=True, slots=True)
class ItemCaptions:
    """Captions of an item in one language: a file of their own, approved for the item's file."""

    language: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ManifestItem:
    """One playable thing: its words for the screen and the file that is shown. Frame rate is `fps_num / fps_den`.

    One that `joins` at its "start" is not joined in its middle when a live order ends: the card stands in for it. A
    still that `moves` is a photograph that may slowly be moved over.
    `languages` are those spoken or written in it.
    """

    id: str
    title: str
    credits: str
    group: str
    group_name: str
    kind: Kind
    duration_ms: int
    sha256: str
    width: int
    height: int
    fps_num: int
    fps_den: int
    has_sound: bool
    joins: Joins = "any"
    captions: tuple[ItemCaptions, ...] = ()
    transition: Transition = CUT
    moves: bool = False
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NeededFile:
    """A file the screen must have on disk before it switches to this manifest."""

    sha256: str
    size_bytes: int
    media_type: str


@dataclass(frozen=True, slots=True)
class ListedPlay:
    """One row of the explicit running list for the frozen horizon."""

    start_ms: int
    end_ms: int
    kind: str
    item: str | None
    group: str | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole document. `plan` is the engine's JSON (`content.programme.plan` reads it)."""

    screen: ScreenFacts
    version: int
    issued_ms: int
    effective_ms: int
    tzdata: str
    plan: dict[str, Json]
    digests: tuple[str, ...]
    running_list: tuple[ListedPlay, ...]
    items: dict[str, ManifestItem]
    files: tuple[NeededFile, ...]
    approvals: tuple[SignedApproval, ...]
    keys: tuple[PublicKey, ...]
    epoch: int = 0
    brightness: tuple[tuple[int, int], ...] = ()
    """From which instant (UTC ms, rising) the screen is how bright (per cent); before the first row fully."""
    _by_hash: dict[str, SignedApproval] = field(init=False, default_factory=dict, repr=False, compare=False)
    _by_film: dict[str, list[SignedApproval]] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Indexes the approvals by what they allow."""
        for signed in self.approvals:
            if signed.approval.is_of_captions:
                self._by_film.setdefault(signed.approval.film_sha256, []).append(signed)
            else:
                self._by_hash[signed.approval.sha256] = signed

    def brightness_at(self, instant_ms: int) -> int:
        """How bright the screen is at an instant, in per cent."""
        return next((percent for start_ms, percent in reversed(self.brightness) if start_ms <= instant_ms), 100)

    def approval_of(self, sha256: str) -> SignedApproval | None:
        """The approval of a file that an item shows by itself, if this manifest carries one."""
        return self._by_hash.get(sha256)

    def approved_captions(self, item: ManifestItem) -> dict[ItemCaptions, SignedApproval]:
        """The captions of an item with the approval of each, as far as this manifest carries one."""
        return approved_captions(item, self._by_film.get(item.sha256, ()))

    def from_start_only(self) -> frozenset[str]:
        """The ids of the items that are not joined in their middle: what `content.programme.layers` asks for."""
        return frozenset(item.id for item in self.items.values() if item.joins == "start")

    def as_json(self) -> dict[str, Json]:
        """The object that is signed."""
        return {
            "format": FORMAT,
            "screen": self.screen.as_json(),
            "epoch": self.epoch,
            "version": self.version,
            "issued_ms": self.issued_ms,
            "effective_ms": self.effective_ms,
            "tzdata": self.tzdata,
            "plan": self.plan,
            "digests": list(self.digests),
            "running_list": [[row.start_ms, row.end_ms, row.kind, row.item, row.group] for row in self.running_list],
            "items": {item.id: item_json(item) for item in self.items.values()},
            "files": [
                {"sha256": need.sha256, "size_bytes": need.size_bytes, "media_type": need.media_type}
                for need in self.files
            ],
            "approvals": [signed.as_json() for signed in self.approvals],
            "keys": [{"key_id": key.key_id, "public_key": key.text} for key in self.keys],
            **({"brightness": [list(row) for row in self.brightness]} if self.brightness else {}),
        }  # fmt: skip


def item_json(item: ManifestItem) -> dict[str, Json]:
    """An item as it stands under its id in `items`; the last four only where there is something to say."""
    told: dict[str, Json] = {
        "title": item.title, "credits": item.credits, "group": item.group, "group_name": item.group_name,
        "kind": item.kind, "duration_ms": item.duration_ms, "sha256": item.sha256, "width": item.width,
        "height": item.height, "fps_num": item.fps_num, "fps_den": item.fps_den, "has_sound": item.has_sound,
    }  # fmt: skip
    if item.joins != "any":
        told["joins"] = item.joins
    if item.captions:
        told["captions"] = [{"language": one.language, "sha256": one.sha256} for one in item.captions]
    if not item.transition.is_cut:
        told["transition"] = {"kind": item.transition.kind, "ms": item.transition.ms}
    if item.moves:
        told["moves"] = True
    if item.languages:
        told["languages"] = list(item.languages)
    return told


def approved_captions(item: ManifestItem, approvals: Iterable[SignedApproval]) -> dict[ItemCaptions, SignedApproval]:
    """The captions of an item, each with the one of `approvals` that allows them over this very film."""
    found = {}
    for signed in approvals:
        told = signed.approval
        captions = ItemCaptions(told.language, told.sha256)
        if told.is_of_captions and told.film_sha256 == item.sha256 and captions in item.captions:
            found[captions] = signed
    return found


def seal(manifest: Manifest, key: SigningKey) -> bytes:
    """The envelope that travels: canonical JSON with the manifest and its signature."""
    inner = canonical_bytes(manifest.as_json())
    signatures = [{"key_id": key.public.key_id, "signature": key.sign(MANIFEST, inner)}]
    # Canonical as it stands: a manifest is large, and is not written out twice.
    return b'{"manifest":%b,"signatures":%b}' % (inner, canonical_bytes(signatures))


def open_sealed(envelope: bytes, pinned: dict[str, PublicKey]) -> Manifest:
    """The manifest out of an envelope signed by one of the `pinned` keys.

    Every file it needs carries an approval signed by a pinned key, and every item's file is among them; captions carry
    one for the film they lie over.
    Raises BadDocument for a malformed one, BadSignature for one nobody trusted has signed.
    """
    reader = Reader.of_bytes(envelope, limit_bytes=LARGEST_MANIFEST_BYTES)
    outer = reader.fields("manifest", "signatures")
    body = canonical_bytes(json.loads(envelope)["manifest"])
    signed = False
    for place in outer["signatures"].items(most=16):
        pair = place.fields("key_id", "signature")
        key = pinned.get(pair["key_id"].identifier())
        if key is not None:
            key.verify(MANIFEST, body, pair["signature"].text(most=200))
            signed = True
    if not signed:
        raise BadSignature("the manifest is not signed by a key this screen trusts")
    manifest = read_manifest(outer["manifest"])
    for need in manifest.files:
        if need.media_type == CAPTIONS_TYPE:
            continue
        approval = manifest.approval_of(need.sha256)
        if approval is None:
            raise BadSignature(f"the file {need.sha256[:12]} comes without an approval")
        approval.verify(pinned)
    for item in manifest.items.values():
        allowed = manifest.approved_captions(item)
        for captions in item.captions:
            if captions not in allowed:
                raise BadSignature(f"the captions {captions.sha256[:12]} come without an approval for their film")
            allowed[captions].verify(pinned)
    return manifest


def read_manifest(reader: Reader) -> Manifest:
    """The manifest at this place of a document, without checking signatures. Raises BadDocument."""
    fields = reader.fields(
        "format", "screen", "epoch", "version", "issued_ms", "effective_ms", "tzdata", "plan", "digests",
        "running_list", "items", "files", "approvals", "keys", optional=("brightness",),
    )  # fmt: skip
    fields["format"].one_of(FORMAT)
    files = tuple(read_needed_file(place) for place in fields["files"].items(most=100_000))
    items = {name: read_item(name, place) for name, place in fields["items"].members().items()}
    _refuse_missing(items, files, f"{reader.path}.items")
    plan = fields["plan"].value
    if not isinstance(plan, dict):
        fields["plan"].refuse("an object is wanted")
    return Manifest(
        screen=read_screen(fields["screen"]),
        epoch=fields["epoch"].integer(least=0),
        brightness=_read_brightness(fields["brightness"]) if "brightness" in fields else (),
        version=fields["version"].integer(least=1),
        issued_ms=fields["issued_ms"].integer(),
        effective_ms=fields["effective_ms"].integer(),
        tzdata=fields["tzdata"].text(most=20),
        plan=plan,
        digests=tuple(place.text(most=64) for place in fields["digests"].items()),
        running_list=tuple(_read_play(place) for place in fields["running_list"].items()),
        items=items,
        files=files,
        approvals=tuple(read_approval(place) for place in fields["approvals"].items(most=100_000)),
        keys=tuple(_read_key(place) for place in fields["keys"].items(most=100)),
    )


def _refuse_missing(items: dict[str, ManifestItem], files: tuple[NeededFile, ...], path: str) -> None:
    """Raises BadDocument when an item's file or captions are not among the files, or a captions file is nobody's."""
    shown = {need.sha256 for need in files if need.media_type != CAPTIONS_TYPE}
    texts = {need.sha256 for need in files if need.media_type == CAPTIONS_TYPE}
    for item in items.values():
        if item.sha256 not in shown:
            raise BadDocument(f"{path}.{item.id}.sha256", "no such file among 'files'")
        for captions in item.captions:
            if captions.sha256 not in texts:
                raise BadDocument(f"{path}.{item.id}.captions", "no such file among 'files'")
    if texts - {captions.sha256 for item in items.values() for captions in item.captions}:
        raise BadDocument(path, "a captions file among 'files' belongs to no item")


def _read_brightness(reader: Reader) -> tuple[tuple[int, int], ...]:
    rows: list[tuple[int, int]] = []
    for place in reader.items(most=MOST_BRIGHTNESSES):
        row = place.items(most=2)
        if len(row) != 2:
            place.refuse("a row has two entries: start_ms, percent")
        start_ms = row[0].integer(least=0)
        if rows and start_ms <= rows[-1][0]:
            row[0].refuse("is not after the row before it")
        rows.append((start_ms, row[1].integer(least=1, most=100)))
    return tuple(rows)


def read_item(name: str, reader: Reader) -> ManifestItem:
    """The item with the id `name`; raises BadDocument."""
    fields = reader.fields(
        "title", "credits", "group", "group_name", "kind", "duration_ms", "sha256", "width", "height",
        "fps_num", "fps_den", "has_sound", optional=("joins", "captions", "transition", "moves", "languages"),
    )  # fmt: skip
    is_from_start = "joins" in fields and fields["joins"].one_of("any", "start") == "start"
    kind: Kind = "video" if fields["kind"].one_of("video", "still") == "video" else "still"
    spoken = fields["languages"].items(most=MOST_LANGUAGES) if "languages" in fields else []
    return ManifestItem(
        id=name,
        title=fields["title"].text(most=200),
        credits=fields["credits"].text(most=500),
        group=fields["group"].identifier(),
        group_name=fields["group_name"].text(most=200),
        kind=kind,
        duration_ms=fields["duration_ms"].integer(least=1),
        sha256=fields["sha256"].sha256(),
        width=fields["width"].integer(least=1, most=16_384),
        height=fields["height"].integer(least=1, most=16_384),
        fps_num=fields["fps_num"].integer(least=0, most=1_000_000),
        fps_den=fields["fps_den"].integer(least=1, most=1_000_000),
        has_sound=fields["has_sound"].flag(),
        joins="start" if is_from_start else "any",
        captions=_read_captions(fields["captions"]) if "captions" in fields else (),
        transition=_read_transition(fields["transition"]) if "transition" in fields else CUT,
        moves="moves" in fields and fields["moves"].flag(),
        languages=tuple(map(read_language, spoken)),
    )


def _read_transition(reader: Reader) -> Transition:
    """One of a kind that a later version knows is a cut."""
    fields = reader.fields("kind", "ms")
    kind = KINDS.get(fields["kind"].text(most=20), "cut")
    ms = fields["ms"].integer(least=0, most=LONGEST_TRANSITION_MS)
    try:
        return CUT if kind == "cut" else Transition(kind, ms)
    except ValueError as error:
        raise BadDocument(reader.path, str(error)) from error


def _read_captions(reader: Reader) -> tuple[ItemCaptions, ...]:
    found: list[ItemCaptions] = []
    for place in reader.items(most=MOST_CAPTIONS):
        fields = place.fields("language", "sha256")
        found.append(ItemCaptions(read_language(fields["language"]), fields["sha256"].sha256()))
    if len({one.language for one in found}) < len(found):
        reader.refuse("one language stands twice")
    return tuple(found)


def read_needed_file(reader: Reader) -> NeededFile:
    """A file and its size; raises BadDocument."""
    fields = reader.fields("sha256", "size_bytes", "media_type")
    media_type = fields["media_type"].one_of(*MEDIA_TYPES, CAPTIONS_TYPE)
    most_bytes = MOST_CAPTIONS_BYTES if media_type == CAPTIONS_TYPE else SAFE_INTEGER
    return NeededFile(fields["sha256"].sha256(), fields["size_bytes"].integer(least=1, most=most_bytes), media_type)


def _read_play(reader: Reader) -> ListedPlay:
    row = reader.items(most=5)
    if len(row) != 5:
        reader.refuse("a row has five entries: start_ms, end_ms, kind, item, group")
    item = None if row[3].value is None else row[3].identifier()
    group = None if row[4].value is None else row[4].identifier()
    return ListedPlay(row[0].integer(), row[1].integer(), row[2].text(most=20), item, group)


def _read_key(reader: Reader) -> PublicKey:
    fields = reader.fields("key_id", "public_key")
    try:
        key = PublicKey.of_text(fields["public_key"].text(most=64))
    except BadSignature as error:
        raise BadDocument(reader.path, str(error)) from error
    if key.key_id != fields["key_id"].text(most=16):
        reader.refuse("the id is not this key's")
    return key
