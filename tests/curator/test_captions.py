"""Captions from a contributor's file to a manifest: read, approved by somebody else, bound to their film, removed."""

import hashlib
import io
import json
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from aiohttp import FormData

from content.captions import CaptionCue, CaptionLine, Captions, read_webvtt, webvtt
from content.files import place_of
from content.manifest import Manifest, open_sealed
from content.media.facts import CaptionFile
from curator import captions, cleaning, live_orders, policy
from curator.captions import Track
from curator.not_decided import Changed, OwnWork
from curator.programme import library_facts
from curator.publishing import Publisher
from curator.safekeeping import restore_backup, write_backup
from curator.screens import Screen
from curator.tables import captions as table
from curator.tables import manifests
from curator.wholeness import check_everything
from tests.curator import cases
from tests.curator.cases import Sent, look, somebody
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import make_screen, paired_node
from tests.curator.programme import things

SRT = "1\n00:00:01,000 --> 00:00:02,500\n<i>Xin chào các bạn</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nHai\n"


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town that looks one day ahead and publishes only when told to."""
    return await make_town(plan_days=1, running_list_hours=6)


def film(town: Town, title: str = "Skate day", **more: str) -> Sent:
    """A film of ten seconds by the editor, waiting."""
    return cases.send(town, title, kind="video", colour=more.get("colour", "teal"))


async def add(
    town: Town, sent: Sent, body: bytes | str = SRT, *, language: str = "vi", by: str = "contributor", **fields: str
) -> tuple[int, str]:
    """Sends the form as a browser does; the status, and the page."""
    form = FormData()
    for name, value in {"version": sent.version_id, "language": language, **fields}.items():
        form.add_field(name, value)
    form.add_field("file", io.BytesIO(body.encode() if isinstance(body, str) else body), filename="words.srt")
    # A browser says how long its form is.
    payload = form()
    answer = await town.client(by).post(
        f"/items/{sent.item_id}/captions", data=payload, headers={"Content-Length": str(payload.size)},
        allow_redirects=False,
    )  # fmt: skip
    return answer.status, await answer.text()


def tracks(town: Town, sent: Sent) -> list[Track]:
    return look(town, lambda connection: captions.of_version(connection, sent.version_id))


def decide(town: Town, track: Track, who: str = "moderator", sha256: str = "") -> None:
    town.service.store.run_now(
        lambda connection: captions.approve(
            connection, track.id, sha256 or track.sha256, moderator=somebody(town, who), key=town.service.key,
            now_ms=town.clock(),
        )
    )  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """A screen whose rotation is the youth club's."""

    town: Town
    screen: Screen

    async def manifest(self) -> Manifest:
        """The newest, as a node opens it, after publishing what is due."""
        await Publisher(self.town.service).publish_due()
        query = sa.select(manifests.c.envelope).where(manifests.c.screen_id == self.screen.id)
        envelope = look(
            self.town,
            lambda connection: connection.execute(query.order_by(manifests.c.version.desc())).scalars().first(),
        )
        assert envelope is not None
        key = self.town.service.key.public
        return open_sealed(envelope, {key.key_id: key})

    async def shown(self, sent: Sent) -> list[tuple[str, str]]:
        """Languages and hashes of the captions a node is told of for an item."""
        manifest = await self.manifest()
        return [(one.language, one.sha256) for one in manifest.items[sent.item_id].captions]


def stage(town: Town) -> Stage:
    screen = make_screen(town)
    things.share(town, screen, group=1)
    return Stage(town, screen)


async def test_a_file_becomes_captions_that_wait_and_can_be_seen_by_those_who_may(town: Town) -> None:
    sent = film(town)
    assert (await add(town, sent))[0] == 303
    [track] = tracks(town, sent)
    assert (track.language, track.state, track.form, track.cues, track.file_name) == (
        "vi", "submitted", "SRT", 2, "words.srt",
    )  # fmt: skip
    page = await (await town.client("contributor").get(f"/items/{sent.item_id}")).text()
    assert f'src="/files/{sent.version_id}/captions/{track.id}" srclang="vi"' in page
    assert "Vietnamese" in page
    answer = await town.client("contributor").get(f"/files/{sent.version_id}/captions/{track.id}")
    assert (answer.status, answer.content_type) == (200, "text/vtt")
    assert read_webvtt(await answer.read()).cues[0].lines == (CaptionLine("Xin chào các bạn", italic=True),)
    for who in (None, "outsider"):
        assert (await town.client(who).get(f"/files/{sent.version_id}/captions/{track.id}")).status == 404


