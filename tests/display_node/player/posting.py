"""What SDL would say, told over a socket to a thread in the player's own process, which posts it into SDL's queue."""

import json
import socket
import threading

VARIABLE = "COMMONSCREEN_TEST_EVENTS"
"""Names the socket, for whoever starts a player."""


def listen(path: str) -> None:
    """Listens from now on, for as long as the process lives."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(1)
    threading.Thread(target=_post, args=(listener,), daemon=True).start()


def _post(listener: socket.socket) -> None:
    while True:
        link = listener.accept()[0]
        # Only now: whoever posts has seen that SDL is there, and the player begins as ever.
        import pygame

        for line in link.makefile("rb"):
            name, fields = json.loads(line)
            pygame.event.post(pygame.Event(getattr(pygame, name), fields))
            link.sendall(b".")
