"""Moderation: what waits, who may decide, and that a decision is about bytes."""

import asyncio
import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from content.approval import SignedApproval, read_approval
from content.language import LANGUAGES
from content.media.mends import Surround
from content.reading import BadDocument, Reader
from content.signing import BadSignature, SigningKey
from curator import accounts, audit, decided, demands, library, mending, moderation, policy
from curator.authorisation import NotAllowed, Role
from curator.not_decided import Changed, OwnWork
from curator.store import Connection
from curator.tables import decisions, versions
from curator.tables_notices import notices
from tests.curator.cases import Sent, approve, item_of, keep, look, picture, send, send_version, somebody, version_of
from tests.curator.conftest import Town

HARMFUL = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def signed(town: Town, sent: Sent) -> SignedApproval:
    found = look(town, lambda connection: decided.signed_approvals(connection, [sent.version_id]))
    return read_approval(Reader.of_bytes(found[sent.version_id].encode(), limit_bytes=100_000))


def count_decisions(town: Town) -> int:
    return look(
        town, lambda connection: connection.execute(sa.select(sa.func.count()).select_from(decisions)).scalar_one()
    )


def reject(town: Town, sent: Sent, *, reason: str = "rights", words: str = "Whose song is it?") -> None:
    town.service.store.run_now(
        lambda connection: moderation.reject(
            connection, sent.version_id, sent.sha256, reason=reason, words=words,
            moderator=somebody(town, "moderator"), now_ms=town.clock(),
        )
    )  # fmt: skip


async def test_an_approval_is_a_statement_signed_for_these_bytes_by_this_person(town: Town) -> None:
    sent = send(town)
    approve(town, sent)
    statement = signed(town, sent)
    key = town.service.key.public
    statement.verify({key.key_id: key})
    assert statement.approval.sha256 == sent.sha256
    assert statement.approval.approver == town.accounts["moderator"]
    assert statement.approval.author == town.accounts["editor"]
    assert statement.approval.allows("any-screen", town.clock())
    assert not statement.approval.allows("any-screen", town.clock() + moderation.APPROVAL_LIFE_MS)
    assert statement.approval.audit_head == look(town, audit.head)
    assert (version_of(town, sent).state, item_of(town, sent).approved_version_id) == ("approved", sent.version_id)


async def test_an_approval_dies_with_one_flipped_bit_and_with_another_key(town: Town) -> None:
    sent = send(town)
    approve(town, sent)
    statement = signed(town, sent)
    key, stranger = town.service.key.public, SigningKey.new().public
    other_hash = f"{int(sent.sha256[0], 16) ^ 1:x}{sent.sha256[1:]}"
    for changed in (replace(statement.approval, sha256=other_hash), replace(statement.approval, places=("elsewhere",))):
        with pytest.raises(BadSignature):
            SignedApproval(changed, statement.signatures).verify({key.key_id: key})
    with pytest.raises(BadSignature):
        statement.verify({stranger.key_id: stranger})


@pytest.mark.parametrize("who", ["editor", "moderator", "administrator"])
async def test_nobody_decides_about_their_own_upload_whatever_their_role(town: Town, who: str) -> None:
    sent = send(town, by=who)
    role = Role.ADMINISTRATOR if who == "administrator" else Role.MODERATOR

    def decide(connection: Connection) -> None:
        actor, now_ms = somebody(town, who, role), town.clock()
        moderation.approve(
            connection, sent.version_id, sent.sha256, moderator=actor, key=town.service.key, now_ms=now_ms
        )

    with pytest.raises(OwnWork):
        town.service.store.run_now(decide)
    assert version_of(town, sent).state == "submitted"
    if who != "editor":
        page = await town.client(who).get(f"/moderation/{sent.version_id}")
        assert "somebody else decides" in await page.text()
        answer = await town.client(who).post(f"/moderation/{sent.version_id}/approve", data={"sha256": sent.sha256})
        assert answer.status == 409


async def test_a_new_version_by_somebody_else_of_ones_own_item_is_not_ones_to_decide_either(town: Town) -> None:
    sent = send(town, by="moderator")
    newer = send_version(town, sent.item_id, by="contributor")
    with pytest.raises(OwnWork):
        approve(town, newer)


