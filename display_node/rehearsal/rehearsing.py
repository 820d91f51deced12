"""A rehearsal: an activity with simulated visitors in a time of its own, and the picture of each of its moments.

The same seed and the same orders give the same states and the same pictures.
"""

import io
import json
from collections.abc import Iterable

import pygame

from content.canonical import Json
from display_node.messages import Invitation
from display_node.player.scenes.activities import make_scene
from display_node.player.scenes.activity import ActivityScene
from display_node.player.scenes.backdrop import veiled_picture
from display_node.player.scenes.invitation import InvitationScene
from display_node.player.scenes.landscape import dusk
from display_node.player.scenes.scene import NS_PER_MS
from display_node.player.still_picture import UNDECODABLE
from display_node.player.text import Typesetter
from display_node.rehearsal.visitors import Visitors
from display_node.session_messages import SessionNow, SessionOn, SessionWords
from kiosks.activities.activity import STEP_MS, Activity, Event, Passed
from kiosks.activities.poll import Question
from kiosks.activities.statement import Statement
from kiosks.layouts import LAYOUTS
from kiosks.messages import Tap
from kiosks.rehearsals import (
    NEXT_MS,
    SIZES,
    Asked,
    Begin,
    Crowd,
    Jump,
    Order,
    Own,
    Part,
    Run,
    Seen,
    Shape,
    Step,
    TookBack,
    Wrote,
)

NAME = "rehearsal"
SAID_EVERY_MS = 250
ATTRACT_MS = 6_000
"""The programme with the invitation, before somebody takes part."""
FIRST_SEED = 7
BASE_NS = 1_000_000_000 * NS_PER_MS
FEW_PIXELS = 100_000
"""Up to so many a picture is sent as it is; larger ones as photographs are."""


