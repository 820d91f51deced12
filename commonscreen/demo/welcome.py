"""What the demo prints when the town is up: where it is, who to be, what to try."""

from pathlib import Path

from commonscreen.command_words import _

PASSWORD = "what-a-town-makes"  # noqa: S105 - printed for everybody who starts the demo
WIDTH = 22


def welcome(address: str, *, has_window: bool, inbox: Path, data: Path) -> str:
    """The whole text, in the language of the shell."""
    rows = [
        (_("The town is at"), address),
        ("", ""),
        (_("What is on now"), f"{address}/screens/market-square"),
        *([("", _("(and in the window that has opened)"))] if has_window else []),
        ("", ""),
        (_("Sign in as"), f"{'youth@demo.example':26}{_('makes films for the Boatyard youth club')}"),
        ("", f"{'moderator@demo.example':26}{_('says what may be shown')}"),
        ("", f"{'programmer@demo.example':26}{_('shares the air time and books slots')}"),
        ("", f"{'technician@demo.example':26}{_('looks after the screens')}"),
        ("", f"{'admin@demo.example':26}{_('people and records')}"),
        (_("with the password"), PASSWORD),
        ("", ""),
        (_("Try this"), _("Upload something as youth, approve it as moderator, and see it come onto the screen.")),
        ("", _("Or drop a file into %(folder)s") % {"folder": inbox}),
        ("", ""),
        (_("Ctrl-C ends it."), _("What you did stays in %(folder)s") % {"folder": data}),
    ]
    return "\n" + "\n".join(f"  {name:{WIDTH}}{words}".rstrip() for name, words in rows) + "\n"
