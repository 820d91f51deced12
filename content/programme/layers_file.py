"""A log of live orders out of a file: one JSON object a line, in any order."""

from typing import get_args

from content.programme.layers import Action, LiveEvent, LiveLayer
from content.reading import BadDocument, Reader

LARGEST_LOG_BYTES = 16 << 20
MOST_EVENTS = 10_000
LONGEST_LINE_BYTES = 64 << 10

_LAYERS: dict[str, LiveLayer] = {name: name for name in get_args(LiveLayer)}
_ACTIONS: dict[str, Action] = {name: name for name in get_args(Action)}


def read_log(body: bytes) -> list[LiveEvent]:
    """The events of a log; empty lines are let pass. Raises BadDocument, with the line's number."""
    if len(body) > LARGEST_LOG_BYTES:
        raise BadDocument("$", f"the log has more than {LARGEST_LOG_BYTES} bytes")
    lines = [(number, line) for number, line in enumerate(body.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_EVENTS:
        raise BadDocument("$", f"the log has more than {MOST_EVENTS} events")
    return [_event(number, line) for number, line in lines]


def _event(number: int, line: bytes) -> LiveEvent:
    try:
        reader = Reader.of_bytes(line, limit_bytes=LONGEST_LINE_BYTES)
        fields = reader.fields("id", "order", "layer", "action", "at_ms", "until_ms", optional=("item",))
        item = fields.get("item")
        return LiveEvent(
            id=fields["id"].identifier(),
            order=fields["order"].identifier(),
            layer=_LAYERS[fields["layer"].one_of(*_LAYERS)],
            action=_ACTIONS[fields["action"].one_of(*_ACTIONS)],
            at_ms=fields["at_ms"].integer(),
            until_ms=fields["until_ms"].integer(),
            item=None if item is None or item.value is None else item.identifier(),
        )
    except BadDocument as error:
        raise BadDocument(f"line {number}", str(error)) from error
