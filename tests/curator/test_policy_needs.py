"""The policy as data: what needs whom, a floor nobody can switch off, errors that help, published and dated."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from content.reading import BadDocument
from curator import audit, demands, moderation, places, policy, policy_editions, trust
from curator.authorisation import NotAllowed, Role
from curator.cli import curator
from curator.not_decided import NotDecided
from curator.places import ALL
from curator.policy import Policy, read_policy
from curator.policy_needs import Case, demand
from curator.policy_words import sentences
from curator.tables import screens as screens_table
from curator.tables import versions
from curator.trust import BadTrust
from tests.curator.cases import Sent, approve, item_of, look, send, somebody, version_of
from tests.curator.conftest import Town
from tests.curator.programme import things

ZONE = 'zone = "Asia/Ho_Chi_Minh"\n'


def with_needs(*rules: str, top: str = "") -> Policy:
    return read_policy(top + "reason = []\n" + "\n".join(f"[[needs]]\n{rule}" for rule in rules))


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> Policy:
    """Two for a facade, an administrator for what strangers hand in, new groups blurred."""
    chosen = with_needs(
        'code = "facade"\nscreens = ["Facade"]\npersons = 2',
        'code = "external"\nkinds = ["external"]\nby = "administrator"',
        'code = "new"\ntrust = ["new"]\nblurred = true',
    )
    monkeypatch.setattr(
        policy, "in_force", lambda: replace(chosen, reasons=read_policy(policy.FILE.read_text()).reasons)
    )
    return chosen


def say_yes(town: Town, sent: Sent, who: str, *wanted: str, role: Role = Role.MODERATOR) -> None:
    things.run(
        town,
        lambda connection: moderation.approve(
            connection, sent.version_id, sent.sha256, moderator=somebody(town, who, role), key=town.service.key,
            now_ms=town.clock(), is_seen=True, places=places.of_scopes(connection, wanted),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('code = "x"\npersons = 0', r"policy.toml.needs\[0\].persons: 0 cannot be; a person always sees it before"),
        ('code = "x"\npersons = 3', "write 1 or 2"),
        ('code = "x"', "it asks for nothing"),
        ('code = "x"\nkinds = ["tune"]\npersons = 2', r"needs\[0\].kinds\[0\]: 'tune' is not one of film, still"),
        ('code = "x"\ntrust = []\npersons = 2', "leave the line out"),
        ('code = "x"\nhours = "25:00-26:00"\npersons = 2', "write hours such as"),
        ('code = "x"\nhours = "22:00-06:00"\npersons = 2', "hours need a time zone"),
        ('code = "x"\npersons = 2\n[[needs]]\ncode = "x"\npersons = 2', "a code of its own"),
        ('code = "x"\npersons = 2\nand = 1', "'and' is not a field"),
        ("code = ", "policy.toml: not TOML"),
    ],
)
def test_what_cannot_be_is_refused_with_the_place_and_what_to_do(rule: str, words: str) -> None:
    with pytest.raises(BadDocument, match=words):
        with_needs(rule)


def test_the_strictest_of_the_rules_that_hold_counts_and_one_person_is_the_floor() -> None:
    chosen = with_needs(
        'code = "night"\nhours = "22:00-06:00"\npersons = 2',
        'code = "film"\nkinds = ["film"]\ntrust = ["new", "known"]\nblurred = true',
        top=ZONE,
    ).needs
    case = Case("new", frozenset({"film"}), "", frozenset(), frozenset(), 12 * 60)
    found = [
        (one.persons, one.is_blurred)
        for one in (
            demand(chosen, case), demand(chosen, replace(case, minute=5 * 60 + 59)),
            demand(chosen, replace(case, minute=6 * 60)), demand(chosen, replace(case, trust="trusted")),
            demand((), case),
        )
    ]  # fmt: skip
    assert found == [(1, True), (2, True), (1, True), (1, False), (1, False)]


async def test_a_facade_needs_two_and_the_other_screens_one(town: Town, strict: Policy) -> None:
    window, facade = things.screen(town, "Window"), things.screen(town, "Town hall")
    change = screens_table.update().where(screens_table.c.id == facade.id).values(tags='["facade"]')
    things.run(town, lambda connection: connection.execute(change))
    narrow, wide = send(town, "Narrow"), send(town, "Wide")
    say_yes(town, narrow, "moderator", f"screen:{window.id}")
    say_yes(town, wide, "moderator")
    assert (version_of(town, narrow).state, version_of(town, wide).state) == ("approved", "submitted")
    say_yes(town, wide, "programmer")
    assert version_of(town, wide).state == "approved"


async def test_where_an_administrator_is_asked_for_a_moderator_passes_it_on(town: Town, strict: Policy) -> None:
    sent = send(town)
    change = versions.update().where(versions.c.id == sent.version_id).values(ticket_id="t")
    things.run(town, lambda connection: connection.execute(change))
    with pytest.raises(NotDecided, match="Pass it on"):
        say_yes(town, sent, "moderator")
    say_yes(town, sent, "administrator", role=Role.ADMINISTRATOR)
    assert version_of(town, sent).state == "approved"


async def test_a_group_is_known_by_its_record_and_trusted_by_a_word_that_is_on_record(town: Town) -> None:
    def now() -> str:
        return look(town, lambda connection: trust.of_group(connection, town.group.id))

    assert now() == "new"
    for number in range(policy.in_force().known_after):
        approve(town, send(town, f"{number}"))
    assert now() == "known"
    client = town.client("moderator")
    address = f"/groups/{town.group.slug}/trust"
    assert (await client.post(address, data={"trust": "everything"})).status == 422
    await client.post(address, data={"trust": "trusted"})
    assert now() == "trusted"
    row = look(town, lambda connection: audit.rows(connection, subject=f"group:{town.group.id}", most=1))[0]
    assert (row.action, audit.read_detail(row.detail)["trust"]) == ("group.trust", "trusted")
    member = replace(somebody(town, "moderator"), groups={town.group.id: frozenset({Role.EDITOR})})
    with pytest.raises(BadTrust):
        things.run(town, lambda c: trust.say(c, town.group.id, "", by=member, now_ms=1))
    with pytest.raises(NotAllowed):
        things.run(town, lambda c: trust.say(c, town.group.id, "", by=somebody(town, "editor", Role.EDITOR), now_ms=1))


async def test_what_is_blurred_loads_nothing_else_until_it_is_asked_for(town: Town) -> None:
    sent = send(town, people_shown="minors", kind="video")
    plain = send(town, "Plain")
    client = town.client("moderator")
    queue = await (await client.get("/moderation")).text()
    assert f"/files/{sent.version_id}/veil" in queue
    assert f"/files/{sent.version_id}/thumbnail" not in queue
    assert f"/files/{plain.version_id}/thumbnail" in queue
    address = f"/moderation/{sent.version_id}"
    page = await (await client.get(address)).text()
    assert page.count(f"/files/{sent.version_id}/") == 1, "the veil and nothing else"
    assert 'id="approve"' not in page
    assert "Pass it on" in page
    assert len(await (await client.get(f"/files/{sent.version_id}/veil")).read()) < 2_000
    assert (await client.post(f"{address}/approve", data={"sha256": sent.sha256})).status == 409
    shown = await (await client.get(f"{address}?show=yes")).text()
    assert f"/files/{sent.version_id}/rendition" in shown
    await client.post(f"{address}/approve", data={"sha256": sent.sha256, "seen": "yes"})
    assert "you agreed" in await (await client.get("/moderation")).text()
    assert (await town.client().get(f"/files/{sent.version_id}/veil")).status == 404


async def test_a_program_is_no_easier_way_to_approve_what_is_blurred(town: Town) -> None:
    sent = send(town, people_shown="minors", kind="video")
    client, address = town.client("moderator"), f"/api/moderation/versions/{sent.version_id}"
    assert (await (await client.get(address)).json())["is_blurred"] is True
    for body in ({"sha256": sent.sha256}, {"sha256": sent.sha256, "seen": False}):
        answer = await client.post(f"{address}/approve", json=body)
        assert (answer.status, (await answer.json())["code"]) == (409, "not_seen")
    assert (await client.post(f"{address}/approve", json={"sha256": sent.sha256, "seen": True})).status == 200
    assert "you agreed" in await (await client.get("/moderation")).text()


async def test_whoever_wishes_has_everything_blurred_in_their_browser(town: Town) -> None:
    sent = send(town)
    client = town.client("moderator")
    page = await (await client.post("/moderation/veil", data={"on": "yes"})).text()
    assert f"/files/{sent.version_id}/thumbnail" not in page
    assert "Show the picture" in await (await client.get(f"/moderation/{sent.version_id}")).text()
    page = await (await client.post("/moderation/veil", data={})).text()
    assert f"/files/{sent.version_id}/thumbnail" in page


async def test_the_policy_is_published_in_words_with_its_date_and_what_changed(town: Town) -> None:
    old = policy.FILE.read_text("utf-8")
    new = old + '\n[[needs]]\ncode = "facade"\nscreens = ["facade"]\npersons = 2\n'
    assert look(town, policy_editions.every)[0].number == 1
    town.clock.turn(86_400_000)
    assert things.run(town, lambda connection: policy_editions.note(connection, new, town.clock()))
    assert not things.run(town, lambda connection: policy_editions.note(connection, new, town.clock()))
    row = look(town, lambda connection: audit.rows(connection, subject="policy:2"))[0]
    assert (row.action, row.account_id) == ("policy.change", None)
    page = await (await town.client().get("/policy")).text()
    assert "Two people have to agree and moderators see it blurred until they ask to see it" in page
    assert "Two people have to agree, if it is for a screen marked “facade”." in page
    assert "A person always sees it before the street does." in page
    page = await (await town.client().get("/policy", headers={"Accept-Language": "vi"})).text()
    assert "facade" in page


async def test_a_policy_is_tried_on_what_there_was_without_changing_anything(town: Town, tmp_path: Path) -> None:
    send(town, "Old film", kind="video")
    send(town, "Picture")
    before = look(town, audit.head)
    file = tmp_path / "tried.toml"
    file.write_text('reason = []\n[[needs]]\ncode = "films"\nkinds = ["film"]\npersons = 2\n')
    ran = CliRunner().invoke(curator, ["policy", "try", str(file), "--data", str(town.service.settings.data)])
    assert ran.exit_code == 0, ran.output
    (line,) = (line for line in ran.output.splitlines() if "Old film" in line)
    assert line.startswith("*")
    assert line.endswith("1 person → 2 persons [films]")
    assert "1 of 2 would go another way" in ran.output
    assert look(town, audit.head) == before
    file.write_text("reason = []\n[[needs]]\ncode = 'x'\npersons = 0\n")
    ran = CliRunner().invoke(curator, ["policy", "check", str(file)])
    assert ran.exit_code == 1
    assert "tried.toml.needs[0].persons" in ran.output


async def test_captions_and_mends_have_rules_of_their_own(town: Town) -> None:
    sent = send(town)
    chosen = with_needs(
        'code = "c"\nkinds = ["captions"]\npersons = 2', 'code = "m"\nkinds = ["mend"]\nby = "administrator"'
    )
    change = versions.update().where(versions.c.id == sent.version_id).values(mended_from="v")
    things.run(town, lambda connection: connection.execute(change))
    item, version = item_of(town, sent), version_of(town, sent)
    film = look(town, lambda c: demands.about(c, item, version, 1, places=ALL, by=chosen))
    text = look(town, lambda c: demands.about(c, item, version, 1, kinds=demands.CAPTIONS, by=chosen))
    assert (film.persons, film.by, text.persons, text.by) == (1, "administrator", 2, "moderator")
    assert len(sentences(chosen)) == 3
