"""The order in which letters stand in a line, by the Unicode Bidirectional Algorithm (UAX 9). Pure.

Arabic and Hebrew are read from the right, the numbers and Latin names among them from the left. Lines are broken
before this: `visual_runs` orders one line.
"""

import unicodedata
from dataclasses import dataclass, field

DEEPEST = 125
_EMBEDS = {"LRE": "L", "RLE": "R", "LRO": "L", "RLO": "R"}
_ISOLATES = frozenset({"LRI", "RLI", "FSI"})
_GONE = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "BN"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI"})
_AS_RIGHT = frozenset({"R", "AN", "EN"})
_BRACKETS = dict(zip("([{（［｛「『【〈《⟨", ")]}）］｝」』】〉》⟩", strict=True))
_CLOSING = {closing: opening for opening, closing in _BRACKETS.items()}


@dataclass(frozen=True, slots=True)
class Run:
    """Letters `start` until `end` of a line, all read in one direction; runs come from left to right."""

    start: int
    end: int
    is_rtl: bool


def visual_runs(line: str, is_rtl: bool) -> list[Run]:
    """The runs of `line`, which stands in words that are (or are not) read from the right, from left to right."""
    levels = embedding_levels(line, int(is_rtl))
    runs: list[tuple[int, int, int]] = []
    for place, level in enumerate(levels):
        if runs and runs[-1][2] == level:
            runs[-1] = (runs[-1][0], place + 1, level)
        else:
            runs.append((place, place + 1, level))
    for level in range(max(levels, default=0), 0, -1):
        runs = _turned(runs, level)
    return [Run(start, end, bool(level & 1)) for start, end, level in runs]


def _turned(runs: list[tuple[int, int, int]], level: int) -> list[tuple[int, int, int]]:
    """The same with every stretch of runs at `level` or deeper in the opposite order (L2)."""
    out: list[tuple[int, int, int]] = []
    stretch: list[tuple[int, int, int]] = []
    for run in runs:
        if run[2] >= level:
            stretch.append(run)
        else:
            out += [*reversed(stretch), run]
            stretch = []
    return [*out, *reversed(stretch)]


def embedding_levels(line: str, base: int) -> list[int]:
    """The level of each letter of `line` in a paragraph of level `base`: odd is from right to left."""
    kinds = [unicodedata.bidirectional(char) or "L" for char in line]
    if base == 0 and not any(kind in {"R", "AL", "AN", "RLE", "RLO", "RLI"} for kind in kinds):
        return [0] * len(line)
    pairs = _isolate_pairs(kinds)
    levels, kinds_now = _explicit(kinds, pairs, base)
    told = tuple(levels)
    for sequence in _sequences(kinds, levels, pairs):
        _resolve(line, sequence, kinds_now, told, levels, base)
    _settle_gone(kinds, levels, base)
    return _trailing(kinds, levels, base)


