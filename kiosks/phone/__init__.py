"""What a visitor's phone gets, from the service as from a screen that serves it itself: page, script, words, socket."""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