def mended(town: Town, sent: Sent, *, by: str) -> Sent:
    """A version mended from another by somebody else, prepared and submitted by them."""
    sha256, by_id = keep(town, picture("gold")), town.accounts[by]

    def store(connection: Connection) -> str:
        version_id = mending.mend(
            connection, sent.item_id, sent.version_id, (Surround("blur"),), by=by_id, now_ms=town.clock()
        )
        ready = versions.update().where(versions.c.id == version_id).values(preparation="ready", sha256=sha256)
        connection.execute(ready.values(kind="still", media_type="image/jpeg", duration_ms=10_000, size_bytes=9))
        mending.submit(connection, sent.item_id, version_id, by=by_id, now_ms=town.clock())
        return version_id

    return Sent(sent.item_id, town.service.store.run_now(store), sha256)


async def test_whoever_uploaded_what_others_had_mended_does_not_decide_about_it_and_is_its_author(town: Town) -> None:
    first = send(town, by="contributor")
    own = send_version(town, first.item_id, by="moderator")
    newest = mended(town, mended(town, own, by="contributor"), by="editor")
    with pytest.raises(OwnWork):
        approve(town, newest)
    told = look(town, lambda connection: connection.execute(sa.select(notices.c.account_id)).scalars().all())
    assert set(told) == {town.accounts["administrator"]}
    administrator = somebody(town, "administrator", Role.ADMINISTRATOR)
    approve(town, newest, administrator)
    assert signed(town, newest).approval.author == town.accounts["moderator"]


async def test_what_came_with_a_ticket_stays_external_to_the_policy_when_it_is_mended(town: Town) -> None:
    sent = send(town, by=None)
    with_ticket = versions.update().where(versions.c.id == sent.version_id).values(ticket_id="t" * 26)
    town.service.store.run_now(lambda connection: connection.execute(with_ticket))
    newer = mended(town, sent, by="contributor")
    assert demands.kinds_of(item_of(town, newer), version_of(town, newer)) == {"still", "mend", "external"}


@pytest.mark.parametrize("who", ["programmer", "technician", "editor", "contributor", "outsider"])
async def test_who_may_not_decide_does_not_even_see_the_queue(town: Town, who: str) -> None:
    sent = send(town, by=None)
    client = town.client(who)
    assert (await client.get("/moderation")).status == 403
    assert (await client.get(f"/moderation/{sent.version_id}")).status == 403
    for verb in ("approve", "reject"):
        form = {"sha256": sent.sha256, "reason": "rights", "words": "No."}
        assert (await client.post(f"/moderation/{sent.version_id}/{verb}", data=form)).status == 403
    with pytest.raises(NotAllowed):
        town.service.store.run_now(
            lambda connection: moderation.approve(
                connection, sent.version_id, sent.sha256, moderator=somebody(town, who, Role.TECHNICIAN),
                key=town.service.key, now_ms=town.clock(),
            )
        )  # fmt: skip
    assert version_of(town, sent).state == "submitted"


async def test_a_stranger_is_asked_to_sign_in(town: Town) -> None:
    sent = send(town)
    for address in ("/moderation", f"/moderation/{sent.version_id}"):
        answer = await town.client().get(address, allow_redirects=False)
        assert answer.status == 303
        assert answer.headers["Location"].startswith("/sign-in")
    answer = await town.client().post(
        f"/moderation/{sent.version_id}/approve", data={"sha256": sent.sha256}, allow_redirects=False
    )
    assert answer.headers["Location"].startswith("/sign-in")
    assert count_decisions(town) == 0


async def test_the_longest_waiting_comes_first_and_can_be_sifted(town: Town) -> None:
    older = send(town, "First come", colour="red")
    town.clock.turn(3 * 3_600_000)
    newer = send(town, "A film", colour="blue", kind="video", group_id=town.other_group.id)
    waiting = look(town, moderation.queue)
    assert [one.version_id for one in waiting] == [older.version_id, newer.version_id]
    page = await (await town.client("moderator").get("/moderation")).text()
    assert page.index("First come") < page.index("A film")
    assert "3 hours" in page
    sifted = await (await town.client("moderator").get("/moderation?kind=video&group=choir")).text()
    assert "A film" in sifted
    assert "First come" not in sifted


