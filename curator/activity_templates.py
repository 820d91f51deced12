"""What there is to take part in, as whoever makes an activity chooses it: one entry for each kind, and nowhere else.

A new kind adds its entry here, its picture under `static/activities`, and a control in `kiosks.layouts`.
"""

from dataclasses import dataclass
from typing import Literal

from curator.words import N_
from kiosks.activities.statement import Kind

Field = Literal["question", "options", "theme", "backdrop"]


@dataclass(frozen=True, slots=True)
class Template:
    """A kind by its name, what people do (`about`), and the fields that somebody fills in for it.

    `is_written`: strangers write, so a programmer must have allowed that at its screens. `is_councils`: it is for the
    council, and no group of residents may ask for it. `hint` stands below the question.
    """

    name: str
    about: str
    fields: frozenset[Field] = frozenset()
    hint: str = ""
    is_written: bool = False
    is_councils: bool = False


TEMPLATES: dict[Kind, Template] = {
    "poll": Template(
        N_("A poll"),
        N_("A question with two to five options. Everybody sees at once what all choose."),
        frozenset({"question", "options", "theme", "backdrop"}),
        N_("One question that a passer-by understands in five seconds, and whose result changes something."),
    ),
    "wall": Template(
        N_("A wall"),
        N_("A question, and passers-by answer in their own words. A moderator reads each answer first."),
        frozenset({"question", "theme", "backdrop"}),
        N_("A question that everybody can answer in one sentence, and nobody in a name."),
        is_written=True,
    ),
    "next": Template(
        N_("What plays next"),
        N_("Passers-by choose which of your group’s items is shown at its next turn."),
        frozenset({"question", "backdrop"}),
        N_("Such as: What shall play next?"),
    ),
    "report": Template(
        N_("Street reports"),
        N_("Passers-by tell the council what is wrong or could be better here, with words and a photo."),
        frozenset({"question"}),
        N_("Such as: What is broken here?"),
        is_written=True,
        is_councils=True,
    ),
    "bells": Template(
        N_("The bells"),
        N_("A quiet game: everybody sets a few notes, and strangers go on with them. They shine as a star."),
    ),
    "kites": Template(
        N_("The kites"),
        N_("A game for eight at once: catch lights together and light up the town. Everybody else makes the wind."),
    ),
    "crowd": Template(
        N_("The lantern on the river"),
        N_("A game for one or three hundred: lean left or right together, and light up the town."),
    ),
}
