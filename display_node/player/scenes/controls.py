"""How what can be pressed looks: an offer on the programme, and the sets of controls beside an activity.

What does not change is composed once, beside the frame loop; who plays, and what they pressed, is drawn on top.
"""

from collections.abc import Container, Iterable, Mapping

import pygame

from display_node.player.controls import FOR_PHONES, Button, Card, ControlSet, Strip
from display_node.player.names import colour_of, name_of
from display_node.player.scenes.bells import COLOURS as PITCH_COLOURS
from display_node.player.scenes.landscape import paper_hills
from display_node.player.text import INK, PAPER, SUN, Colour, Typesetter
from display_node.touch_messages import Offer, Offered, Seat
from display_node.words import _, language
from kiosks.activities.bells import pitch_of
from kiosks.messages import FULL
from kiosks.phone.words import told

OPTION_COLOURS: tuple[Colour, ...] = (
    (0x17, 0x65, 0x5F), (0xB9, 0x3D, 0x1B), (0x6B, 0x2D, 0x5C), (0x2F, 0x5D, 0xA8), (0x75, 0x59, 0x0A),
)  # fmt: skip
"""As the buttons on phones: white words on them have a contrast of five to one and more."""
LETTERS = "ABCDE"
WHITE: Colour = (0xFF, 0xFF, 0xFF)
GROUND: Colour = INK
EMPTY: Colour = (0x2A, 0x37, 0x57)
EDGE: Colour = (0x7C, 0x8A, 0xAD)
MOST_BARE_UNITS = 8
"""Ground beside the controls that is higher has hills."""
QUIET: Colour = (0xC9, 0xCE, 0xD8)