async def test_after_a_decision_the_next_item_is_there(town: Town) -> None:
    first, second = send(town, "One", colour="red"), send(town, "Two", colour="blue")
    by_wait = [one.version_id for one in look(town, moderation.queue)]
    sent = {one.version_id: one for one in (first, second)}[by_wait[0]]
    client = town.client("moderator")
    answer = await client.post(f"/moderation/{sent.version_id}/approve", data={"sha256": sent.sha256})
    assert answer.status == 200
    assert answer.url.path == f"/moderation/{by_wait[1]}"
    assert "You approved" in await answer.text()
    last = sent = {one.version_id: one for one in (first, second)}[by_wait[1]]
    form = {"sha256": last.sha256, "reason": "privacy", "words": "Please cover the number plate."}
    answer = await client.post(f"/moderation/{sent.version_id}/reject", data=form)
    assert answer.url.path == "/moderation"
    assert "Nothing waits" in await answer.text()
    assert version_of(town, last).state == "rejected"
    decision = look(town, lambda connection: decided.decision_about(connection, last.version_id))
    assert decision is not None
    assert (decision.reason, decision.words) == ("privacy", "Please cover the number plate.")


async def test_two_moderators_at_once_make_one_decision_and_the_other_is_told_whose(town: Town) -> None:
    sent = send(town)
    town.service.store.run_now(
        lambda connection: accounts.grant(
            connection, account_id=town.accounts["technician"], role=Role.MODERATOR, group_id=None,
            now_ms=town.clock(), by=None,
        )
    )  # fmt: skip
    one, two = town.client("moderator"), town.client("technician")
    rejection = {"sha256": sent.sha256, "reason": "rights", "words": "Whose song is it?"}
    answers = await asyncio.gather(
        one.post(f"/moderation/{sent.version_id}/approve", data={"sha256": sent.sha256}),
        two.post(f"/moderation/{sent.version_id}/reject", data=rejection),
    )
    assert sorted(answer.status for answer in answers) == [200, 409]
    assert count_decisions(town) == 1
    refused = next(answer for answer in answers if answer.status == 409)
    winner, verb = ("Moderator", "approved") if answers[0].status == 200 else ("Technician", "rejected")
    assert f"{winner} {verb} it a moment before" in await refused.text()


async def test_other_bytes_than_those_looked_at_are_not_decided_about(town: Town) -> None:
    sent = send(town)
    form = {"sha256": "0" * 64, "reason": "rights", "words": "No."}
    for verb in ("approve", "reject"):
        answer = await town.client("moderator").post(f"/moderation/{sent.version_id}/{verb}", data=form)
        assert answer.status == 409
        assert "not the one you looked at" in await answer.text()
    assert count_decisions(town) == 0
    assert version_of(town, sent).state == "submitted"


async def test_a_newer_version_is_decided_about_instead_and_what_is_approved_plays_on(town: Town) -> None:
    first = send(town, colour="red")
    approve(town, first)
    second = send_version(town, first.item_id, colour="blue")
    third = send_version(town, first.item_id, colour="green")
    with pytest.raises(Changed, match="newer version"):
        approve(town, second)
    assert item_of(town, first).approved_version_id == first.version_id
    assert [one.version_id for one in look(town, moderation.queue)] == [third.version_id]
    reject(town, third)
    assert item_of(town, first).approved_version_id == first.version_id
    assert version_of(town, second).state == "draft"
    fourth = send_version(town, first.item_id, colour="white")
    approve(town, fourth)
    assert item_of(town, first).approved_version_id == fourth.version_id
    assert version_of(town, first).state == "draft"
    assert look(town, lambda connection: decided.signed_approvals(connection, [first.version_id])) == {}


async def test_what_was_withdrawn_cannot_be_approved(town: Town) -> None:
    sent = send(town)
    town.service.store.run_now(
        lambda connection: library.withdraw(connection, sent.item_id, now_ms=town.clock(), by=town.accounts["editor"])
    )
    assert look(town, moderation.queue) == []
    with pytest.raises(Changed, match="withdrawn"):
        approve(town, sent)
    assert (await town.client("moderator").get(f"/moderation/{sent.version_id}")).status == 200


