"""What an activity asks, in up to two languages. A screen shows both at once, a phone its reader's. Pure."""

from dataclasses import dataclass

from content.canonical import Json
from content.reading import Reader
from kiosks.messages import MOST_OPTIONS

LONGEST_QUESTION = 120
LONGEST_OPTION = 40


@dataclass(frozen=True, slots=True)
class Wording:
    """A question and its options, in the order of the first language's; a wall's question has none."""

    language: str
    question: str
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Holds the words to the limits of this module; raises ValueError."""
        if not 1 <= len(self.question) <= LONGEST_QUESTION:
            raise ValueError(f"a question has 1 to {LONGEST_QUESTION} characters")
        if any(not 1 <= len(option) <= LONGEST_OPTION for option in self.options):
            raise ValueError(f"an option has 1 to {LONGEST_OPTION} characters")
        if len(set(self.options)) < len(self.options):
            raise ValueError("no two options are the same")

    def as_json(self) -> dict[str, Json]:
        """As it is signed and sent."""
        return {"language": self.language, "question": self.question, "options": list(self.options)}

    def must_stand_beside(self, first: "Wording") -> None:
        """Returns if these are the same words in another language; raises ValueError."""
        if self.language == first.language:
            raise ValueError("the second language is another one")
        if len(self.options) != len(first.options):
            raise ValueError("a question has as many options in its second language")


def said_in(language: str, first: Wording, also: Wording | None) -> Wording:
    """The words for a reader of `language`: theirs where they are there, otherwise the first."""
    return also if also is not None and _base(also.language) == _base(language) else first


def _base(tag: str) -> str:
    return tag.split("-", maxsplit=1)[0]


def read_wording(reader: Reader) -> Wording:
    """Words out of a signed activity; raises BadDocument or ValueError."""
    fields = reader.fields("language", "question", "options", others=True)
    return Wording(
        fields["language"].text(least=1, most=35),
        fields["question"].text(most=LONGEST_QUESTION),
        tuple(place.text(most=LONGEST_OPTION) for place in fields["options"].items(most=MOST_OPTIONS)),
    )
