"""Mail: queued with what it tells of, laid into a folder or given to a mail server, tried again, and never forged."""

import asyncio
import logging
import ssl
import stat
from pathlib import Path

import pytest

from curator.mail import delivery, folder, outbox
from curator.mail.addresses import mailable
from curator.mail.message import message_of
from curator.mail.outbox import Mail
from curator.safekeeping import check_everything, restore_backup, write_backup
from curator.store import Store
from tests.curator.cases import look
from tests.curator.conftest import MakeTown, Town
from tests.curator.mailing import Script, certificate, laid, mail_server, mail_to, read

SECRET = "https://town.example/reset?token=a-secret"


def put(town: Town, to: str = "editor@example.org", subject: str = "Xin chào", body: str = SECRET, **more: int) -> bool:
    return town.service.store.run_now(
        lambda connection: outbox.put(
            connection, recipient=to, language="vi", subject=subject, body=body, now_ms=town.clock(),
            good_until_ms=more.get("good_until_ms"),
        )
    )  # fmt: skip


def waiting(town: Town) -> list[Mail]:
    return look(town, outbox.every)


async def until_tried(town: Town, tries: int) -> Mail:
    async with asyncio.timeout(10):
        while not (found := waiting(town)) or found[0].tries < tries:
            town.service.bus.publish(outbox.TOPIC)
            await asyncio.sleep(0.02)
    return found[0]


async def until_sent(town: Town) -> None:
    async with asyncio.timeout(10):
        while waiting(town):
            town.service.bus.publish(outbox.TOPIC)
            await asyncio.sleep(0.02)


async def test_without_a_mail_server_mails_lie_as_files_for_their_owners_eyes(town: Town) -> None:
    assert put(town, body="Một dòng\n.\nFrom nobody\n")
    await until_sent(town)
    (path,) = town.service.settings.mail.glob("*.eml")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    (mail,) = laid(town)
    assert (mail["To"], mail["Subject"], mail["Auto-Submitted"]) == ("editor@example.org", "Xin chào", "auto-generated")
    assert mail.get_content().splitlines() == ["Một dòng", ".", "From nobody"]
    assert "Một dòng".encode() in path.read_bytes()  # can be read without a mail program


