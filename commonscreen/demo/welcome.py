"""What the demo prints when the town is up: where it is, who to be, what to try."""

from pathlib import Path

from commonscreen.command_words import _

PASSWORD = "what-a-town-makes"  # noqa: S105 - printed for everybody who starts the demo
WIDTH = 22


def welcome(address: str, *, has_window: bool, inbox: Path, data: Path) -> str:
    """The whole text, in the language of the shell."""
    people = (
        ("youth@demo.example", _("makes films for the Boatyard youth club")),
        ("moderator@demo.example", _("says what may be shown")),
        ("programmer@demo.example", _("shares the air time and books slots")),
        ("technician@demo.example", _("looks after the screens")),
        ("admin@demo.example", _("people and records")),
    )
    rows = [
        (_("The town is at"), address),
        ("", ""),
        (_("What is on now"), f"{address}/screens/market-square"),
        *([("", _("(and in the window that has opened)"))] if has_window else []),
        ("", ""),
        *((_("Sign in as") if not number else "", f"{who:26}{role}") for number, (who, role) in enumerate(people)),
        (_("with the password"), PASSWORD),
        ("", ""),
        (_("Try this"), _("Upload something as youth, approve it as moderator, and see it come onto the screen.")),
        ("", _("Or drop a file into %(folder)s") % {"folder": inbox}),
        ("", ""),
        (_("Ctrl-C ends it."), _("What you did stays in %(folder)s") % {"folder": data}),
    ]
    return "\n" + "\n".join(f"  {name:{WIDTH}}{words}".rstrip() for name, words in rows) + "\n"
