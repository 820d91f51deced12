"""What a statement can say since its second format: a second language, colours, and hours."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from content.canonical import Json
from content.reading import BadDocument, Reader
from content.signing import BadSignature, SigningKey
from kiosks.activities.hours import EVERY_DAY, Hours, read_hours
from kiosks.activities.poll import Question
from kiosks.activities.statement import FORMAT, FORMAT_OF_MORE, Statement, read_activity, sign_activity
from kiosks.activities.wall import Prompt
from kiosks.activities.wording import Wording

VIETNAMESE = Wording("vi", "Đặt ghế đá mới ở đâu?", ("Bên bờ sông", "Trước cổng trường"))
BENCHES = Question("Where shall the new bench stand?", ("By the river", "At the school"), "Council", "en")
PLAIN = Statement("a1", "poll", BENCHES, ("square",), 0, 10**13, "group", "mod", 5)
EVENINGS = Hours("Asia/Ho_Chi_Minh", (4, 5), 18 * 60, 21 * 60)


def at(words: str) -> int:
    return int(datetime.fromisoformat(words).replace(tzinfo=UTC).timestamp() * 1000)


def test_what_is_not_set_is_signed_as_before_and_what_is_set_comes_back_whole() -> None:
    key = SigningKey.new()
    more = replace(PLAIN, question=replace(BENCHES, also=VIETNAMESE), theme="river", hours=EVENINGS)
    wall = replace(PLAIN, kind="wall", question=Prompt("What do you hear?", "Council", "en", Wording("vi", "Nghe gì?")))
    assert (PLAIN.format, more.format, wall.format) == (FORMAT, FORMAT_OF_MORE, FORMAT_OF_MORE)
    assert "theme" not in PLAIN.as_json()
    for statement in (PLAIN, more, wall):
        back = read_activity(Reader(sign_activity(statement, key).as_json()))
        assert back.statement == statement
        back.verify({key.public.key_id: key.public})


@pytest.mark.parametrize(
    "changes",
    [{"theme": "mud"}, {"hours": {"zone": "Moon/Base", "days": [0], "from_minute": 0, "until_minute": 60}},
     {"hours": {"zone": "UTC", "days": [], "from_minute": 0, "until_minute": 60}}, {"later": 1},
     {"format": "commonscreen-activity/3"}, {"format": "commonscreen-activity/4"}, {"backdrop": "0" * 64}],
)  # fmt: skip
def test_what_this_screen_does_not_know_is_refused_whole(changes: dict[str, Json]) -> None:
    document = sign_activity(replace(PLAIN, theme="river"), SigningKey.new()).as_json()
    statement = document["statement"]
    assert isinstance(statement, dict)
    with pytest.raises(BadDocument):
        read_activity(Reader({**document, "statement": {**statement, **changes}}))


def test_a_picture_behind_the_words_is_signed_and_what_knows_no_pictures_refuses_it_whole() -> None:
    key = SigningKey.new()
    pictured = replace(PLAIN, backdrop="ab" * 32)
    document = sign_activity(pictured, key).as_json()
    back = read_activity(Reader(document))
    assert (pictured.format, back.statement) == ("commonscreen-activity/3", pictured)
    back.verify({key.public.key_id: key.public})
    other = replace(back, statement=replace(pictured, backdrop="cd" * 32))
    with pytest.raises(BadSignature):
        other.verify({key.public.key_id: key.public})


def test_a_game_has_its_own_picture_and_takes_no_other() -> None:
    with pytest.raises(ValueError, match="its own picture"):
        replace(PLAIN, kind="crowd", question=None, backdrop="ab" * 32)


def test_a_screen_may_run_it_only_at_its_hours_by_the_clock_of_its_place() -> None:
    friday_at_six, late = at("2026-11-27T11:00"), at("2026-11-27T14:00")
    statement = replace(PLAIN, hours=EVENINGS)
    assert statement.allows("square", friday_at_six)
    assert not statement.allows("square", friday_at_six - 1)
    assert not statement.allows("square", late)
    assert not statement.allows("square", friday_at_six - 86_400_000)


def test_hours_that_end_before_they_begin_go_on_past_midnight() -> None:
    night = Hours("UTC", (5,), 22 * 60, 2 * 60)
    assert [night.hold_at(at(f"2026-11-{moment}")) for moment in ("28T21:59", "28T22:00", "29T01:59", "29T02:00")] == [
        False, True, True, False,
    ]  # fmt: skip
    assert not night.hold_at(at("2026-11-28T01:00"))
    assert read_hours(Reader(Hours("UTC", EVERY_DAY, 0, 1440).as_json())).hold_at(at("2026-11-29T23:59"))


@pytest.mark.parametrize("also", [
    Wording("vi", "Ở đâu?", ("Một",)), Wording("en", "Where?", ("One", "Two")),
])  # fmt: skip
def test_a_second_language_is_another_one_with_as_many_options(also: Wording) -> None:
    with pytest.raises(ValueError, match="second language"):
        replace(BENCHES, also=also)


def test_a_phone_speaks_its_readers_language_where_it_can() -> None:
    question = replace(BENCHES, also=VIETNAMESE)
    assert question.said("vi").options[0] == "Bên bờ sông"
    assert question.said("fr").question == BENCHES.question