class StripPicture:
    """The controls of a session, for one plan of them."""

    def __init__(self, plan: Strip, options: tuple[str, ...], unit: float, typesetter: Typesetter) -> None:
        """Composes what stands still: some hundredths of a second."""
        self.plan, self._unit = plan, unit
        self._ground = pygame.Surface(pygame.Rect(plan.place).size)
        self._ground.fill(GROUND)
        self._ground.fill(SUN, (0, 0, plan.place[2], max(2, int(unit * 0.5))))
        for one in plan.sets:
            for button in one.buttons:
                self._compose(button, options, typesetter)
        if plan.lower is not None:
            words = _("Higher") if plan.is_low else _("Lower")
            _plate(self._ground, self._on_ground(plan.lower), GROUND, EDGE, unit)
            _arrow(self._ground, self._on_ground(plan.lower), 1 if plan.is_low else -1, words, unit, typesetter)
        if plan.control in FOR_PHONES:
            self._tell_phones(typesetter)
        self._low = self._low_plate(typesetter)
        self._rest = pygame.Surface(pygame.Rect(plan.rest).size)
        self._rest.fill(PAPER)
        if plan.rest[3] > int(MOST_BARE_UNITS * unit):
            paper_hills(self._rest)

    def _low_plate(self, typesetter: Typesetter) -> pygame.Surface | None:
        """That the controls were brought down."""
        if not self.plan.is_low or self.plan.lower is None:
            return None
        unit = self._unit
        row = typesetter.line(_("The controls are lower now"), int(2.8 * unit), "SemiBold", INK, int(60 * unit))
        plate = pygame.Surface((row.get_width() + int(4 * unit), int(4.8 * unit)), pygame.SRCALPHA)
        pygame.draw.rect(plate, SUN, plate.get_rect(), border_radius=int(2.4 * unit))
        plate.blit(row, (int(2 * unit), (plate.get_height() - row.get_height()) // 2))
        return plate

    def _on_ground(self, button: Button) -> pygame.Rect:
        return button.rect.move(0, -self.plan.place[1])

    def _compose(self, button: Button, options: tuple[str, ...], typesetter: Typesetter) -> None:
        place, unit = self._on_ground(button), self._unit
        match button.use:
            case "choose":
                colour = OPTION_COLOURS[button.value % len(OPTION_COLOURS)]
                _plate(self._ground, place, colour, colour, unit)
                words = f"{LETTERS[button.value]} · {options[button.value]}"
                room = pygame.Rect(place.x + int(2 * unit), place.y, place.width - int(7 * unit), place.height)
                _say(self._ground, words, room, 3.7, WHITE, unit, typesetter, rows=2)
            case "lean":
                _plate(self._ground, place, (0x17, 0x65, 0x5F), (0x17, 0x65, 0x5F), unit)
                side = -1 if button.value < 0 else 1
                _sideways(self._ground, place, side, unit)
                words = _("Left") if side < 0 else _("Right")
                room = place.inflate(-int(12 * unit), 0).move(-side * int(3 * unit), 0)
                _say(self._ground, words, room, 4.6, WHITE, unit, typesetter, rows=1, is_middle=True)
            case "steer":
                _plate(self._ground, place, EMPTY, EDGE, unit)
                _point(self._ground, place.center, (button.value // FULL, button.y // FULL), 2.6 * unit, WHITE)
            case "press":
                colour = OPTION_COLOURS[1]
                _plate(self._ground, place, colour, colour, unit)
                _say(self._ground, _("Go"), place, 5.0, WHITE, unit, typesetter, rows=1, is_middle=True)
            case "note":
                pygame.draw.rect(self._ground, EMPTY, place, border_radius=max(2, int(unit)))
                pygame.draw.rect(self._ground, EDGE, place, max(1, int(unit * 0.2)), border_radius=max(2, int(unit)))
            case "next":
                _plate(self._ground, place, GROUND, EDGE, unit)
                room = place.inflate(-int(unit), 0)
                _say(self._ground, _("Next person"), room, 2.5, QUIET, unit, typesetter, rows=2, is_middle=True)

    def _tell_phones(self, typesetter: Typesetter) -> None:
        plan, unit = self.plan, self._unit
        place = pygame.Rect(plan.sets[0].head).move(0, -plan.place[1])
        place.height = plan.place[3] - 2 * place.y
        words = _("Here one writes with a phone: scan the code on this screen, or type the address beside it.")
        _say(self._ground, words, place, 4.0, PAPER, unit, typesetter, rows=3)

    def draw(
        self,
        surface: pygame.Surface,
        seats: Mapping[int, Seat],
        marks: Mapping[tuple[int, str], Iterable[int]],
        lit: Iterable[int],
        held: Iterable[Button],
        pads: Iterable[tuple[Seat | None, Button | None]],
        typesetter: Typesetter,
        *,
        refused: Container[int],
        late: Container[int],
        is_open: bool,
    ) -> None:
        """Lays the controls over `surface`.

        `marks` are what each station chose, leans to or set; `refused` whose choice could not be kept, and `late` those
        of them for whom it was over; `lit` the notes of everybody; `held` what fingers press; `pads` who plays with a
        pad, and where they are. Not `is_open`, they are told apart as over.
        """
        plan, unit = self.plan, self._unit
        surface.blit(self._rest, plan.rest[:2])
        surface.blit(self._ground, plan.place[:2])
        notes = set(lit)
        for one in plan.sets:
            refusal = "" if one.station not in refused else _refused(is_late=one.station in late)
            self._draw_head(surface, one, seats.get(one.station), typesetter, refusal)
            for button in one.buttons:
                place = button.rect
                if button.use == "note" and button.value in notes:
                    colour = PITCH_COLOURS[pitch_of(button.value)]
                    pygame.draw.rect(surface, colour, place.inflate(-2, -2), border_radius=max(2, int(unit)))
                if button.value in marks.get((button.station, button.use), ()):
                    _mark(surface, place, unit, is_note=button.use == "note")
        for button in held:
            pygame.draw.rect(
                surface, WHITE, button.rect, max(3, int(unit * 0.6)), border_radius=max(2, int(1.6 * unit))
            )
        for index, (seat, at) in enumerate(pads):
            if at is not None:
                colour = colour_of(seat)
                grown = at.rect.inflate(int(unit * (0.9 + index * 0.5)), int(unit * (0.9 + index * 0.5)))
                pygame.draw.rect(surface, colour, grown, max(3, int(unit * 0.5)), border_radius=max(2, int(2 * unit)))
        if not is_open:
            self._draw_over(surface)
        if self._low is not None:
            right, top = plan.place[2] - int(2 * unit), plan.place[1] - int(5.4 * unit)
            surface.blit(self._low, (right - self._low.get_width(), top))
        self._draw_pads(surface, pads, typesetter)

    def _draw_head(
        self, surface: pygame.Surface, one: ControlSet, seat: Seat | None, typesetter: Typesetter, refusal: str
    ) -> None:  # fmt: skip
        unit, place = self._unit, pygame.Rect(one.head)
        if self.plan.control in FOR_PHONES:
            return
        radius = max(4, int(1.5 * unit))
        spot = (place.x + radius + 2, place.centery - int(0.6 * unit))
        pygame.draw.circle(surface, colour_of(seat), spot, radius, 0 if seat is not None else max(2, int(unit * 0.3)))
        words = refusal or (name_of(seat) if seat is not None else self._asks())
        wide = place.width - int(19 * unit) - 2 * radius - int(3 * unit)
        row = typesetter.line(
            words,
            int(3.1 * unit),
            "SemiBold",
            SUN if refusal else PAPER if seat is not None else QUIET,
            max(20, wide),
        )
        surface.blit(row, (spot[0] + radius + int(unit), spot[1] - row.get_height() // 2))

    def _asks(self) -> str:
        match self.plan.control:
            case "choices":
                return _("Press what you choose")
            case "lean":
                return _("Press a side to lean")
            case "pad":
                return _("Press to play")
            case _:
                return _("Set up to three notes")

    def _draw_over(self, surface: pygame.Surface) -> None:
        shade = pygame.Surface(pygame.Rect(self.plan.place).size)
        shade.fill(GROUND)
        shade.set_alpha(150)
        surface.blit(shade, self.plan.place[:2])

    def _draw_pads(
        self, surface: pygame.Surface, pads: Iterable[tuple[Seat | None, Button | None]], typesetter: Typesetter
    ) -> None:
        """Who plays with a pad, in a line above the controls."""
        unit = self._unit
        x, top = int(2 * unit), self.plan.place[1] - int(5.4 * unit)
        for seat, _at in pads:
            if seat is None:
                continue
            row = typesetter.line(name_of(seat), int(2.8 * unit), "SemiBold", PAPER, int(40 * unit))
            plate = pygame.Rect(x, top, row.get_width() + int(7 * unit), int(4.8 * unit))
            pygame.draw.rect(surface, GROUND, plate, border_radius=int(2.4 * unit))
            pygame.draw.circle(surface, colour_of(seat), (plate.x + int(2.6 * unit), plate.centery), int(1.4 * unit))
            surface.blit(row, (plate.x + int(5 * unit), plate.centery - row.get_height() // 2))
            x = plate.right + int(unit)


class CardPicture:
    """An offer, for one plan of it."""

    def __init__(self, plan: Card, offer: Offer, unit: float, typesetter: Typesetter) -> None:
        """Composes it whole."""
        self.plan, self._unit = plan, unit
        place = pygame.Rect(plan.place)
        self._card = pygame.Surface(place.size, pygame.SRCALPHA)
        radius = int(2.4 * unit)
        pygame.draw.rect(self._card, PAPER, ((0, 0), place.size), border_radius=radius)
        pygame.draw.rect(self._card, INK, ((0, 0), place.size), max(2, int(unit * 0.4)), border_radius=radius)
        said = pygame.Rect(plan.said).move(-place.x, -place.y).inflate(-int(2 * unit), 0)
        if offer.rows:
            _say(self._card, _("Take part here"), said, 5.0, INK, unit, typesetter, rows=1)
        else:
            _say(self._card, _later(offer), said, 4.4, INK, unit, typesetter, rows=4)
        for button, row in zip(plan.rows, offer.rows, strict=True):
            at = button.rect.move(-place.x, -place.y)
            colour = OPTION_COLOURS[button.value % len(OPTION_COLOURS)]
            room = at.inflate(-int(4 * unit), -int(1.6 * unit))
            if row.lacks:
                _say(self._card, _lacking(row), room, 3.4, INK, unit, typesetter, rows=2)
            else:
                _plate(self._card, at, colour, colour, unit)
                _say(self._card, title_of(row.kind, row.title), room, 3.9, WHITE, unit, typesetter, rows=2)
        at = plan.close.rect.move(-place.x, -place.y)
        _plate(self._card, at, PAPER, INK, unit)
        _say(self._card, _("Close"), at, 3.7, INK, unit, typesetter, rows=1, is_middle=True)
        if plan.lower is not None:
            at = plan.lower.rect.move(-place.x, -place.y)
            _plate(self._card, at, PAPER, INK, unit)
            words = _("Higher") if plan.is_low else _("Lower")
            _arrow(self._card, at, 1 if plan.is_low else -1, words, unit, typesetter, INK)

    def draw(
        self, surface: pygame.Surface, held: Iterable[Button], pads: Iterable[tuple[Seat | None, Button | None]]
    ) -> None:
        """Lays the offer over `surface`."""
        unit = self._unit
        surface.blit(self._card, self.plan.place[:2])
        for button in held:
            pygame.draw.rect(surface, SUN, button.rect, max(4, int(unit * 0.8)), border_radius=max(2, int(1.6 * unit)))
        for index, (_seat, at) in enumerate(pads):
            if at is not None:
                grown = at.rect.inflate(int(unit * (1 + index * 0.5)), int(unit * (1 + index * 0.5)))
                pygame.draw.rect(surface, SUN, grown, max(4, int(unit * 0.8)), border_radius=max(2, int(2 * unit)))


def title_of(kind: str, title: str) -> str:
    """What an activity is called on a button."""
    if title:
        return title
    names = {
        "crowd": "The lantern on the river",
        "bells": "The bells",
        "kites": "The kites",
    }  # the catalogue of phones has them
    return told(names[kind], language()) if kind in names else kind


def _lacking(row: Offered) -> str:
    """Of what cannot be begun here and now: why."""
    title = title_of(row.kind, row.title)
    if row.lacks == "phone":
        return _("{title} · with your phone: scan the code").format(title=title)
    return _("{title} · not now: there is no connection").format(title=title)


def _refused(*, is_late: bool) -> str:
    """Why a choice or a note was not kept."""
    return _("Too late: it is over") if is_late else _("Busy: press again")


def _later(offer: Offer) -> str:
    match offer.later:
        case "protected" if offer.from_time:
            return _("Not now: what is on shall not be interrupted. From {time} on you can take part here.").format(
                time=offer.from_time
            )
        case "protected" | "soon":
            return _("Not now: the programme has this time. Please come again in a few minutes.")
        case "choice":
            return _("Just now there is nothing to choose. Look again in a few minutes.")
        case "service":
            return _("Not now: there is no connection. The programme goes on.")
        case _:
            return _("There is nothing to take part in here at the moment.")


def _plate(surface: pygame.Surface, place: pygame.Rect, fill: Colour, edge: Colour, unit: float) -> None:
    radius = max(2, int(1.6 * unit))
    pygame.draw.rect(surface, fill, place, border_radius=radius)
    pygame.draw.rect(surface, edge, place, max(2, int(unit * 0.3)), border_radius=radius)


def _say(
    surface: pygame.Surface, words: str, room: pygame.Rect, size: float, colour: Colour, unit: float,
    typesetter: Typesetter, *, rows: int, is_middle: bool = False,
) -> None:  # fmt: skip
    """`words` in the middle of `room` from top to foot, smaller where they would not fit."""
    lines: list[pygame.Surface] = []
    for share in (1.0, 0.88, 0.76, 0.66):
        px = max(8, int(size * unit * share))
        whole = typesetter.paragraph(words, px, "SemiBold", colour, max(10, room.width), 99)
        lines = (
            whole[:rows]
            if len(whole) <= rows
            else typesetter.paragraph(words, px, "SemiBold", colour, max(10, room.width), rows)
        )
        if len(whole) <= rows and sum(line.get_height() for line in lines) <= room.height:
            break
    top = room.centery - sum(line.get_height() for line in lines) // 2
    for line in lines:
        surface.blit(line, (room.centerx - line.get_width() // 2 if is_middle else room.x, top))
        top += line.get_height()


def _point(
    surface: pygame.Surface, at: tuple[int, int], way: tuple[int, int], reach: float, colour: Colour
) -> None:  # fmt: skip
    """A triangle that points across and down, -1 to 1."""
    (x, y), (across, down) = at, way
    tip = (x + across * reach, y + down * reach)
    sides = [
        (x - across * reach * 0.7 + side * down * reach, y - down * reach * 0.7 + side * across * reach)
        for side in (-1, 1)
    ]
    pygame.draw.polygon(surface, colour, [tip, *sides])


def _sideways(surface: pygame.Surface, place: pygame.Rect, side: int, unit: float) -> None:
    reach, half = int(4 * unit), int(3.6 * unit)
    tip = place.x + int(2.4 * unit) if side < 0 else place.right - int(2.4 * unit)
    points = [
        (tip, place.centery),
        (tip - side * reach, place.centery - half),
        (tip - side * reach, place.centery + half),
    ]
    pygame.draw.polygon(surface, WHITE, points)


def _arrow(
    surface: pygame.Surface, place: pygame.Rect, way: int, words: str, unit: float, typesetter: Typesetter,
    colour: Colour = PAPER,
) -> None:  # fmt: skip
    """An arrow up (1) or down (-1), and words below it or beside it."""
    if place.width < 2 * place.height:
        half, y = int(2.4 * unit), place.y + place.height // 3
        points = [
            (place.centerx, y - way * half),
            (place.centerx - half, y + way * half),
            (place.centerx + half, y + way * half),
        ]
        pygame.draw.polygon(surface, colour, points)
        room = pygame.Rect(place.x, place.centery, place.width, place.height // 2)
        _say(surface, words, room, 3.0, colour, unit, typesetter, rows=1, is_middle=True)
        return
    half, x = int(1.8 * unit), place.x + int(3.4 * unit)
    points = [
        (x, place.centery - way * half),
        (x - half, place.centery + way * half),
        (x + half, place.centery + way * half),
    ]
    pygame.draw.polygon(surface, colour, points)
    room = pygame.Rect(x + int(2.4 * unit), place.y, place.right - x - int(3 * unit), place.height)
    _say(surface, words, room, 3.2, colour, unit, typesetter, rows=1)


def _mark(surface: pygame.Surface, place: pygame.Rect, unit: float, *, is_note: bool) -> None:
    """A frame and a tick: not by colour alone."""
    pygame.draw.rect(surface, SUN, place, max(3, int(unit * 0.55)), border_radius=max(2, int(1.6 * unit)))
    half = int((0.9 if is_note else 1.5) * unit)
    x, y = place.center if is_note else (place.right - int(2.6 * unit), place.y + int(2.2 * unit))
    pygame.draw.circle(surface, SUN, (x, y), int(half * 1.5))
    tick = [(x - half * 0.7, y), (x - half * 0.1, y + half * 0.6), (x + half * 0.8, y - half * 0.6)]
    pygame.draw.lines(surface, INK, False, tick, max(2, int(unit * 0.35)))
