"""The languages of an item: said by its group from a list, told wherever the item is, chosen by in the queue."""

import json

import pytest

from content.manifest import ManifestItem, item_json, read_item
from content.reading import BadDocument, Reader
from curator import spoken
from curator.spoken import BadLanguages
from tests.curator.cases import Sent, item_of, send
from tests.curator.conftest import Town

FORM = {"title": "Skate day", "people_shown": "", "rights": ""}


async def say(town: Town, sent: Sent, *languages: str) -> tuple[int, str]:
    answer = await town.client("editor").post(f"/items/{sent.item_id}", data=FORM | {"languages": languages})
    return answer.status, await answer.text()


async def test_a_group_says_which_languages_are_in_it_and_everybody_reads_that(town: Town) -> None:
    sent = send(town)
    page = await (await town.client("editor").get(f"/items/{sent.item_id}")).text()
    assert "Languages spoken or written in it" in page
    assert (await say(town, sent, "vi", "", "EN"))[0] == 200
    assert item_of(town, sent).languages == ("vi", "en")
    for who, address in (
        ("moderator", f"/moderation/{sent.version_id}"), ("editor", f"/items/{sent.item_id}/why"),
        ("moderator", f"/items/{sent.item_id}"),
    ):  # fmt: skip
        assert "Vietnamese, English" in await (await town.client(who).get(address)).text(), address
    client = town.client("moderator")
    client.session.headers["Accept-Language"] = "vi"
    await client.post("/language", data={"language": "vi", "next": "/"})
    assert "Tiếng Việt, Tiếng Anh" in await (await client.get(f"/moderation/{sent.version_id}")).text()


async def test_the_queue_is_chosen_by_any_of_them(town: Town) -> None:
    sent = send(town)
    send(town, "Plain")
    await say(town, sent, "pt-BR", "so")
    client = town.client("moderator")
    queue = await (await client.get("/moderation?language=so")).text()
    assert "Skate day" in queue
    assert "Plain" not in queue
    assert ">Somali<" in queue
    assert ">Portuguese (Brazil)<" in queue


async def test_what_has_no_words_says_so(town: Town) -> None:
    sent = send(town)
    await say(town, sent, "zxx")
    assert "no words" in await (await town.client("moderator").get(f"/moderation/{sent.version_id}")).text()


@pytest.mark.parametrize("languages", [("nonsense",), ("en", "zxx"), ("<b>",), ("en", "vi", "de", "fr", "es", "it")])
async def test_what_is_no_language_is_refused_with_a_reason(town: Town, languages: tuple[str, ...]) -> None:
    sent = send(town)
    status, text = await say(town, sent, *languages)
    assert (status, 'id="problem"' in text) == (422, True)
    assert item_of(town, sent).languages == ()
    with pytest.raises(BadLanguages):
        spoken.tags_of(languages)


async def test_a_program_says_them_too(town: Town) -> None:
    sent = send(town)
    client = town.client("editor")
    address, star = f"/api/items/{sent.item_id}", {"If-Match": "*"}
    answer = await client.patch(address, json={"languages": ["vi", "zh-hant"]}, headers=star)
    assert (await answer.json())["languages"] == ["vi", "zh-Hant"]
    assert (await client.patch(address, json={"languages": ["nonsense"]}, headers=star)).status == 422
    await client.patch(address, json={"title": "Other"}, headers=star)
    assert (await (await client.get(address)).json())["languages"] == ["vi", "zh-Hant"]


def test_a_manifest_carries_them_and_is_as_it_was_without() -> None:
    plain = ManifestItem("i1", "T", "", "g1", "G", "video", 1000, "a" * 64, 16, 9, 30, 1, True)
    told = item_json(plain)
    assert "languages" not in told
    said = told | {"languages": ["vi", "en"]}
    read = read_item("i1", Reader.of_bytes(json.dumps(said).encode(), limit_bytes=10_000))
    assert read.languages == ("vi", "en")
    assert item_json(read) == said
    for bad in (["EN"], ["en"] * 6, "en"):
        with pytest.raises(BadDocument):
            read_item("i1", Reader.of_bytes(json.dumps(told | {"languages": bad}).encode(), limit_bytes=10_000))
