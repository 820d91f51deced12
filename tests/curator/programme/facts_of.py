"""Facts for the compiler's tests: drawn at random, and a few by hand."""

from hypothesis import strategies as st

from curator.programme.facts import Booked, EligibleItem, Moment, ProgrammeFacts, Weights

ZONES = ("Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC", "Asia/Ho_Chi_Minh")
FOR_EVER_MS = 2**52
A_DAY_MS = 86_400_000


def item(
    name: str, group: str = "g1", duration_ms: int = 12_000, order: int = 10, *, from_ms: int = 0, is_in: bool = True
) -> EligibleItem:
    return EligibleItem(name, group, f"“{name}”", duration_ms, order, is_in, from_ms, FOR_EVER_MS)


def facts(
    *items: EligibleItem,
    weights: dict[str, int] | None = None,
    bookings: tuple[Booked, ...] = (),
    house: frozenset[str] = frozenset(),
    zone: str = "Europe/London",
) -> ProgrammeFacts:
    given = {one.group: 1 for one in items if one.group not in house} if weights is None else weights
    return ProgrammeFacts(zone, Weights(given), house, {one.id: one for one in items}, bookings)


# Made once: to make a strategy costs more than to draw from it.
UP_TO = {most: st.integers(0, most) for most in (4, 6, 9)}
SECONDS = st.integers(5, 400)
PIECES_MS = st.sampled_from([0, 0, 1, 480])
ZONES_DRAWN = st.sampled_from(ZONES)
HOUSES = st.sampled_from([frozenset[str](), frozenset({"g3"})])


@st.composite
def drawn_facts(draw: st.DrawFn, start_ms: int, length_ms: int) -> ProgrammeFacts:
    items = {}
    for group in range(draw(UP_TO[4])):
        for number in range(draw(UP_TO[4])):
            name = f"i{group}-{number}"
            duration_ms = draw(SECONDS) * 1_000 + draw(PIECES_MS)
            items[name] = item(name, f"g{group}", duration_ms, number * 10 + 10, is_in=draw(UP_TO[9]) > 0)
    weights = {f"g{group}": draw(UP_TO[9]) for group in range(3)}
    bookings = []
    free_ms = start_ms - 1_800_000
    for number in range(draw(UP_TO[6]) if items else 0):
        chosen = items[draw(st.sampled_from(sorted(items)))]
        begin_ms = free_ms + draw(st.integers(0, length_ms // 4))
        free_ms = begin_ms + chosen.duration_ms + draw(st.integers(0, 3 * chosen.duration_ms))
        bookings.append(Booked(f"b{number}", (chosen.id,), begin_ms, free_ms))
    return ProgrammeFacts(
        draw(ZONES_DRAWN), Weights(weights), draw(HOUSES), items,
        tuple(bookings),
    )  # fmt: skip


def moment(now_ms: int, *, days: int = 2, lead_ms: int = 15_000) -> Moment:
    return Moment(now_ms, lead_ms, days * A_DAY_MS)