def _isolate_pairs(kinds: list[str]) -> dict[int, int]:
    """Where the isolate that opens at a place is closed (BD9)."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for place, kind in enumerate(kinds):
        if kind in _ISOLATES:
            opened.append(place)
        elif kind == "PDI" and opened:
            pairs[opened.pop()] = place
    return pairs


def _first_strong(kinds: list[str], begin: int, end: int, pairs: dict[int, int]) -> str:
    place = begin
    while place < end:
        if kinds[place] in {"L", "R", "AL"}:
            return kinds[place]
        place = pairs.get(place, end) if kinds[place] in _ISOLATES else place
        place += 1
    return ""


@dataclass(slots=True)
class _Status:
    level: int
    override: str = ""
    is_isolate: bool = False


@dataclass(slots=True)
class _Depth:
    stack: list[_Status]
    isolates_over: int = 0
    embeds_over: int = 0
    isolates: int = field(default=0)

    @property
    def top(self) -> _Status:
        return self.stack[-1]

    def may_push(self, level: int) -> bool:
        return level <= DEEPEST and not self.isolates_over and not self.embeds_over


def _explicit(kinds: list[str], pairs: dict[int, int], base: int) -> tuple[list[int], list[str]]:
    """Levels and kinds after the marks that people put in have been followed (X1 to X8)."""
    depth = _Depth([_Status(base)])
    levels, out = [base] * len(kinds), list(kinds)
    for place, kind in enumerate(kinds):
        levels[place] = depth.top.level
        if kind in _EMBEDS:
            level = _next_level(depth.top.level, _EMBEDS[kind] == "R")
            if depth.may_push(level):
                depth.stack.append(_Status(level, _EMBEDS[kind] if kind.endswith("O") else ""))
            elif not depth.isolates_over:
                depth.embeds_over += 1
        elif kind in _ISOLATES:
            out[place] = depth.top.override or kind
            _open_isolate(depth, _is_right(kinds, place, pairs))
        elif kind == "PDI":
            _close_isolate(depth)
            levels[place] = depth.top.level
            out[place] = depth.top.override or kind
        elif kind == "PDF":
            _close_embed(depth)
        elif kind != "BN":
            out[place] = depth.top.override or kind
    return levels, out


def _is_right(kinds: list[str], place: int, pairs: dict[int, int]) -> bool:
    if kinds[place] == "FSI":
        return _first_strong(kinds, place + 1, pairs.get(place, len(kinds)), pairs) in {"R", "AL"}
    return kinds[place] == "RLI"


def _open_isolate(depth: _Depth, is_right: bool) -> None:
    level = _next_level(depth.top.level, is_right)
    if depth.may_push(level):
        depth.isolates += 1
        depth.stack.append(_Status(level, is_isolate=True))
    else:
        depth.isolates_over += 1


def _close_isolate(depth: _Depth) -> None:
    if depth.isolates_over:
        depth.isolates_over -= 1
    elif depth.isolates:
        depth.embeds_over = 0
        while not depth.top.is_isolate:
            depth.stack.pop()
        depth.stack.pop()
        depth.isolates -= 1


def _close_embed(depth: _Depth) -> None:
    if depth.isolates_over:
        return
    if depth.embeds_over:
        depth.embeds_over -= 1
    elif not depth.top.is_isolate and len(depth.stack) > 1:
        depth.stack.pop()


def _next_level(level: int, is_right: bool) -> int:
    return (level + 1) | 1 if is_right else (level + 2) & ~1


def _sequences(kinds: list[str], levels: list[int], pairs: dict[int, int]) -> list[list[int]]:
    """Isolating run sequences (X10): the places of letters that are resolved together."""
    runs: list[list[int]] = []
    for place in (place for place, kind in enumerate(kinds) if kind not in _GONE):
        if runs and levels[runs[-1][-1]] == levels[place]:
            runs[-1].append(place)
        else:
            runs.append([place])
    by_first = {run[0]: run for run in runs}
    closings = set(pairs.values())
    sequences: list[list[int]] = []
    for run in runs:
        if run[0] in closings:
            continue
        whole = list(run)
        while whole[-1] in pairs and pairs[whole[-1]] in by_first:
            whole += by_first[pairs[whole[-1]]]
        sequences.append(whole)
    return sequences


def _resolve(
    line: str, places: list[int], kinds: list[str], told: tuple[int, ...], levels: list[int], base: int
) -> None:
    """Gives the letters of one sequence their levels (W1 to I2); `told` are those of all letters before that."""
    level = told[places[0]]
    before = _neighbour(kinds, told, range(places[0] - 1, -1, -1), base)
    is_open = unicodedata.bidirectional(line[places[-1]]) in _ISOLATES
    after = base if is_open else _neighbour(kinds, told, range(places[-1] + 1, len(kinds)), base)
    first, last = ("R" if max(level, beside) & 1 else "L" for beside in (before, after))
    now = [kinds[place] for place in places]
    _weak(now, first)
    _brackets([line[place] for place in places], now, "R" if level & 1 else "L", first)
    _neutral(now, "R" if level & 1 else "L", first, last)
    for place, kind in zip(places, now, strict=True):
        if level & 1:
            levels[place] = level + (kind != "R")
        else:
            levels[place] = level + {"L": 0, "R": 1}.get(kind, 2)


def _neighbour(kinds: list[str], levels: tuple[int, ...], places: range, base: int) -> int:
    return next((levels[place] for place in places if kinds[place] not in _GONE), base)


def _weak(kinds: list[str], first: str) -> None:
    strong, before = first, first
    for place, kind in enumerate(kinds):
        if kind == "NSM":  # W1
            kind = "ON" if before in _ISOLATES or before == "PDI" else before
        before = kind
        if kind in {"L", "R", "AL"}:
            strong = kind
        elif kind == "EN" and strong == "AL":  # W2
            kind = "AN"
        kinds[place] = kind
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for place in range(1, len(kinds) - 1):  # W4
        left, right = kinds[place - 1], kinds[place + 1]
        if left == right and ((kinds[place] in {"ES", "CS"} and left == "EN") or (kinds[place], left) == ("CS", "AN")):
            kinds[place] = left
    _terminators(kinds)
    strong = first
    for place, kind in enumerate(kinds):
        if kind in {"L", "R"}:
            strong = kind
        elif kind == "EN" and strong == "L":  # W7
            kinds[place] = "L"


def _terminators(kinds: list[str]) -> None:
    """Signs beside numbers go with them, others stand for themselves (W5, W6)."""
    place = 0
    while place < len(kinds):
        end = place
        while end < len(kinds) and kinds[end] == "ET":
            end += 1
        if end > place:
            beside = {kinds[other] for other in (place - 1, end) if 0 <= other < len(kinds)}
            kinds[place:end] = ["EN" if "EN" in beside else "ON"] * (end - place)
        place = max(end, place + 1)
    kinds[:] = ["ON" if kind in {"ES", "CS"} else kind for kind in kinds]


def _brackets(letters: list[str], kinds: list[str], own: str, first: str) -> None:
    """A pair of brackets goes with what is in it, or with what is before it (N0)."""
    pairs: list[tuple[int, int]] = []
    opened: list[int] = []
    for place, letter in enumerate(letters):
        if kinds[place] != "ON":
            continue
        if letter in _BRACKETS:
            opened.append(place)
        elif letter in _CLOSING:
            match = next((spot for spot in reversed(opened) if _BRACKETS[letters[spot]] == letter), None)
            if match is not None:
                del opened[opened.index(match) :]
                pairs.append((match, place))
    for opening, closing in sorted(pairs):
        inside = {_strong(kind) for kind in kinds[opening + 1 : closing]}
        if own in inside:
            way = own
        elif {"L", "R"} & inside:
            context = next((w for kind in reversed(kinds[:opening]) if (w := _strong(kind))), first)
            way = context if context != own else own
        else:
            continue
        for bracket in (opening, closing):
            kinds[bracket] = way
            for place in range(bracket + 1, len(letters)):  # accents on a bracket go with it
                if unicodedata.bidirectional(letters[place]) != "NSM":
                    break
                kinds[place] = way


def _strong(kind: str) -> str:
    return "R" if kind in _AS_RIGHT else "L" if kind == "L" else ""


def _neutral(kinds: list[str], own: str, first: str, last: str) -> None:
    """What has no direction takes that of both its neighbours, or the sequence's own (N1, N2)."""
    place = 0
    while place < len(kinds):
        end = place
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        if end > place:
            before = _strong(kinds[place - 1]) if place else first
            after = _strong(kinds[end]) if end < len(kinds) else last
            kinds[place:end] = [before if before == after else own] * (end - place)
        place = max(end, place + 1)


def _settle_gone(kinds: list[str], levels: list[int], base: int) -> None:
    """Marks without a look stand with the letter before them."""
    for place, kind in enumerate(kinds):
        if kind in _GONE:
            levels[place] = levels[place - 1] if place else base


def _trailing(kinds: list[str], levels: list[int], base: int) -> list[int]:
    """Spaces at the end of the line, and before a tab, stand as the paragraph does (L1)."""
    is_trailing = True
    for place in range(len(kinds) - 1, -1, -1):
        if kinds[place] in {"S", "B"}:
            is_trailing = True
        elif not (kinds[place] in {"WS", *_ISOLATES, "PDI"} or kinds[place] in _GONE):
            is_trailing = False
        if is_trailing:
            levels[place] = base
    return levels