class Rehearsal:
    """One activity on one simulated screen; time passes when it is told so."""

    def __init__(self, statement: Statement, language: str, backdrop: bytes = b"") -> None:
        """`language` is the screen's, `backdrop` the file of the picture behind the words.

        Raises BadDocument or ValueError for what no scene can draw.
        """
        self._statement, self._typesetter, self._backdrop = statement, Typesetter(), backdrop
        self._veiled: tuple[tuple[int, int], pygame.Surface | None] = (0, 0), None
        self._invitation = Invitation("HTTPS://EXAMPLE.ORG/J", "example.org/j", "TRY1", languages=(language,))
        question = statement.question
        options = len(question.options) if isinstance(question, Question) else 0
        self._visitors = Visitors(LAYOUTS[statement.kind].control, options, FIRST_SEED)
        self._activity: Activity | None = None
        self._scene: ActivityScene | None = None
        self._edition = -1
        self._at_ms = self._left_over_ms = self._said_ms = self._number = 0
        self.is_running = True
        self._begin(FIRST_SEED, "wide")
        self._composed()

    def take(self, order: Order) -> None:
        """Does what somebody asks for."""
        match order:
            case Begin(seed, shape):
                self._begin(seed, shape)
            case Crowd(count, behaviour):
                self._visitors.become(count, behaviour)
            case Jump(part):
                self._jump(part)
            case Run(is_running):
                self.is_running = is_running
            case Step():
                self.is_running = False
                self._pass(NEXT_MS)
            case Own() | Wrote() | TookBack() | Asked():
                self._obey(order)
            case Seen():
                return

    def advance(self, passed_ms: int) -> None:
        """Lets so much time pass, if it runs."""
        if self.is_running:
            self._pass(passed_ms)

    def picture(self) -> bytes:
        """What the screen shows now, as a PNG or a JPEG."""
        instant_ns = self._now_ns()
        if self._scene is None or not self._scene.draw(self._surface, instant_ns, instant_ns):
            self._surface.blit(dusk(self._size)[0], (0, 0))
        self._corner.draw(self._surface)
        body = io.BytesIO()
        is_small = self._size[0] * self._size[1] <= FEW_PIXELS
        pygame.image.save(self._surface, body, "screen.png" if is_small else "screen.jpg")
        return body.getvalue()

    def state(self) -> dict[str, Json]:
        """How it stands, for the page beside the picture."""
        activity = self._activity
        return {
            "part": "attract" if activity is None else activity.phase, "here": self._visitors.count + 1,
            "left_ms": max(0, (ATTRACT_MS if activity is None else activity.until_ms) - self._at_ms),
            "is_running": self.is_running, "snapshot": {} if activity is None else activity.snapshot(),
            "phone": self._visitors.for_phone(),
        }  # fmt: skip

    # --- time --------------------------------------------------------------------------------------------------------

    def _begin(self, seed: int, shape: Shape) -> None:
        self._seed, self._size = seed, SIZES[shape]
        self._surface = pygame.Surface(self._size)
        self._corner = InvitationScene(self._invitation, self._size, self._typesetter)
        self._jump("attract")

    def _jump(self, part: Part) -> None:
        """To the beginning of a part, as it would have come about with these visitors."""
        self._visitors.again(self._seed)
        self._activity = self._scene = None
        self._at_ms = self._left_over_ms = 0
        if part == "attract":
            return
        self._activity = self._statement.begin(self._seed, ())
        while self._activity.phase != part and self._activity.phase != "over":
            self._step()
        self._show()

    def _pass(self, passed_ms: int) -> None:
        self._left_over_ms += passed_ms
        while self._left_over_ms >= STEP_MS:
            self._left_over_ms -= STEP_MS
            if self._activity is None:
                self._at_ms += STEP_MS
                if self._at_ms >= ATTRACT_MS:
                    self._jump("lobby")
                continue
            self._step()
            if self._activity.phase == "over":
                self._jump("attract")
            elif self._activity.is_moving or self._at_ms - self._said_ms >= SAID_EVERY_MS:
                self._show()

    def _step(self) -> None:
        assert self._activity is not None  # noqa: S101 - who calls has looked
        self._at_ms += STEP_MS
        self._activity = _told(self._activity, self._visitors.step(self._at_ms))
        self._activity = self._activity.apply(Passed(self._at_ms, self._visitors.count + 1))

    def _obey(self, order: Own | Wrote | TookBack | Asked) -> None:
        """Does what whoever tries it did on their phone; the activity is begun when it is not on."""
        if self._activity is None:
            self._jump("lobby")
        assert self._activity is not None  # noqa: S101 - begun just now
        self._activity = _told(self._activity, self._meant(order))
        self._show()

    def _meant(self, order: Own | Wrote | TookBack | Asked) -> Iterable[Event]:
        visitors = self._visitors
        match order:
            case Own("vote", option):
                yield visitors.vote(option)
            case Own("steer", x, y):
                yield visitors.steer(x, y)
            case Own("press", button):
                yield visitors.press(button)
            case Own(_, cell):
                yield visitors.note(cell)
            case Wrote(words):
                yield visitors.write(words)
            case TookBack(answer):
                yield visitors.take_back(answer)
            case Asked():
                return

    # --- the picture -------------------------------------------------------------------------------------------------

    def _now_ns(self) -> int:
        return BASE_NS + (self._at_ms + self._left_over_ms) * NS_PER_MS

    def _show(self) -> None:
        """The scene hears how the activity stands; it is composed when there is none, or when words came or went."""
        activity = self._activity
        if activity is None:
            return
        edition = -1 if activity.shown is None else activity.shown.edition
        if self._scene is None or edition != self._edition:
            self._scene, self._edition = self._composed(), edition
        self._number, self._said_ms = self._number + 1, self._at_ms
        left_ms = max(0, activity.until_ms - self._at_ms)
        self._scene.receive(
            SessionNow(NAME, self._number, activity.phase, left_ms, self._visitors.count + 1, activity.figures),
            self._now_ns(),
        )

    def _composed(self) -> ActivityScene:
        statement, words = self._statement, None
        shown = None if self._activity is None else self._activity.shown
        if shown is not None:
            words = SessionWords(NAME, shown.edition, tuple(answer.words for answer in shown.answers))
        question = "" if statement.question is None else json.dumps(statement.question.as_json(), ensure_ascii=False)
        told = SessionOn(NAME, statement.activity, statement.kind, question, self._seed, 0, 0, 0, statement.theme)
        return make_scene(told, words, self._size, self._typesetter, self._picture())

    def _picture(self) -> pygame.Surface | None:
        """The picture behind the words for the screen of this shape; words change oftener than it."""
        if not self._backdrop:
            return None
        if self._veiled[0] != self._size:
            try:
                self._veiled = self._size, veiled_picture(io.BytesIO(self._backdrop), self._size)
            except UNDECODABLE:
                self._veiled = self._size, None
        return self._veiled[1]


def _told(activity: Activity, events: Iterable[Event]) -> Activity:
    """After everything that visitors said in one step."""
    said = list(events)
    taps = [event for event in said if isinstance(event, Tap)]
    for event in said:
        if not isinstance(event, Tap):
            activity = activity.apply(event)
    return activity.take(taps) if taps else activity
