"""An answer that a person has read, signed: a screen shows no other words of strangers.

What identifies anybody is not in it: there is nothing that could be.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from content.canonical import Json, canonical_bytes
from content.reading import BadDocument, Reader
from content.signing import ANSWER, BadSignature, PublicKey, SigningKey
from kiosks.messages import LONGEST_SHOWN
from kiosks.words.normal import tidy

FORMAT = "commonscreen-answer/1"


@dataclass(frozen=True, slots=True)
class Answer:
    """Words of a stranger, as the screen knows them."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Answers:
    """From now on these are the answers, the newest first. An event for the activity."""

    rows: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """Words for one activity that `approver` allowed at `decided_ms` (UTC), with the signature under it.

    A row about a street report is signed for its screen, whose id stands in the place of the activity's.
    """

    answer: Answer
    activity: str
    approver: str
    decided_ms: int
    key_id: str
    signature: str

    def as_json(self) -> dict[str, Json]:
        """The form in which it travels and is kept."""
        said = _statement(self.answer, self.activity, self.approver, self.decided_ms)
        return {"statement": said, "key_id": self.key_id, "signature": self.signature}

    def verify(self, keys: dict[str, PublicKey]) -> None:
        """Returns if one of `keys` (by key id) signed it; raises BadSignature otherwise."""
        key = keys.get(self.key_id)
        if key is None:
            raise BadSignature(f"the answer {self.answer.id} is not signed by a trusted key")
        said = _statement(self.answer, self.activity, self.approver, self.decided_ms)
        key.verify(ANSWER, canonical_bytes(said), self.signature)


def sign_answer(answer: Answer, activity: str, approver: str, decided_ms: int, key: SigningKey) -> SignedAnswer:
    """The answer, signed with `key`."""
    body = canonical_bytes(_statement(answer, activity, approver, decided_ms))
    return SignedAnswer(answer, activity, approver, decided_ms, key.public.key_id, key.sign(ANSWER, body))


def read_answer(reader: Reader) -> SignedAnswer:
    """A signed answer; raises BadDocument. The signature is not checked here."""
    outer = reader.fields("statement", "key_id", "signature")
    inner = outer["statement"].fields("format", "answer", "activity", "words", "approver", "decided_ms")
    inner["format"].one_of(FORMAT)
    words = inner["words"].text(least=1, most=LONGEST_SHOWN)
    if words != tidy(words):
        inner["words"].refuse("an answer stands on one line and can be seen")
    return SignedAnswer(
        Answer(inner["answer"].identifier(), words),
        inner["activity"].identifier(),
        inner["approver"].identifier(),
        inner["decided_ms"].integer(least=0),
        outer["key_id"].identifier(),
        outer["signature"].text(most=200),
    )


def believed(name: str, rows: Iterable[dict[str, Json]], keys: dict[str, PublicKey]) -> Answers:
    """Those of `rows` that one of `keys` signed for the activity `name`; what is not genuine is left out."""
    found = []
    for row in rows:
        try:
            signed = read_answer(Reader(row))
            signed.verify(keys)
        except (BadDocument, BadSignature):
            continue
        if signed.activity == name:
            found.append(signed.answer)
    return Answers(tuple(found))


def _statement(answer: Answer, activity: str, approver: str, decided_ms: int) -> dict[str, Json]:
    return {
        "format": FORMAT, "answer": answer.id, "activity": activity, "words": answer.words, "approver": approver,
        "decided_ms": decided_ms,
    }  # fmt: skip