@pytest.mark.parametrize(
    ("body", "language", "said"),
    [
        ("1\n00:00:99 --> x\nHi", "vi", "The times in line 2 of the captions cannot be read."),
        ("00:20,000 --> 00:21,000\nHi", "vi", "A caption begins at 0:20, but the film lasts only 0:10."),
        (SRT, "klingon", "is not a language"),
        (b"\x89PNG\r\n\x1a\n", "vi", "captions that we can read"),
    ],
)
async def test_what_cannot_be_read_is_told_on_the_page_and_nothing_is_kept(
    town: Town, body: bytes | str, language: str, said: str
) -> None:
    sent = film(town)
    status, page = await add(town, sent, body, language=language)
    assert status == 422
    assert said in page
    assert tracks(town, sent) == []
    assert list(town.service.settings.incoming.iterdir()) == []


async def test_only_members_of_the_group_add_and_remove_and_only_to_a_prepared_film(town: Town) -> None:
    sent, still = film(town), cases.send(town, "A poster")
    assert (await add(town, sent, by="outsider"))[0] == 404
    assert (await add(town, sent, by="moderator"))[0] == 403
    status, page = await add(town, still)
    assert (status, "Captions belong to a film" in page) == (422, True)
    await add(town, sent)
    [track] = tracks(town, sent)
    path = f"/items/{sent.item_id}/captions/{track.id}/remove"
    assert (await town.client("moderator").post(path, data={})).status == 403
    assert (
        await town.client("editor").post(f"/items/{still.item_id}/captions/{track.id}/remove", data={})
    ).status == 404
    assert (await town.client("editor").post(path, data={}, allow_redirects=False)).status == 303
    assert tracks(town, sent) == []


async def test_a_file_that_is_too_large_is_not_read_to_its_end(town: Town) -> None:
    status, page = await add(town, film(town), b"x" * 2_000_001)
    assert (status, "at most 2000 kB" in page) == (413, True)


async def test_a_moderator_approves_a_film_together_with_its_captions(town: Town) -> None:
    sent, on = film(town), stage(town)
    await add(town, sent)
    await add(town, sent, SRT.replace("Hai", "Two"), language="en")
    english, vietnamese = tracks(town, sent)
    page = await (await town.client("moderator").get(f"/moderation/{sent.version_id}")).text()
    assert "Xin chào các bạn" in page
    form = {"sha256": sent.sha256, "captions": f"{vietnamese.id} {vietnamese.sha256}"}
    answer = await town.client("moderator").post(
        f"/moderation/{sent.version_id}/approve", data=form, allow_redirects=False
    )
    assert answer.status == 303
    assert [one.state for one in tracks(town, sent)] == ["submitted", "approved"]
    assert await on.shown(sent) == [("vi", vietnamese.sha256)]
    queue = await (await town.client("moderator").get("/moderation")).text()
    assert "Captions of films that are approved already" in queue
    assert english.language == "en"


async def test_captions_changed_since_the_moderator_looked_stop_the_whole_decision(town: Town) -> None:
    sent = film(town)
    await add(town, sent)
    [old] = tracks(town, sent)
    await add(town, sent, SRT.replace("Hai", "Ba"))
    form = {"sha256": sent.sha256, "captions": f"{old.id} {old.sha256}"}
    answer = await town.client("moderator").post(f"/moderation/{sent.version_id}/approve", data=form)
    assert answer.status == 409
    assert cases.version_of(town, sent).state == "submitted"
    assert [one.state for one in tracks(town, sent)] == ["submitted"]


async def test_new_captions_wait_while_the_film_plays_on_with_the_old_ones(town: Town) -> None:
    sent, on = film(town), stage(town)
    await add(town, sent)
    cases.approve(town, sent)
    [first] = tracks(town, sent)
    assert await on.shown(sent) == [], "nobody has allowed them yet"
    decide(town, first)
    assert await on.shown(sent) == [("vi", first.sha256)]
    await add(town, sent, SRT.replace("Hai", "Ba"))
    assert await on.shown(sent) == [("vi", first.sha256)]
    second = next(one for one in tracks(town, sent) if one.state == "submitted")
    answer = await town.client("moderator").post(
        f"/moderation/{sent.version_id}/captions/{second.id}/approve", data={"sha256": second.sha256},
        allow_redirects=False,
    )  # fmt: skip
    assert answer.status == 303
    assert await on.shown(sent) == [("vi", second.sha256)]
    assert [one.id for one in tracks(town, sent)] == [second.id]


