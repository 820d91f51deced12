"""Gamepads, joysticks, arcade buttons and a keyboard's arrows as SDL tells of them: a direction and a press.

Every button is the same one: one button is enough to play. Pads come and go while the player runs.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

import pygame

from display_node.touch_messages import MOST_PADS
from kiosks.messages import FULL

KEYBOARD = -1
"""Arrows, and Enter or the space bar, are a pad: arcade encoders often say that they are keyboards."""
MOST_BUTTONS = 64
MOST_A_FRAME = 64
"""Presses and steps heard between two pictures; further ones fall away."""
DEAD = 0.25
"""A stick that is pushed less rests: worn ones never quite do."""
STEP = 10
"""Leaning by a stick is told in steps of this."""
TURNED = 0.6
"""A stick pushed so far is a step to the next thing."""
ARROWS = {pygame.K_LEFT: (-1, 0), pygame.K_RIGHT: (1, 0), pygame.K_UP: (0, -1), pygame.K_DOWN: (0, 1)}
PRESSES = frozenset({pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_SPACE})


@dataclass(frozen=True, slots=True)
class Pushed:
    """The pad is pushed so far across and down: from -FULL to FULL."""

    pad: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Stepped:
    """The pad's cross or stick was pushed once: across and down, -1 to 1."""

    pad: int
    across: int
    down: int


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of the pad was pressed."""

    pad: int


@dataclass(frozen=True, slots=True)
class Gone:
    """The pad was unplugged; its number may be another's next."""

    pad: int


Push = Pushed | Stepped | Pressed | Gone


@dataclass(slots=True)
class _Pad:
    number: int
    device: object = None
    stick: list[float] = field(default_factory=lambda: [0.0, 0.0])
    cross: tuple[int, int] = (0, 0)
    turned: tuple[int, int] = (0, 0)
    pushed: tuple[int, int] = (0, 0)


class Pads:
    """The pads at this screen, numbered from 0 as they came."""

    def __init__(self) -> None:
        """None, until `open`."""
        self._pads: dict[int, _Pad] = {}
        self.is_open = False

    def open(self) -> None:
        """Hears pads from now on; those plugged in already are told of as if they came."""
        # A kiosk's window need not have the keyboard's focus.
        os.environ.setdefault("SDL_JOYSTICK_ALLOW_BACKGROUND_EVENTS", "1")
        pygame.joystick.init()
        self.is_open = True

    def close(self) -> list[Push]:
        """Hears none any more."""
        gone: list[Push] = [Gone(pad.number) for pad in self._pads.values()]
        self._pads.clear()
        if self.is_open:
            pygame.joystick.quit()
        self.is_open = False
        return gone

    def read(self, events: Iterable[pygame.Event]) -> list[Push]:
        """What pads did."""
        pushes: list[Push] = []
        pushed: dict[int, Pushed] = {}
        for event in events:
            for push in self._heard(event):
                if isinstance(push, Pushed):
                    pushed[push.pad] = push  # the newest is what counts
                elif len(pushes) < MOST_A_FRAME:
                    pushes.append(push)
        return [*pushes, *pushed.values()]

    def _heard(self, event: pygame.Event) -> list[Push]:
        match event.type:
            case pygame.JOYDEVICEADDED:
                self._add(event.device_index)
            case pygame.JOYDEVICEREMOVED:
                pad = self._pads.pop(event.instance_id, None)
                return [] if pad is None else [Gone(pad.number)]
            case pygame.JOYBUTTONDOWN if event.button < MOST_BUTTONS:
                pad = self._of(event.instance_id)
                return [] if pad is None else [Pressed(pad.number)]
            case pygame.JOYHATMOTION if event.hat == 0 and (pad := self._of(event.instance_id)):
                pad.cross = (event.value[0], -event.value[1])
                return _turned(pad)
            case pygame.JOYAXISMOTION if event.axis in (0, 1) and (pad := self._of(event.instance_id)):
                pad.stick[event.axis] = event.value if abs(event.value) >= DEAD else 0.0
                return _turned(pad)
            case pygame.KEYDOWN | pygame.KEYUP:
                return self._typed(event)
        return []

    def _typed(self, event: pygame.Event) -> list[Push]:
        is_down = event.type == pygame.KEYDOWN
        if event.key not in ARROWS and event.key not in PRESSES:
            return []
        pad = self._of(KEYBOARD)
        if pad is None:
            return []
        if event.key in PRESSES:
            return [Pressed(pad.number)] if is_down else []
        across, down = ARROWS[event.key]
        side = 0 if across else 1
        way = list(pad.cross)
        way[side] = (across or down) if is_down else (0 if way[side] == (across or down) else way[side])
        pad.cross = (way[0], way[1])
        return _turned(pad)

    def _add(self, device_index: int) -> None:
        try:
            device = pygame.joystick.Joystick(device_index)
            instance = device.get_instance_id()
        except pygame.error:
            return  # gone again already
        pad = self._of(instance)
        if pad is not None:
            pad.device = device  # SDL closes one that nobody holds

    def _of(self, instance: int) -> _Pad | None:
        """The pad that SDL knows by this number; None while there are too many."""
        if instance not in self._pads:
            free = sorted(set(range(MOST_PADS)) - {pad.number for pad in self._pads.values()})
            if not free:
                return None
            self._pads[instance] = _Pad(free[0])
        return self._pads[instance]


def _turned(pad: _Pad) -> list[Push]:
    """What is new: a step when it turned to a side, and how far it leans."""
    way = tuple(
        cross or (0 if abs(stick) < TURNED else (1 if stick > 0 else -1))
        for cross, stick in zip(pad.cross, pad.stick, strict=True)
    )
    pushes: list[Push] = []
    step = tuple(new if new != old else 0 for new, old in zip(way, pad.turned, strict=True))
    pad.turned = (way[0], way[1])
    if any(step):
        pushes.append(Stepped(pad.number, step[0], step[1]))
    pushed = tuple(
        cross * FULL or max(-FULL, min(FULL, round(stick * FULL / STEP) * STEP))
        for cross, stick in zip(pad.cross, pad.stick, strict=True)
    )
    if pushed != pad.pushed:
        pad.pushed = (pushed[0], pushed[1])
        pushes.append(Pushed(pad.number, *pad.pushed))
    return pushes
