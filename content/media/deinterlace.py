"""Makes interlaced pictures whole (bwdif), one for one and each at its own time; others pass unchanged."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from av.error import BlockingIOError as NotYet
from av.error import EOFError as NoMore
from av.filter import Graph

from content.media.film import Shot

_Shape = tuple[int, int, str]


def woven(shots: Iterator[Shot]) -> Iterator[Shot]:
    """The same shots, made whole. The filter looks one picture ahead."""
    graph: Graph | None = None
    shape: _Shape | None = None
    waiting: deque[Shot] = deque()
    for pushed, shot in enumerate(shots):
        now = (shot.frame.width, shot.frame.height, shot.frame.format.name)
        if graph is None or now != shape:
            if graph is not None:
                yield from _drained(graph, waiting)
            graph, shape = _bwdif(shot), now
        waiting.append(shot)
        shot.frame.pts = pushed
        graph.vpush(shot.frame)
        yield from _ready(graph, waiting)
    if graph is not None:
        yield from _drained(graph, waiting)


def _bwdif(shot: Shot) -> Graph:
    graph = Graph()
    graph.threads = 1
    frame = shot.frame
    first = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1_000))
    weave = graph.add("bwdif", "mode=send_frame:parity=auto:deint=interlaced")
    first.link_to(weave)
    weave.link_to(graph.add("buffersink"))
    graph.configure()
    return graph


def _drained(graph: Graph, waiting: deque[Shot]) -> Iterator[Shot]:
    graph.vpush(None)
    yield from _ready(graph, waiting)
    waiting.clear()


def _ready(graph: Graph, waiting: deque[Shot]) -> Iterator[Shot]:
    while waiting:
        try:
            frame = graph.vpull()
        except (NotYet, NoMore):
            return
        yield replace(waiting.popleft(), frame=frame)
