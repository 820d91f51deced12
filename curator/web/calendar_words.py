"""What the calendar's script says, in the reader's language."""

from curator.words import _


def words() -> dict[str, str]:
    """Sentences by the names the script knows; `{title}` and the like are filled in by it."""
    return {
        "today": _("Today"), "month": _("Month"), "week": _("Week"), "day": _("Day"), "list": _("List"),
        "prev": _("Earlier"), "next": _("Later"), "nothing": _("Nothing is booked."),
        "failed": _("That did not reach the service. Try again."),
        "premiere": _("premiere"), "provisional": _("provisional"), "confirmed": _("confirmed"),
        "protected": _("protected"), "recurs": _("recurs"), "frozen": _("promised"),
        "draft_new": _("in your draft, not published"), "draft_gone": _("taken away in your draft, not published"),
        "taken": _("That time is taken by “{name}”."),
        "dark": _("{screen} is dark then: {name}."),
        "past": _("That is past on {screen}."),
        "moved": _("“{title}” is moved to {time}, in your draft."),
        "cancelled": _("“{title}” is cancelled in your draft."),
        "booked": _("Booked in your draft."), "changed": _("Changed in your draft."),
        "undo": _("Undone."), "redo": _("Done again."),
    }  # fmt: skip