async def test_a_rejection_needs_a_published_reason_and_words_and_keeps_what_was_typed(town: Town) -> None:
    sent = send(town)
    client = town.client("moderator")
    for form in ({"reason": "taste", "words": "I do not like it."}, {"reason": "rights", "words": "  "}):
        answer = await client.post(f"/moderation/{sent.version_id}/reject", data={"sha256": sent.sha256, **form})
        assert answer.status == 422
    typed = {"sha256": sent.sha256, "reason": "", "words": "Half a sentence"}
    assert (
        "Half a sentence</textarea>"
        in await (await client.post(f"/moderation/{sent.version_id}/reject", data=typed)).text()
    )
    assert count_decisions(town) == 0


async def test_stored_words_are_harmless_on_every_page_of_moderation(town: Town) -> None:
    reasons: list[dict[str, object]] = [{"code": HARMFUL, "values": {}, "at_ms": None}]
    sent = send(town, HARMFUL, credits=HARMFUL, licence=HARMFUL, alt_text=f'"{HARMFUL}', reasons=reasons)
    client = town.client("moderator")
    pages = [await (await client.get(address)).text() for address in ("/moderation", f"/moderation/{sent.version_id}")]
    reject(town, sent, words=HARMFUL)
    decided = (f"/moderation/{sent.version_id}", f"/moderation?after={sent.version_id}")
    pages += [await (await client.get(address)).text() for address in decided]
    pages.append(await (await town.client("administrator").get("/audit")).text())
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;" in pages[0]


async def test_what_is_decided_about_is_the_rendition_the_screens_would_show(town: Town) -> None:
    film, still = send(town, "A film", colour="red", kind="video"), send(town, "A still", colour="blue")
    client = town.client("moderator")
    film_page = await (await client.get(f"/moderation/{film.version_id}")).text()
    assert f'<video id="look" src="/files/{film.version_id}/rendition"' in film_page
    assert film.sha256 in film_page
    still_page = await (await client.get(f"/moderation/{still.version_id}")).text()
    assert f'<img src="/files/{still.version_id}/rendition"' in still_page


async def test_what_preparation_found_is_told_in_the_readers_words(town: Town) -> None:
    sent = send(town, reasons=[{"code": "text", "values": {}, "at_ms": 2500}])
    page = await (await town.client("moderator").get(f"/moderation/{sent.version_id}")).text()
    assert "This is a text file" in page
    assert 'data-at-ms="2500"' in page


async def test_a_decision_hints_the_queue_the_item_and_the_programme(town: Town) -> None:
    sent = send(town)
    with town.service.bus.listening("queue", "item:", "programme:") as hints:
        await town.client("moderator").post(f"/moderation/{sent.version_id}/approve", data={"sha256": sent.sha256})
        heard = {await asyncio.wait_for(anext(hints), 5) for _ in range(3)}
    assert heard == {"queue", f"item:{sent.item_id}", "programme:approved"}


async def test_every_decision_is_one_audit_row_with_its_hash(town: Town) -> None:
    sent = send(town)
    approve(town, sent)
    rows = look(town, lambda connection: audit.rows(connection, subject=f"version:{sent.version_id}"))
    assert [row.action for row in rows] == ["version.approve"]
    assert json.loads(rows[0].detail)["sha256"] == sent.sha256


async def test_the_policy_is_public_and_speaks_every_language(town: Town) -> None:
    for language in LANGUAGES:
        page = await (await town.client().get("/policy", headers={"Accept-Language": language})).text()
        for reason in policy.reasons().values():
            assert reason.told(language).name in page


def test_a_policy_that_lacks_a_language_or_doubles_a_code_is_refused() -> None:
    body = policy.FILE.read_text("utf-8")
    with pytest.raises(BadDocument, match="'vi' is missing"):
        policy.read_policy('[[reason]]\ncode = "x"\n[reason.en]\nname = "a"\nmeans = "b"\nwhat_to_do = "c"\n')
    with pytest.raises(BadDocument, match="stands twice"):
        policy.read_policy(body + body[body.index("[[reason]]") :])
