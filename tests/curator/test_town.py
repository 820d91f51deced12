"""The town's name, contact and language: said on a page, and everywhere at once."""

from curator.mail import outbox, sentences
from curator.mail.sentences import Reader
from curator.town import Town as Said
from curator.town import said
from curator.web.app import open_service
from tests.curator.calls import mark
from tests.curator.cases import look
from tests.curator.conftest import Town
from tests.curator.noticing import page

SAID = {"name": "Thị xã Bến Sông", "contact": "office@example.org", "language": ""}


async def test_what_an_administrator_says_stands_on_every_page_and_in_every_mail_at_once(town: Town) -> None:
    client = town.client("administrator")
    answer = await client.post("/town", data=SAID, allow_redirects=False)
    assert answer.headers["Location"] == "/town?done=1"
    front = await (await town.client().get("/")).text()
    assert "Thị xã Bến Sông" in front
    assert "mailto:office@example.org" in front
    reader = Reader("somebody@example.org", "Somebody", "en")
    town.service.store.run_now(lambda c: sentences.trial(c, town.service.settings, reader, town.clock()))
    (mail,) = look(town, outbox.every)
    assert "Thị xã Bến Sông" in mail.subject
    assert "office@example.org" in mail.body
    assert "said what the town is called" in await page(town, "administrator", "/audit")


async def test_it_holds_after_a_restart_and_what_is_left_empty_is_as_the_settings_say(town: Town) -> None:
    client, usual = town.client("administrator"), town.service.given
    await client.post("/town", data=SAID)
    again = open_service(usual, town.clock)
    try:
        assert (again.settings.name, again.settings.contact) == (SAID["name"], SAID["contact"])
        assert again.settings.language == usual.language
    finally:
        again.store.close()
    await client.post("/town", data=SAID | {"name": ""})
    assert town.service.settings.name == usual.name
    assert town.service.settings.contact == SAID["contact"]


async def test_the_language_is_that_of_strangers_who_ask_for_none(town: Town) -> None:
    await town.client("administrator").post("/town", data=SAID | {"language": "vi"})
    answer = await town.client().get("/", headers={"Accept-Language": ""})
    assert '<html lang="vi"' in await answer.text()
    answer = await town.client().get("/", headers={"Accept-Language": "en"})
    assert '<html lang="en"' in await answer.text()


async def test_what_no_town_is_called_is_refused_with_a_sentence(town: Town) -> None:
    client = town.client("administrator")
    for wrong in ({"name": "x" * 81}, {"contact": "x" * 201}, {"name": "a\u202eb"}):
        answer = await client.post("/town", data=SAID | wrong)
        assert answer.status == 422, wrong
        assert 'role="alert"' in await answer.text()
    assert look(town, said) == Said()


async def test_programs_say_it_on_top_of_what_they_read(town: Town) -> None:
    client = town.client("administrator")
    marked = await mark(client, "/api/town")
    answer = await client.put("/api/town", json=SAID, headers=marked)
    assert await answer.json() == SAID
    assert town.service.settings.name == SAID["name"]
    assert (await client.put("/api/town", json=SAID | {"name": "Other"}, headers=marked)).status == 412
    assert (await town.client("programmer").get("/api/town")).status == 403
