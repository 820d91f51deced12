"""What tests about notices share: things that people are told of, and what they were told."""

import asyncio
from email.message import EmailMessage

from content.media.reasons import Reason
from curator import accounts, moderation, notices, notifying, occasions, outcomes
from curator.authorisation import Role
from curator.mail import outbox
from curator.notices import Kind, Notice
from curator.store import Connection
from tests.curator.cases import Sent, look, send, somebody
from tests.curator.conftest import Town
from tests.curator.mailing import laid
from tests.curator.nodes import until

A_DAY_MS = 86_400_000


def reject(town: Town, sent: Sent, words: str = "Whose song is it?", who: str = "moderator") -> None:
    town.service.store.run_now(
        lambda connection: moderation.reject(
            connection, sent.version_id, sent.sha256, reason="rights", words=words, moderator=somebody(town, who),
            now_ms=town.clock(),
        )
    )  # fmt: skip


def refuse(town: Town, sent: Sent) -> None:
    town.service.store.run_now(
        lambda connection: outcomes.note_refused(
            connection, sent.version_id, (Reason("unreadable"),), town.clock(), facts=None
        )
    )


def submit(town: Town, title: str = "Skate day", by: str | None = "editor") -> Sent:
    """Something that begins to wait, as preparation submits it."""
    sent = send(town, title, by=by)
    town.service.store.run_now(lambda connection: _waits(connection, town, sent))
    return sent


def _waits(connection: Connection, town: Town, sent: Sent) -> None:
    occasions.waits(connection, sent.version_id, now_ms=town.clock())


def told(town: Town, who: str, kind: Kind | None = None) -> list[Notice]:
    found = look(town, lambda connection: notices.of(connection, town.accounts[who]))
    return [notice for notice in found if kind in {None, notice.kind}]


def give(town: Town, who: str, role: Role, group_id: str | None = None) -> None:
    town.service.store.run_now(
        lambda connection: accounts.grant(
            connection, account_id=town.accounts[who], role=role, group_id=group_id, now_ms=town.clock(), by=None
        )
    )


async def choose(town: Town, who: str, **ways: str) -> None:
    usual = {
        kind.value: way.value for kind, way in look(town, lambda c: notices.choices(c, town.accounts[who])).items()
    }
    answer = await town.client(who).post("/account/notices", data=usual | ways)
    assert (answer.status, "Saved" in await answer.text()) == (200, True)


async def page(town: Town, who: str, path: str = "/notices") -> str:
    answer = await town.client(who).get(path)
    assert answer.status == 200
    return await answer.text()


async def mailed(town: Town, who: str) -> list[EmailMessage]:
    """The mails somebody has, once every mail that is due has been sent."""
    await notifying.mail_due(town.service)
    await until(lambda: not look(town, outbox.every))
    return [mail for mail in await asyncio.to_thread(laid, town) if mail["To"] == f"{who}@example.org"]
