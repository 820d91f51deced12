"""The signed statement by which a person allows some bytes onto some screens. Nothing is shown without one."""

from dataclasses import dataclass

from content.canonical import Json, canonical_bytes
from content.captions import MEDIA_TYPE, BadCaptions, language_tag
from content.reading import Reader
from content.signing import APPROVAL, BadSignature, PublicKey, SigningKey

EVERYWHERE = "*"
"""The place that stands for every screen of the curator that signed."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who allowed which bytes, where and when. `decision` is always `approved`: refusals are never sent to a screen.

    An approval of captions (`text/vtt`) is for one film's bytes and one language, and holds for no other.
    """

    sha256: str
    media_type: str
    size_bytes: int
    duration_ms: int
    places: tuple[str, ...]
    not_before_ms: int
    not_after_ms: int
    author: str
    approver: str
    decided_ms: int
    audit_head: str
    film_sha256: str = ""
    language: str = ""

    @property
    def is_of_captions(self) -> bool:
        """Whether captions are allowed, over a film; otherwise what an item shows by itself."""
        return self.media_type == MEDIA_TYPE

    def statement(self) -> dict[str, Json]:
        """The JSON object that is signed."""
        captions = {"film_sha256": self.film_sha256, "language": self.language} if self.is_of_captions else {}
        return {
            "format": "commonscreen-approval/1",
            "decision": "approved",
            "sha256": self.sha256,
            "media_type": self.media_type,
            "size_bytes": self.size_bytes,
            "duration_ms": self.duration_ms,
            "places": list(self.places),
            "not_before_ms": self.not_before_ms,
            "not_after_ms": self.not_after_ms,
            "author": self.author,
            "approver": self.approver,
            "decided_ms": self.decided_ms,
            "audit_head": self.audit_head,
            **captions,
        }

    def allows(self, screen: str, instant_ms: int) -> bool:
        """Whether this approval holds for `screen` at `instant_ms`."""
        return self.not_before_ms <= instant_ms < self.not_after_ms and (
            EVERYWHERE in self.places or screen in self.places
        )


@dataclass(frozen=True, slots=True)
class SignedApproval:
    """An approval with the signatures under it."""

    approval: Approval
    signatures: tuple[tuple[str, str], ...]
    """Pairs of key id and signature."""

    def as_json(self) -> dict[str, Json]:
        """The form in which it travels in a manifest."""
        return {
            "statement": self.approval.statement(),
            "signatures": [{"key_id": key_id, "signature": signature} for key_id, signature in self.signatures],
        }

    def verify(self, keys: dict[str, PublicKey], *, needed: int = 1) -> None:
        """Returns if at least `needed` different known keys signed; raises BadSignature otherwise."""
        body = canonical_bytes(self.approval.statement())
        signers = set()
        for key_id, signature in self.signatures:
            if key_id in keys:
                keys[key_id].verify(APPROVAL, body, signature)
                signers.add(key_id)
        if len(signers) < needed:
            raise BadSignature(f"the approval of {self.approval.sha256[:12]} has {len(signers)} of {needed} signatures")


def sign_approval(approval: Approval, key: SigningKey) -> SignedApproval:
    """The approval, signed with `key`."""
    signature = key.sign(APPROVAL, canonical_bytes(approval.statement()))
    return SignedApproval(approval, ((key.public.key_id, signature),))


def read_approval(reader: Reader) -> SignedApproval:
    """A signed approval out of a manifest; raises BadDocument. Signatures are not checked here."""
    outer = reader.fields("statement", "signatures")
    inner = outer["statement"].fields(
        "format", "decision", "sha256", "media_type", "size_bytes", "duration_ms", "places", "not_before_ms",
        "not_after_ms", "author", "approver", "decided_ms", "audit_head", optional=("film_sha256", "language"),
    )  # fmt: skip
    inner["format"].one_of("commonscreen-approval/1")
    inner["decision"].one_of("approved")
    media_type = inner["media_type"].one_of("video/mp4", "image/jpeg", "image/png", MEDIA_TYPE)
    film_sha256, language = _read_bond(outer["statement"], inner) if media_type == MEDIA_TYPE else ("", "")
    if media_type != MEDIA_TYPE and ("film_sha256" in inner or "language" in inner):
        outer["statement"].refuse("only captions are bound to a film and a language")
    approval = Approval(
        sha256=inner["sha256"].sha256(),
        media_type=media_type,
        size_bytes=inner["size_bytes"].integer(least=1),
        duration_ms=inner["duration_ms"].integer(least=1),
        places=tuple(place.identifier() for place in inner["places"].items(most=10_000)),
        not_before_ms=inner["not_before_ms"].integer(),
        not_after_ms=inner["not_after_ms"].integer(),
        author=inner["author"].identifier(),
        approver=inner["approver"].identifier(),
        decided_ms=inner["decided_ms"].integer(),
        audit_head=inner["audit_head"].text(most=64),
        film_sha256=film_sha256,
        language=language,
    )
    signatures = []
    for place in outer["signatures"].items(most=16):
        pair = place.fields("key_id", "signature")
        signatures.append((pair["key_id"].identifier(), pair["signature"].text(most=200)))
    return SignedApproval(approval, tuple(signatures))


def _read_bond(statement: Reader, inner: dict[str, Reader]) -> tuple[str, str]:
    """The film and the language that captions are allowed for."""
    if "film_sha256" not in inner or "language" not in inner:
        statement.refuse("captions are bound to a film and a language")
    return inner["film_sha256"].sha256(), read_language(inner["language"])


def read_language(reader: Reader) -> str:
    """A language tag in our spelling; raises BadDocument."""
    words = reader.text(most=35)
    try:
        ours = language_tag(words)
    except BadCaptions as error:
        reader.refuse(str(error))
    if words != ours:
        reader.refuse(f"'{words}' is not spelt as our language tags are")
    return words
