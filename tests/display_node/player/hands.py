"""A player whose events come from the test: what SDL would say of fingers, pads and keys, posted into its own queue."""

import json
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from display_node.player.controls import Button
from tests.display_node.player.posting import VARIABLE, listen
from tests.display_node.player.stand import Stand, player

FINGER = {"touch_id": 1, "pressure": 1.0, "dx": 0.0, "dy": 0.0}


class Hands:
    """Posts events into a player that runs `main` below."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        """`size` of the picture, in pixels."""
        self._link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._link.settimeout(20)
        self._link.connect(str(path))
        self._size = size

    def leave(self) -> None:
        """Posts nothing any more."""
        self._link.close()

    def post(self, name: str, **fields: object) -> None:
        """Posts one event, and returns when the player's queue has it."""
        self._link.sendall(json.dumps([name, fields]).encode() + b"\n")
        assert self._link.recv(1) == b"."

    def down(self, x: int, y: int, finger: int = 1) -> None:
        """A finger comes down."""
        self.post("FINGERDOWN", finger_id=finger, x=x / self._size[0], y=y / self._size[1], **FINGER)

    def move(self, x: int, y: int, finger: int = 1) -> None:
        """A finger that is down goes there."""
        self.post("FINGERMOTION", finger_id=finger, x=x / self._size[0], y=y / self._size[1], **FINGER)

    def up(self, x: int, y: int, finger: int = 1) -> None:
        """A finger is lifted."""
        self.post("FINGERUP", finger_id=finger, x=x / self._size[0], y=y / self._size[1], **FINGER)

    def tap(self, x: int, y: int, finger: int = 1) -> None:
        """A finger comes and goes."""
        self.down(x, y, finger)
        self.up(x, y, finger)

    def press(self, button: Button, finger: int = 1) -> None:
        """A finger on a button."""
        self.tap(*button.rect.center, finger)


@contextmanager
def handled(folder: Path, size: tuple[int, int]) -> Iterator[tuple[Stand, Hands]]:
    """A player of this size, and hands for it."""
    with tempfile.TemporaryDirectory() as short:
        path = Path(short) / "events.sock"
        with player(
            folder, "--headless", f"{size[0]}x{size[1]}", environment={VARIABLE: str(path)},
            program=("-m", "tests.display_node.player.hands"),
        ) as stand:  # fmt: skip
            agent = stand.agent()
            agent.leave()
            hands = Hands(path, size)
            yield stand, hands
            hands.leave()


def main() -> int:
    """The player, with a socket for events beside it."""
    from display_node.player.process import main as run

    listen(os.environ[VARIABLE])
    return run()


if __name__ == "__main__":
    sys.exit(main())
