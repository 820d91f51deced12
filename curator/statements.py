"""What a group says of its item: who can be seen in it, and why it may be shown. Codes are stored, words are told."""

from typing import Final

from curator.words import N_

PEOPLE: Final = {
    "": N_("not said"),
    "none": N_("nobody who can be recognised"),
    "adults": N_("adults who agreed"),
    "minors": N_("children, and their guardians agreed"),
    "public": N_("people at a public event"),
}
"""Who can be seen."""

RIGHTS: Final = {
    "": N_("not said"),
    "own": N_("we made all of it ourselves"),
    "allowed": N_("its makers allowed us to show it"),
    "free": N_("it is under a free licence or in the public domain"),
}
"""Why it may be shown."""
