"""Live orders: signed, bounded, and believed only from a trusted key."""

import dataclasses
import json

import pytest

from content.canonical import canonical_bytes
from content.live import LiveNews, LiveOrder, LiveWords, SignedOrder, read_news, read_order, sign_order
from content.manifest import ManifestItem, NeededFile
from content.reading import BadDocument, Reader
from content.signing import BadSignature, SigningKey

KEY, STRANGER = SigningKey.new(), SigningKey.new()
PINNED = {KEY.public.key_id: KEY.public}
FILE = "ab" * 32
ITEM = ManifestItem("i1", "Tèn", "", "g1", "Câu lạc bộ", "video", 1000, FILE, 16, 9, 30, 1, True)
ALERT = LiveOrder(
    "e1",
    "o1",
    "alert",
    "start",
    ("s1",),
    1_000,
    61_000,
    900,
    "u1",
    words=LiveWords("Bão số 3", ("Ở trong nhà.",), "vi"),
)
TAKEOVER = LiveOrder("e2", "o2", "takeover", "start", ("s1", "s2"), 1_000, 61_000, 900, "u1", item=ITEM)


@pytest.mark.parametrize("order", [ALERT, TAKEOVER, dataclasses.replace(ALERT, action="end", words=None)])
def test_an_order_reads_back_as_it_was_signed(order: LiveOrder) -> None:
    signed = sign_order(order, KEY)
    read = read_order(Reader.of_bytes(canonical_bytes(signed.as_json()), limit_bytes=65_536))
    read.verify(PINNED)
    assert read == signed


def test_an_order_by_a_strangers_key_is_refused() -> None:
    with pytest.raises(BadSignature, match="not signed by a trusted key"):
        sign_order(ALERT, STRANGER).verify(PINNED)


@pytest.mark.parametrize("changes", [{"until_ms": 60_000}, {"screens": ("s2",)}, {"words": LiveWords("Fine weather")}])
def test_changed_words_break_the_signature(changes: dict[str, object]) -> None:
    signed = sign_order(ALERT, KEY)
    changed = dataclasses.replace(ALERT, **changes)  # type: ignore[arg-type]
    with pytest.raises(BadSignature):
        SignedOrder(changed, signed.key_id, signed.signature).verify(PINNED)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"until_ms": 1_000}, "may reach"),
        ({"until_ms": 1_000 + 3_600_001}, "may reach"),
        ({"words": None}, "either an item or words"),
        ({"item": ITEM}, "either an item or words"),
        ({"screens": ()}, "screens"),
        ({"words": LiveWords("")}, "heading"),
        ({"words": LiveWords("a", ("b",) * 5)}, "lines"),
    ],
)
def test_an_order_beyond_its_limits_is_not_made(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        dataclasses.replace(ALERT, **changes)  # type: ignore[arg-type]


def test_a_document_beyond_the_limits_is_refused_with_its_place() -> None:
    document = json.loads(canonical_bytes(sign_order(ALERT, KEY).as_json()))
    document["order"]["until_ms"] = 10**12
    with pytest.raises(BadDocument, match=r"\$\.order: this order may reach"):
        read_order(Reader(document))


def test_news_read_back_as_they_were_said() -> None:
    news = LiveNews((sign_order(TAKEOVER, KEY),), (), (NeededFile(FILE, 10, "video/mp4"),))
    assert read_news(Reader.of_bytes(canonical_bytes(news.as_json()), limit_bytes=65_536)) == news
