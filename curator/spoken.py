"""The languages spoken or written in an item: tags as BCP 47 has them, the first the most heard."""

import json
from collections.abc import Iterable

from content.captions import BadCaptions, language_tag
from curator.words import N_, Told

MOST_LANGUAGES = 5
NO_WORDS = "zxx"
"""The tag of what has no words at all."""


class BadLanguages(Told):
    """Languages an item cannot be said to be in; the sentence says why."""


def tags_of(languages: Iterable[str]) -> tuple[str, ...]:
    """Language tags in our spelling, each once; what is empty is passed over. Raises BadLanguages."""
    found: dict[str, None] = {}
    for words in languages:
        try:
            found.update({language_tag(words): None} if words.strip() else {})
        except BadCaptions as bad:
            raise BadLanguages(N_("“%(words)s” is not a language of the list."), words=words[:40]) from bad
    if len(found) > MOST_LANGUAGES or (NO_WORDS in found and len(found) > 1):
        raise BadLanguages(N_("Name at most %(most)s languages, or say that it has no words."), most=MOST_LANGUAGES)
    return tuple(found)


def as_stored(tags: tuple[str, ...]) -> str:
    """JSON for the tables."""
    return json.dumps(tags)


def stored(text: str) -> tuple[str, ...]:
    """What `as_stored` wrote."""
    return tuple(json.loads(text or "[]"))