async def test_a_node_gets_the_file_only_while_it_is_approved(town: Town) -> None:
    sent, on = film(town), stage(town)
    node = await paired_node(town, on.screen)
    await add(town, sent)
    cases.approve(town, sent)
    [track] = tracks(town, sent)
    await on.manifest()
    assert (await node.get(f"files/{track.sha256}")).status == 404
    decide(town, track)
    await on.manifest()
    answer = await node.get(f"files/{track.sha256}")
    assert (answer.status, hashlib.sha256(await answer.read()).hexdigest()) == (200, track.sha256)
    await town.client("contributor").post(f"/items/{sent.item_id}/captions/{track.id}/remove", data={})
    assert (await node.get(f"files/{track.sha256}")).status == 404, "at once, before the next manifest"
    assert await on.shown(sent) == []


async def test_nobody_decides_about_captions_they_made_or_films_they_uploaded(town: Town) -> None:
    sent = film(town)
    await add(town, sent)
    cases.approve(town, sent)
    [track] = tracks(town, sent)
    for who in ("contributor", "editor"):
        with pytest.raises(OwnWork):
            decide(town, track, who)
    with pytest.raises(Changed):
        decide(town, track, sha256="ab" * 32)
    decide(town, track)
    with pytest.raises(Changed):
        decide(town, track, "administrator")


async def test_captions_of_a_film_that_is_not_approved_are_not_either(town: Town) -> None:
    sent = film(town)
    await add(town, sent)
    with pytest.raises(Changed, match="Decide about the film first"):
        decide(town, tracks(town, sent)[0])


async def test_rejected_captions_come_back_with_reason_and_words_and_may_be_mended(town: Town) -> None:
    sent, on = film(town), stage(town)
    await add(town, sent)
    cases.approve(town, sent)
    [track] = tracks(town, sent)
    path = f"/moderation/{sent.version_id}/captions/{track.id}/reject"
    form = {"sha256": track.sha256, "reason": "", "words": "Line two is not what she says."}
    assert (await town.client("moderator").post(path, data=form)).status == 409
    form["reason"] = next(iter(policy.reasons()))
    assert (await town.client("moderator").post(path, data=form, allow_redirects=False)).status == 303
    page = await (await town.client("contributor").get(f"/items/{sent.item_id}")).text()
    assert "Line two is not what she says." in page
    assert await on.shown(sent) == []
    await add(town, sent, SRT.replace("Hai", "Ba"))
    assert [one.state for one in tracks(town, sent)] == ["submitted"]


@pytest.mark.parametrize("what", ["sha256", "language", "signed", "film"])
async def test_a_row_that_is_not_what_was_signed_is_never_published(town: Town, what: str) -> None:
    sent, other, on = film(town), film(town, "Another", colour="red"), stage(town)
    await add(town, sent)
    for one in (sent, other):
        cases.approve(town, one)
    [track] = tracks(town, sent)
    decide(town, track)
    signed = json.loads(tracks(town, sent)[0].signed)
    signed["statement"]["duration_ms"] += 1
    forged: dict[str, object] = {
        "sha256": {"sha256": cases.keep(town, b"WEBVTT\n")},
        "language": {"language": "en"},
        "signed": {"signed": json.dumps(signed)},
        "film": {"version_id": other.version_id},
    }[what]  # type: ignore[assignment]
    town.service.store.run_now(
        lambda connection: connection.execute(table.update().where(table.c.id == track.id).values(forged))
    )
    assert await on.shown(sent) == []
    assert await on.shown(other) == []


async def test_captions_taken_away_while_a_manifest_is_made_are_not_in_it(town: Town) -> None:
    sent, on = film(town), stage(town)
    await add(town, sent)
    cases.approve(town, sent)
    decide(town, tracks(town, sent)[0])
    shown = look(town, lambda connection: library_facts.gather(connection, town.service.key.public).showable)
    assert look(town, lambda connection: library_facts.still_approved(connection, shown.values()))
    await town.client("editor").post(f"/items/{sent.item_id}/captions/{tracks(town, sent)[0].id}/remove", data={})
    assert not look(town, lambda connection: library_facts.still_approved(connection, shown.values()))
    assert await on.shown(sent) == []


