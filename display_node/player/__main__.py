"""`python -m display_node.player --socket PATH`: the player as a process of its own. See docs/player.md."""

import gc
import signal
import sys


def main() -> int:
    """Runs the player until it is told to stop; gives the exit status."""
    # Nothing that is read at the start will be rubbish; looking for some would take a tenth of the time.
    gc.disable()
    # What comes next takes most of the start: who wants the player gone by then shall see it leave, not fail.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    from display_node.player.process import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
