"""Which manifests this screen believes. Pure: the bytes, the pinned keys, the floor and the screen's name decide."""

from dataclasses import dataclass

from content.manifest import Manifest, open_sealed
from content.programme.digest import segment_digest
from content.programme.engine import Programme
from content.programme.plan import ENGINE, read_plan
from content.reading import Reader
from display_node.agent.identity import Floor, Identity
from display_node.agent.slots import EngineLine, Line, ListLine, Programming
from display_node.words import _


class Refused(ValueError):
    """A manifest this screen does not believe; says why, for whoever looks after it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A manifest this screen may switch to once every file of it is here."""

    programming: Programming
    envelope: bytes
    concern: str = ""
    """What is not quite right with it, in a sentence; "" when all is well."""

    @property
    def manifest(self) -> Manifest:
        """The manifest itself."""
        return self.programming.manifest

    @property
    def floor(self) -> Floor:
        """Where it stands among all manifests of this screen."""
        return Floor(self.manifest.epoch, self.manifest.version)


def judge(envelope: bytes, identity: Identity, floor: Floor, window: tuple[int, int]) -> Accepted:
    """The manifest in `envelope`, believed: its engine's digests are compared for segments in `window` (from, to; ms).

    Raises Refused. Takes a while for long plans: call it in a thread.
    """
    manifest = _opened(envelope, identity)
    if manifest.screen.id != identity.screen_id:
        raise Refused(
            _("The curator sent the programme of another screen ('{other}'); it is not shown here.").format(
                other=manifest.screen.id
            )
        )
    if Floor(manifest.epoch, manifest.version) < floor:
        raise Refused(
            _("The curator sent an older programme ({version}; this screen already had {floor}).").format(
                version=f"{manifest.epoch}.{manifest.version}", floor=f"{floor.epoch}.{floor.version}"
            )
        )
    line, concern = _line_of(manifest, window)
    return Accepted(Programming(manifest, line, is_listed=bool(concern)), envelope, concern)


def _opened(envelope: bytes, identity: Identity) -> Manifest:
    try:
        return open_sealed(envelope, identity.pinned)
    except (ValueError, RecursionError) as error:
        raise Refused(
            _("The programme from the curator is damaged or not genuine: {reason}.").format(reason=error)
        ) from error


def _line_of(manifest: Manifest, window: tuple[int, int]) -> tuple[Line, str]:
    if manifest.plan.get("engine") != ENGINE:
        concern = _("The programme needs a newer engine than this screen has: update its software.")
        return _listed(manifest, concern)
    try:
        programme = Programme(read_plan(Reader(manifest.plan, "$.plan")))
    except ValueError as error:
        raise Refused(_("The plan from the curator cannot be read: {reason}.").format(reason=error)) from error
    if _reproduces(programme, manifest.digests, window):
        return EngineLine(programme), ""
    concern = _("This screen and the curator work out the programme differently: update the older software of the two.")
    return _listed(manifest, concern)


def _reproduces(programme: Programme, digests: tuple[str, ...], window: tuple[int, int]) -> bool:
    segments = programme.plan.segments
    return len(segments) == len(digests) and all(
        segment_digest(programme, index) == digests[index]
        for index, segment in enumerate(segments)
        if segment.start_ms < window[1] and segment.end_ms > window[0]
    )


def _listed(manifest: Manifest, concern: str) -> tuple[Line, str]:
    try:
        return ListLine(manifest.running_list), concern
    except ValueError as error:
        raise Refused(f"{concern} ({error})") from error