async def test_a_takeover_brings_the_captions_along(town: Town) -> None:
    sent, on = film(town), stage(town)
    await add(town, sent)
    cases.approve(town, sent)
    decide(town, tracks(town, sent)[0])
    town.service.store.run_now(
        lambda connection: live_orders.take_over(
            connection, town.service.key, item_id=sent.item_id, screens=[on.screen.id], at_ms=0, minutes=5,
            now_ms=town.clock(), by=town.accounts["programmer"],
        )
    )  # fmt: skip
    news = look(
        town, lambda connection: live_orders.of_screen(connection, town.service.key, on.screen.id, town.clock())
    )
    sha256 = tracks(town, sent)[0].sha256
    assert sha256 in {need.sha256 for need in news.files}
    assert sha256 in {one.approval.sha256 for one in news.approvals if one.approval.film_sha256 == sent.sha256}
    node = await paired_node(town, on.screen)
    assert (await node.get(f"files/{sha256}")).status == 200


def embedded(town: Town, sent: Sent, language: str) -> None:
    """As if preparation had found captions inside the film."""
    body = webvtt(Captions(language, (CaptionCue(0, 1_000, (CaptionLine("Hello"),)),)))
    sha256 = cases.keep(town, body)
    place = place_of(town.service.settings.files, sha256)
    found = CaptionFile(place, sha256, len(body), language, "mov_text", 1, 0, 1_000)
    town.service.store.run_now(
        lambda connection: captions.note_found(connection, sent.version_id, (found,), town.clock())
    )


async def test_captions_found_in_no_stated_language_wait_until_somebody_says_it(town: Town) -> None:
    sent = film(town)
    embedded(town, sent, "und")
    assert [one.state for one in tracks(town, sent)] == ["draft"]
    page = await (await town.client("contributor").get(f"/items/{sent.item_id}")).text()
    assert "In which language are they?" in page
    path = f"/items/{sent.item_id}/captions/{tracks(town, sent)[0].id}/language"
    answer = await town.client("contributor").post(path, data={"language": "en"}, allow_redirects=False)
    assert answer.status == 303
    [track] = tracks(town, sent)
    assert (track.language, track.state, track.form) == ("en", "submitted", "mov_text")
    body = place_of(town.service.settings.files, track.sha256).read_bytes()
    assert read_webvtt(body).language == "en"


async def test_files_of_captions_go_when_nothing_needs_them_and_a_backup_holds_them_until_then(town: Town) -> None:
    sent, twin = film(town), film(town, "Twin", colour="red")
    for one in (sent, twin):
        await add(town, one)
    path = place_of(town.service.settings.files, tracks(town, sent)[0].sha256)
    await town.client("editor").post(f"/items/{sent.item_id}/captions/{tracks(town, sent)[0].id}/remove", data={})
    await cleaning.clean(town.service)
    assert path.is_file(), "the other film has the same words"
    data = town.service.settings.data
    write_backup(data, data.parent / "all.tar", town.clock)
    restore_backup(data.parent / "all.tar", data.parent / "again", town.clock)
    assert place_of(data.parent / "again" / "files", path.name).read_bytes() == path.read_bytes()
    await town.client("editor").post(f"/items/{twin.item_id}/captions/{tracks(town, twin)[0].id}/remove", data={})
    await cleaning.clean(town.service)
    assert not path.exists()


async def test_the_check_finds_captions_that_were_damaged_or_whose_approval_does_not_hold(town: Town) -> None:
    sent = film(town)
    await add(town, sent)
    cases.approve(town, sent)
    [track] = tracks(town, sent)
    decide(town, track)
    data = town.service.settings.data
    assert check_everything(data) == []
    place_of(town.service.settings.files, track.sha256).write_bytes(b"WEBVTT\n")
    town.service.store.run_now(
        lambda connection: connection.execute(table.update().where(table.c.id == track.id).values(signed="{}"))
    )
    found = check_everything(data)
    assert any("the captions of “Skate day”, version 1 are damaged" in one for one in found)
    assert any("The approval of “Skate day” does not hold" in one for one in found)
