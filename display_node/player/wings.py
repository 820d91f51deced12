"""What waits in the wings: the media of the cue that is on and of those soon to come, opened and decoded early."""

from content.screen_facts import Fit
from display_node.manner_messages import USUAL
from display_node.messages import Cue, Fault
from display_node.player.beginning import Begun
from display_node.player.decoder import VideoDecoder, film_decoder
from display_node.player.scenes.media import MediaScene, Painter, VideoScene
from display_node.player.scenes.still import StillScene
from display_node.player.text import Typesetter
from display_node.player.timeline import NS_PER_MS, media_key

READY_AHEAD_MS = 6_000
MOST_AHEAD = 3
PATIENCE_NS = 600 * NS_PER_MS
"""How long a cue may be late before the card stands in for it."""

MOST_STUCK = 4
STUCK_AFTER_NS = 5_000 * NS_PER_MS

Key = tuple[str, str, int]


class Wings:
    """Opens, keeps and closes the media scenes. Only the main thread uses it; nothing here waits."""

    def __init__(
        self, painter: Painter, typesetter: Typesetter, fit: Fit | None = None, begun: Begun | None = None
    ) -> None:
        """Holds nothing yet, but a film that `begun` decodes already. `fit` is what the panel says, before its site."""
        self._fit_of_panel = fit
        self._painter = painter
        self._typesetter = typesetter
        self._scenes: dict[Key, MediaScene] = {}
        self._opened_ns: dict[Key, int] = {}
        self._left: list[tuple[int, MediaScene]] = []
        self._told: set[Key] = set()
        self._begun = begun
        self.manner = USUAL

    def prepare(self, cues: tuple[Cue, ...], size: tuple[int, int], now_ns: int) -> None:
        """Opens what `cues` need for a surface of `size` and lets everything else go."""
        wanted: dict[Key, Cue] = {}
        for cue in cues:
            if cue.kind in ("video", "still"):
                wanted.setdefault(media_key(cue), cue)  # what is on now, before a later piece of the same showing
        for key in [key for key in self._scenes if key not in wanted]:
            self._let_go(key, now_ns)
        for key, cue in wanted.items():
            if key not in self._scenes:
                self._scenes[key] = self._open(cue, size, now_ns)
                self._opened_ns[key] = now_ns
            else:
                self._scenes[key].caption(cue)
                self._scenes[key].attend(now_ns)
        if self._begun is not None:
            self._begun.decoder.close()
            self._begun = None
        self._left = [(since_ns, scene) for since_ns, scene in self._left if scene.running]

    def scene(self, cue: Cue) -> MediaScene | None:
        """The scene of `cue`, if it is open."""
        return self._scenes.get(media_key(cue))

    def is_overdue(self, cue: Cue, now_ns: int) -> bool:
        """Whether `cue` has had long enough to show its first picture."""
        opened_ns = self._opened_ns.get(media_key(cue), now_ns)
        return now_ns - max(opened_ns, cue.start_ms * NS_PER_MS) > PATIENCE_NS

    def fault(self, cue: Cue, sentence: str) -> Fault | None:
        """The fault to report for `cue`, the first time it is asked for."""
        return self._fault(media_key(cue), cue.sha256, sentence)

    def trouble_fault(self, cue: Cue) -> Fault | None:
        """What to report of `cue` though it is shown, the first time it is asked for; None while all is well."""
        scene = self.scene(cue)
        if scene is None or not scene.trouble:
            return None
        return self._fault(_captions_key(cue), cue.captions_sha256 or cue.sha256, scene.trouble)

    def _fault(self, key: Key, sha256: str, sentence: str) -> Fault | None:
        if key in self._told:
            return None
        self._told.add(key)
        return Fault(sha256, sentence)

    def is_stuck(self, now_ns: int) -> bool:
        """Whether so many decoders hang that only a new process helps."""
        return sum(now_ns - since_ns > STUCK_AFTER_NS for since_ns, _ in self._left) >= MOST_STUCK

    def clear(self, now_ns: int) -> None:
        """Lets everything go."""
        for key in list(self._scenes):
            self._let_go(key, now_ns)

    def _open(self, cue: Cue, size: tuple[int, int], now_ns: int) -> MediaScene:
        if cue.kind == "video":
            decoder = self._begun_for(cue) or film_decoder(cue, now_ns)
            return VideoScene(cue, size, self._painter, self._typesetter, decoder, self._fit, self.manner)
        return StillScene(cue, size, self._typesetter, now_ns, self._fit, self.manner)

    @property
    def _fit(self) -> Fit:
        return self._fit_of_panel or self.manner.fit or "contain"

    def _begun_for(self, cue: Cue) -> VideoDecoder | None:
        if self._begun is None or media_key(self._begun.cue) != media_key(cue):
            return None
        decoder, self._begun = self._begun.decoder, None
        return decoder

    def _let_go(self, key: Key, now_ns: int) -> None:
        scene = self._scenes.pop(key)
        self._opened_ns.pop(key)
        self._told -= {key, _captions_key(scene.cue)}
        scene.close()
        self._left.append((now_ns, scene))


def _captions_key(cue: Cue) -> Key:
    return ("captions", cue.path, cue.start_ms - cue.offset_ms)
