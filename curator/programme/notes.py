"""What the compiler and the publisher tell a programmer, in words."""

from collections.abc import Mapping

from curator.programme.facts import Note
from curator.words import N_, _

SENTENCES = {
    "too_long": N_(
        "“%(title)s” is longer than some stretches between two full hours or bookings, and is left out there. "
        "Book it to be sure that it is shown."
    ),
    "booking_lost": N_(
        "The booking of “%(item)s” cannot be kept: the item is no longer approved. Its time goes to the groups."
    ),
    "booking_overlaps": N_(
        "The booking “%(title)s” is left out: another one has a part of its time. Protected ones go first, then "
        "earlier ones."
    ),
    "booking_forbidden": N_(
        "“%(title)s” in the booking “%(booking)s” may not be shown then, by the rule “%(rule)s”. That time goes to the "
        "groups."
    ),
    "booking_outside": N_(
        "“%(title)s” in the booking “%(booking)s” may not be shown for all of its time: it is not approved for then. "
        "That time goes to the groups."
    ),
    "booking_cut": N_("The booking “%(title)s” is shorter than its item, which is cut at the end of the booking."),
    "house_forbidden": N_(
        "“%(title)s” is left out of the house's items, because the rule “%(rule)s” forbids it at some time. What fills "
        "gaps has to suit every hour."
    ),
    "static_only": N_("“%(title)s” is left out: no moving pictures were agreed for this place."),
    "too_brief": N_(
        "“%(title)s” is left out: nothing may be shown here for so short a time. Upload a longer film, or a picture."
    ),
    "held_longer": N_("“%(title)s” is held for %(seconds)s seconds, the least that was agreed for this place."),
    "forfeit": N_("A group could not play for a long time; its account was brought back to what can be made good."),
}

WHY = {
    "first": N_("the first programme of this screen"),
    "horizon": N_("laid out further ahead"),
    "screen": N_("the screen's settings changed"),
    "items": N_("items or their order changed"),
    "files": N_("pictures or words of items changed"),
    "air_time": N_("air time changed"),
    "bookings": N_("bookings changed"),
    "rules": N_("rules changed"),
    "signing": N_("the service's key or record changed"),
}


def told(note: Note, titles: Mapping[str, str]) -> str:
    """The note in the reader's language; `titles` maps ids of items to what they are called."""
    values = dict(note.values)
    if "item" in values:
        values["item"] = titles.get(values["item"], values["item"])
    return _(SENTENCES[note.code], **values)


def told_why(why: str) -> str:
    """What a manifest's `why` (codes with commas) says to a person."""
    return ", ".join(_(WHY[code]) for code in why.split(",") if code in WHY)
