"""The service as it is attacked: every address by everybody, other sites and nodes, hostile words, too many at once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from content.captions import CaptionCue, CaptionLine, Captions, webvtt
from content.media.facts import CaptionFile
from curator import (
    accounts,
    bookings,
    captions,
    dayparts,
    groups,
    library,
    live_orders,
    moderation,
    rules,
    screen_groups,
    uploads,
    webhooks,
)
from curator.bookings import Slot
from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.rules import RatingRule, When
from curator.store import Connection
from curator.tables import accounts as account_rows
from curator.tables import items, versions
from curator.uploads import Wanted
from tests.curator import spare_things
from tests.curator.access import ACCESS, KEYS, NODES, OWN_UPLOAD, PAIRING, PASSES, STRANGER, WHO, is_refused, routes_of
from tests.curator.cases import Sent, approve, keep, send, somebody
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.nodes import HEALTH, FakeNode, add_item, at_rest, make_screen, paired_node, publish, row

TUS = {"Tus-Resumable": "1.0.0"}
HOSTILE = "\"'><img src=x onerror=alert(1)></title></script>{{7*7}}"


def routes(town: Town) -> Iterator[tuple[str, str]]:
    return routes_of(town.server.app)


class Things:
    """What the addresses name: the youth club's item, its version, a screen, a booking, somebody's upload."""

    def __init__(self, town: Town) -> None:
        self.town, self.screen = town, make_screen(town)
        run = town.service.store.run_now
        self.spare = run(lambda connection: _account(connection, "spare"))
        playing = send(town, "Playing")
        approve(town, playing)
        self.booking = run(lambda connection: _book(connection, town, self.screen.id, playing.item_id))
        self.sent = send(town)
        self.daypart, self.rule, self.screens = run(lambda connection: _policies(connection, town))

    def address(self, pattern: str) -> str:
        known = self.known(pattern)
        return re.sub(r"{(\w+)}", lambda gap: known[gap[1]], pattern)

    def known(self, pattern: str) -> dict[str, str]:
        """What to put for each gap of a pattern."""
        sent, town = self.sent, self.town
        upload = town.service.store.run_now(lambda c: _begin(c, town)) if "{upload}" in pattern else ""
        return {
            "item": sent.item_id, "version": sent.version_id, "version_id": sent.version_id, "what": "rendition",
            "group": "youth-club", "screen": self.screen.slug, "account_id": self.spare, "upload": upload,
            "slug": "youth-club" if pattern.startswith("/groups") else self.screen.slug,
            "order": self._alert() if "{order}" in pattern else "",
            "webhook": self._webhook() if "{webhook}" in pattern else "",
            "variant": spare_things.variant(town, sent.item_id) if "{variant}" in pattern else "",
            "track": self._track() if "{track}" in pattern else "",
            "booking": self.booking.booking_id, "daypart": self.daypart, "rule": self.rule, "screens": self.screens,
            "sha256": sent.sha256, "node_id": "nobody", "mark": "0", "name": "common.css",
            "format": "json" if "/open311/" in pattern else "m3u8", "mail": "none",
            "week": spare_things.week(town, self.screen, self.booking) if "/api/weeks/" in pattern else "none",
            "invitation": spare_things.invitation(town) if pattern.startswith("/join/") else "none",
            "session": "none", "ticket": "none",
            "passkey": "none", "provider": "none", "identity": "none", "newcomer": "none",
            "activity": self._activity(pattern) if "{activity}" in pattern else "",
            "category": spare_things.category(town) if "{category}" in pattern else "",
            "report": spare_things.report(town, self.screen)[0] if "{report}" in pattern else "",
            "number": str(spare_things.report(town, self.screen)[1]) if "{number}" in pattern else "",
            "secret": "none", "language": "en", "do": "vote", "offer": "none",
            "answer": "none", "code": spare_things.code(town) if "/open311/" in pattern else "WXYW",
            "ticker": spare_things.ticker(town, self.screen) if re.match("/api/.*{ticker}", pattern) else "none",
            "site": spare_things.site(town) if "{site}" in pattern else "",
            "account": self.spare, "role": "editor", "token": "none",
        }  # fmt: skip

    def _activity(self, pattern: str) -> str:
        """The id of one that waits for a moderator, or of a draft where that is what is looked at."""
        if pattern.startswith("/api/"):
            return spare_things.activity(self.town, self.screen)
        is_about_draft = re.search("/(edit|try)", pattern) is not None
        return spare_things.draft(self.town, self.screen) if is_about_draft else "none"

    def _webhook(self) -> str:
        """The id of a webhook of the youth club, which some addresses remove."""
        town = self.town
        known = town.service.store.run_now(lambda connection: webhooks.of(connection, town.group.id))
        if known:
            return known[0].id
        return town.service.store.run_now(
            lambda connection: webhooks.make(
                connection, group_id=town.group.id, name="Ours", url="https://hooks.example/x",
                events=webhooks.OF_GROUPS, now_ms=town.clock(), by=town.accounts["editor"], key=town.service.key,
            )
        )[0].id  # fmt: skip

    def _track(self) -> str:
        """The id of captions of the version, found in no stated language."""
        body = webvtt(Captions("und", (CaptionCue(0, 1_000, (CaptionLine("Hello"),)),)))
        sha256 = keep(self.town, body)
        found = CaptionFile(Path("gone"), sha256, len(body), "und", "SRT", 1, 0, 1_000)

        def note(connection: Connection) -> str:
            captions.note_found(connection, self.sent.version_id, (found,), self.town.clock())
            return captions.of_version(connection, self.sent.version_id)[0].id

        return self.town.service.store.run_now(note)

    def _alert(self) -> str:
        """The id of an alert that stands."""
        town = self.town
        return town.service.store.run_now(
            lambda connection: live_orders.alert(
                connection, town.service.key, heading="Storm", lines=[], language="en", screens=[self.screen.id],
                minutes=5, now_ms=town.clock(), by=town.accounts["administrator"],
            )
        ).order  # fmt: skip


def _policies(connection: Connection, town: Town) -> tuple[str, str, str]:
    """The ids of a daypart and a rule, the slug of a screen group."""
    now_ms, by = town.clock(), town.accounts["programmer"]
    noon = Daypart("", "Noon", (Hours(EVERY_DAY, 720, 780),))
    made = dayparts.put(connection, noon, now_ms=now_ms, by=by)
    rule = rules.put(connection, RatingRule("", "Mild", When(), 12), "everywhere", now_ms=now_ms, by=by)
    return made.id, rule.id, screen_groups.put(connection, "", "Libraries", now_ms=now_ms, by=by).slug


def _account(connection: Connection, name: str) -> str:
    return accounts.create(
        connection, email=f"{name}@example.org", name=name, password_hash="", language="en", now_ms=1, by=None
    )


def _book(connection: Connection, town: Town, screen_id: str, item_id: str) -> Slot:
    return bookings.book(
        connection, screen_id=screen_id, item_id=item_id, start_ms=town.clock() + 3_600_000, length_ms=None,
        now_ms=town.clock(), lead_ms=0, by=town.accounts["programmer"],
    )  # fmt: skip


def _begin(connection: Connection, town: Town) -> str:
    wanted = Wanted(town.group.id, "a.png", "", 10, account_id=town.accounts["editor"])
    return uploads.begin(connection, wanted, largest_bytes=100, now_ms=town.clock(), life_ms=1 << 40).id


def browser(town: Town, who: str) -> Client:
    return town.client(None if who == STRANGER else who)


async def test_every_address_is_listed(town: Town) -> None:
    known = set(ACCESS) | OWN_UPLOAD | NODES | PAIRING | PASSES | KEYS
    found = {f"{method} {pattern}" for method, pattern in routes(town)}
    heads = {name for name in found if name.startswith("HEAD ") and name.replace("HEAD", "GET", 1) in found}
    assert found - heads == known


@pytest.mark.parametrize("who", WHO)
async def test_every_address_lets_in_who_may_and_nobody_else(town: Town, who: str) -> None:
    things, client = Things(town), browser(town, who)
    for method, pattern in list(routes(town)):
        name = f"{method} {pattern}".replace("HEAD", "GET", 1) if method == "HEAD" else f"{method} {pattern}"
        if name == "GET /live" and who != STRANGER:
            continue  # a stream without an end
        answer = await client.request(method, things.address(pattern), allow_redirects=False, headers=TUS)
        assert answer.status < 500, (name, answer.status)
        if f"{method} {pattern}" in OWN_UPLOAD:
            assert is_refused(answer) == (who != "editor" and answer.status != 410), (name, answer.status)
        elif name in NODES:
            assert answer.status in {401, 403}, name  # a cookie there is another site's trick
        elif name in KEYS:
            assert answer.status == 403, name
        elif name in PASSES:
            assert answer.status in {404, 410}, (name, answer.status)
        elif name not in PAIRING:
            may = who == "administrator" or who in ACCESS[name]
            assert is_refused(answer) != may, (name, who, answer.status)
        answer.close()
        if pattern in {"/sign-out", "/account/sessions/end"}:
            client = browser(town, who)


@pytest.mark.parametrize(
    ("site", "origin"),
    [
        (None, None),
        (None, "http://evil.example"),
        (None, "null"),
        ("cross-site", None),
        ("same-site", "null"),
        ("", ""),
    ],
)
async def test_no_other_site_changes_anything_at_any_address(town: Town, site: str | None, origin: str | None) -> None:
    things = Things(town)
    client = town.client("administrator")
    client.session.headers.clear()
    headers = {
        "Sec-Fetch-Site": site,
        "Origin": origin,
        "X-Forwarded-Host": "evil.example",
        "Accept": "application/json",
    }
    given = {name: value for name, value in headers.items() if value is not None}
    for method, pattern in list(routes(town)):
        if method in {"GET", "HEAD", "OPTIONS"}:
            continue
        answer = await client.request(method, things.address(pattern), headers=given, allow_redirects=False)
        assert (answer.status, (await answer.json())["code"]) == (403, "other_origin"), pattern


async def test_a_browser_that_says_only_its_origin_may_change_things_from_our_own_page(make_town: MakeTown) -> None:
    town = await make_town(trusted_proxies=1)
    client = town.client("editor")
    client.session.headers.clear()
    own = f"{town.server.host}:{town.server.port}"
    for origin, more, status in (
        (f"http://{own}", {}, 303),
        ("http://town.example", {"X-Forwarded-Host": "town.example"}, 303),
        ("https://town.example", {"X-Forwarded-Host": "town.example", "X-Forwarded-Proto": "https"}, 303),
        ("http://town.example", {"X-Forwarded-Host": "town.example", "X-Forwarded-Proto": "https"}, 403),
        ("http://evil.example", {"X-Forwarded-Host": "town.example"}, 403),
    ):
        answer = await client.post("/sign-out", headers={"Origin": origin} | more, allow_redirects=False)
        assert answer.status == status, (origin, more)


@pytest.mark.parametrize("state", ["submitted", "rejected", "replaced", "withdrawn"])
async def test_bytes_that_may_not_be_shown_reach_no_stranger_no_other_group_and_no_node(town: Town, state: str) -> None:
    await at_rest(town)
    sent, screen = send(town, colour="red"), make_screen(town)
    node = await paired_node(town, screen)
    town.service.store.run_now(lambda connection: _bring(connection, town, sent, state))
    publish(town, screen.id, 1, sent.sha256)
    etag = f'"{sent.sha256}"'
    for who in (STRANGER, "outsider", "technician"):
        client = browser(town, who)
        for what in ("rendition", "thumbnail", "poster", "strip", "original"):
            for more in ({}, {"Range": "bytes=0-1"}, {"If-None-Match": etag}, {"If-Range": etag, "Range": "bytes=1-"}):
                for method in ("GET", "HEAD"):
                    answer = await client.request(method, f"/files/{sent.version_id}/{what}", headers=more)
                    assert answer.status == 404, (who, what, more)
    for more in ({}, {"Range": "bytes=0-1"}, {"If-None-Match": etag}):
        assert (await node.get(f"files/{sent.sha256}", **more)).status == 404


def _bring(connection: Connection, town: Town, sent: Sent, state: str) -> None:
    moderator, now_ms = somebody(town, "moderator"), town.clock()
    if state == "rejected":
        moderation.reject(
            connection, sent.version_id, sent.sha256, reason="rights", words="No.", moderator=moderator, now_ms=now_ms
        )
    elif state in {"replaced", "withdrawn"}:
        moderation.approve(
            connection, sent.version_id, sent.sha256, moderator=moderator, key=town.service.key, now_ms=now_ms
        )
    if state == "withdrawn":
        library.withdraw(connection, sent.item_id, now_ms=now_ms, by=town.accounts["editor"])
    if state == "replaced":
        connection.execute(versions.update().where(versions.c.id == sent.version_id).values(state="draft"))
        connection.execute(items.update().where(items.c.id == sent.item_id).values(approved_version_id="another"))


async def test_a_copy_of_what_is_withdrawn_may_not_be_shown_from_any_cache(town: Town) -> None:
    sent = send(town)
    approve(town, sent)
    answer = await town.client().get(f"/files/{sent.version_id}/rendition")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, no-cache")
    town.service.store.run_now(lambda connection: _bring_withdrawn(connection, town, sent))
    again = await town.client().get(
        f"/files/{sent.version_id}/rendition", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status == 404


def _bring_withdrawn(connection: Connection, town: Town, sent: Sent) -> None:
    library.withdraw(connection, sent.item_id, now_ms=town.clock(), by=town.accounts["editor"])


def test_a_title_from_an_upload_holds_nothing_that_cannot_be_seen() -> None:
    assert uploads.clean_title("  Skate\x00 \x1b[31mday\n\u200d\U0001f6f9 ") == "Skate [31mday \u200d\U0001f6f9"
    assert uploads.clean_title("\x00\x07") == ""


async def test_a_node_reaches_nothing_of_another_screen(town: Town) -> None:
    await at_rest(town)
    one = await paired_node(town, make_screen(town, "One"))
    two = await paired_node(town, make_screen(town, "Two"))
    sha256 = add_item(town)
    publish(town, one.screen_id, 1, sha256)
    assert (await one.get(f"files/{sha256}")).status == 200
    assert (await two.get(f"files/{sha256}")).status == 404
    thief = FakeNode(town, two.client, two.key, one.node_id, two.token)
    assert (await thief.get(f"manifest/{one.node_id}")).status == 404
    assert (await thief.post("as-run", {"epoch": "e", "rows": [row(1)]})).status == 404
    assert (await thief.post("health", HEALTH)).status == 404
    assert await thief.put_picture() == 404
    assert (await thief.get(f"link/{one.node_id}")).status == 404


async def test_a_node_without_a_good_token_is_told_what_is_wanted(town: Town) -> None:
    for header in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
        answer = await town.client().get("/api/v1/manifest/x", headers=header)
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "WWW-Authenticate" not in (await town.client().get("/live", headers={"Accept": "application/json"})).headers


async def test_a_play_at_the_end_of_time_breaks_no_page(town: Town) -> None:
    sent = send(town)
    node = await paired_node(town, make_screen(town))
    for start_ms, status in ((2**53 - 1, 422), (253_370_764_800_000, 200)):
        played = {"epoch": "e", "rows": [row(1, item=sent.item_id, start_ms=start_ms, planned_start_ms=start_ms)]}
        assert (await node.post("as-run", played)).status == status
    assert (await town.client("editor").get(f"/items/{sent.item_id}")).status == 200


async def test_hostile_words_stand_on_no_page_as_markup(town: Town) -> None:
    things = Things(town)
    sent = send(town, HOSTILE, credits=HOSTILE, licence=HOSTILE, alt_text=HOSTILE, reasons=[{"code": HOSTILE}])
    make_screen(town, HOSTILE, place=HOSTILE)
    run, now_ms = town.service.store.run_now, town.clock()
    run(lambda c: groups.create(c, name=HOSTILE, about=HOSTILE, quota_bytes=1, is_house=False, now_ms=1, by=None))
    run(lambda c: c.execute(versions.update().values(file_name=HOSTILE)))
    run(
        lambda c: moderation.reject(
            c, sent.version_id, sent.sha256, reason="rights", words=HOSTILE, moderator=somebody(town, "moderator"),
            now_ms=now_ms,
        )
    )  # fmt: skip
    run(lambda c: c.execute(account_rows.update().values(name=HOSTILE)))
    client, seen = town.client("administrator"), 0
    for method, pattern in list(routes(town)):
        if method != "GET" or pattern == "/live" or pattern.startswith("/api/"):
            continue
        address = things.address(pattern)
        for asked in (address, f"/items/{sent.item_id}", f"/moderation/{sent.version_id}", f"{address}?done={HOSTILE}"):
            answer = await client.get(asked, params={"q": HOSTILE, "code": HOSTILE, "moved": HOSTILE, "next": HOSTILE})
            if answer.content_type == "text/html":
                body = await answer.text()
                assert "<img src=x" not in body, asked
                assert "</title></script>" not in body, asked
                seen += "&lt;img src=x" in body
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"], asked
            answer.close()
    assert seen > 10