async def test_a_mail_goes_out_encrypted_to_a_server_that_is_who_it_says(
    make_town: MakeTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, secret = certificate(tmp_path), tmp_path / "password"
    secret.write_text("right one\n")
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(file)
    async with mail_server(Script(password="right one"), trust) as server:
        town = await make_town(
            mail_host="127.0.0.1", mail_port=server.port, mail_user="town", mail_password_file=secret,
            mail_sender="screens@town.example",
        )  # fmt: skip
        put(town, body="Chào bạn\n.\nmore\n")
        await until_tried(town, 1)
        assert "certificate" in waiting(town)[0].error.lower()  # nobody vouches for it
        assert server.got == []
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        town.clock.turn(outbox.PAUSES_MS[0])
        await until_sent(town)
    (mail,) = map(read, server.got)
    assert mail["From"] == "Commonscreen <screens@town.example>"
    assert mail.get_content().splitlines() == ["Chào bạn", ".", "more"]
    assert not laid(town)


async def test_a_mail_goes_out_to_a_server_that_speaks_tls_from_the_start(
    make_town: MakeTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(file)
    async with mail_server(Script(password="right one"), trust, at_once=True) as server:
        town = await make_town(
            mail_host="127.0.0.1", mail_port=server.port, mail_security="tls", mail_user="town", mail_password="wrong",
        )  # fmt: skip
        put(town)
        mail = await until_tried(town, 1)
        assert ("535" in mail.error, mail.state) == (True, "waiting")  # a password can be put right
        server.password = "wrong"
        town.clock.turn(outbox.PAUSES_MS[0])
        await until_sent(town)
    assert len(server.got) == 1


async def test_a_server_that_offers_no_encryption_gets_neither_password_nor_mail(make_town: MakeTown) -> None:
    async with mail_server(Script()) as server:
        town = await make_town(
            mail_host="127.0.0.1", mail_port=server.port, mail_user="town", mail_password="right one"
        )
        put(town)
        assert "STARTTLS" in (await until_tried(town, 1)).error
        assert not [line for line in server.said if line.startswith(("AUTH", "MAIL"))]


async def test_what_a_server_cannot_take_now_is_tried_again_with_growing_pauses(make_town: MakeTown) -> None:
    script = Script(recipients={"editor@example.org": "451 later"})
    async with mail_server(script) as server:
        town = await make_town(mail_host="127.0.0.1", mail_port=server.port, mail_security="none")
        put(town)
        for tries, pause_ms in enumerate(outbox.PAUSES_MS, 1):
            mail = await until_tried(town, tries)
            assert (mail.state, mail.error) == ("waiting", "451 later")
            town.clock.turn(pause_ms - 1)
            assert await delivery.send_due(town.service) == 0
            assert waiting(town)[0].tries == tries
            town.clock.turn(1)
        assert (await until_tried(town, len(outbox.PAUSES_MS) + 1)).state == "failed"
        script.recipients.clear()
        page = await (await town.client("administrator").get("/mail")).text()
        assert "451 later" in page
        assert SECRET not in page
        await town.client("administrator").post(f"/mail/{waiting(town)[0].id}/again")
        await until_sent(town)
    assert len(script.got) == 1


async def test_a_server_that_goes_away_in_the_middle_loses_no_mail(make_town: MakeTown) -> None:
    async with mail_server(Script(drops=1)) as server:
        town = await make_town(mail_host="127.0.0.1", mail_port=server.port, mail_security="none")
        put(town, "one@example.org")
        put(town, "two@example.org")
        await until_tried(town, 1)
        town.clock.turn(outbox.PAUSES_MS[0])
        await until_sent(town)
    assert sorted(read(body)["To"] for body in server.got) == ["one@example.org", "two@example.org"]


async def test_an_address_the_server_does_not_know_fails_at_once_and_holds_up_nobody(
    make_town: MakeTown, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    script = Script(recipients={"gone@example.org": "550 gone@example.org is unknown"})
    async with mail_server(script) as server:
        town = await make_town(mail_host="127.0.0.1", mail_port=server.port, mail_security="none")
        put(town, "gone@example.org")
        put(town, "here@example.org")
        assert (await until_tried(town, 1)).state == "failed"
    assert [read(body)["To"] for body in script.got] == ["here@example.org"]
    assert "550" in (await asyncio.to_thread(check_everything, town.service.settings.data))[0]
    await town.client("administrator").post(f"/mail/{waiting(town)[0].id}/remove")
    assert await asyncio.to_thread(check_everything, town.service.settings.data) == []
    assert "a-secret" not in caplog.text
    assert "gone@example.org" not in caplog.text


@pytest.mark.parametrize(
    "address",
    ["a@b.example\r\nBcc: all@example.org", "a@b.example, c@d.example", "<a@b.example>", 'a"b@c.example',
     "a b@c.example", "@example.org", "a@", "a@b..example", "a@-b.example", "ă@b.example", "a@b.example\x00"],
)  # fmt: skip
def test_no_mail_goes_to_what_is_more_or_less_than_an_address(town: Town, address: str) -> None:
    assert not put(town, address)
    assert waiting(town) == []


def test_a_town_with_letters_of_its_own_can_be_written_to() -> None:
    assert mailable("An@thị-xã.example") == "An@xn--th-x-joa7407b.example"


def test_a_subject_cannot_bring_a_head_of_its_own(town: Town) -> None:
    put(town, subject="Hello\r\nBcc: all@example.org\r\n\r\nbody")
    mail = waiting(town)[0]
    named = town.service.settings.model_copy(update={"name": 'Town" <x@y.example>\r\nBcc: all@example.org'})
    made = read(message_of(mail, named, "8bit").as_bytes())
    assert made["Bcc"] is None
    assert made["Subject"] == "Hello Bcc: all@example.org body"
    assert [address.addr_spec for address in made["From"].addresses] == ["commonscreen@localhost"]


async def test_a_mail_whose_time_is_over_is_not_sent(town: Town) -> None:
    put(town, good_until_ms=town.clock())
    await until_sent(town)
    assert laid(town) == []


def test_the_outbox_is_bounded(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_KEPT", 2)
    assert [put(town, f"{number}@example.org") for number in range(3)] == [True, True, False]


async def test_old_mails_are_cleared_from_the_folder(town: Town) -> None:
    put(town)
    await until_sent(town)
    (path,) = town.service.settings.mail.glob("*.eml")
    folder.clear(town.service.settings, int(path.stat().st_mtime * 1000))
    assert path.exists()
    folder.clear(town.service.settings, int(path.stat().st_mtime * 1000) + 10)
    assert not path.exists()


async def test_a_restored_town_sends_no_mail_of_before(make_town: MakeTown, tmp_path: Path) -> None:
    town = await make_town(mail_host="127.0.0.1", mail_port=1, mail_security="none")
    put(town)
    data, saved = tmp_path / "restored", tmp_path / "saved.tar"
    await asyncio.to_thread(write_backup, town.service.settings.data, saved)
    await asyncio.to_thread(restore_backup, saved, data)
    store = Store(data / "commonscreen.db")
    assert store.read_now(outbox.every) == []
    store.close()


async def test_a_trial_reaches_the_administrator_in_their_language(town: Town) -> None:
    client = town.client("administrator")
    await client.post("/language", data={"language": "vi", "next": "/"})
    answer = await client.post("/mail/trial")
    assert answer.status == 200
    mail = await mail_to(town, "administrator@example.org")
    assert "Chào Administrator" in mail.get_content()
    assert mail["Content-Language"] == "vi"


async def test_who_gets_a_new_password_is_told_by_mail(town: Town) -> None:
    await town.client("administrator").post(f"/people/{town.accounts['editor']}/password")
    mail = await mail_to(town, "editor@example.org")
    assert "your password was changed" in mail["Subject"]
    assert "/forgot" in mail.get_content()
