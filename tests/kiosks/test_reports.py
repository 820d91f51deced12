"""Street reports at a screen, as an activity: one row after another by the time, and what a row may say."""

import pytest

from content.reading import BadDocument
from kiosks.activities.activity import Passed
from kiosks.activities.answers import Answer, Answers
from kiosks.activities.reports import LOBBY_MS, PLAY_MS, RESULT_MS, TURN_MS, UNKNOWN, Told, begin, read_row, row_of
from kiosks.activities.wall import Prompt

PROMPT = Prompt("What should be mended here?", "Council", "en")
ROWS = tuple(Answer(str(number), row_of(Told(number, "done", "Litter", ""))) for number in (3, 2, 1))


def test_the_newest_is_large_first_and_each_gives_way_to_the_next() -> None:
    session = begin(PROMPT, (9, 2, 6)).apply(Answers(ROWS))
    assert (session.phase, session.place, session.figures) == ("lobby", -1, (1, -1, 3, 0, 9, 2, 6))
    session = session.apply(Passed(LOBBY_MS + 100, 2))
    assert session.figures == (1, 0, 3, 100, 9, 2, 6)
    assert session.apply(Passed(LOBBY_MS + TURN_MS, 2)).place == 1
    assert session.apply(Passed(LOBBY_MS + 3 * TURN_MS, 2)).place == 0
    over = session.apply(Passed(LOBBY_MS + PLAY_MS, 2))
    assert (over.phase, over.place) == ("result", -1)
    assert over.apply(Passed(LOBBY_MS + PLAY_MS + RESULT_MS, 2)).phase == "over"


def test_rows_that_change_are_another_edition_and_the_same_rows_are_not() -> None:
    session = begin(PROMPT, ()).apply(Answers(ROWS)).apply(Answers(ROWS))
    assert (session.edition, session.counts) == (1, UNKNOWN)
    shown = session.apply(Answers(ROWS[1:])).shown
    assert (shown.edition, shown.answers) == (2, ROWS[1:])


def test_a_row_says_what_was_signed() -> None:
    told = Told(12, "not_done", "Ý tưởng", 'No "tree" can stand here.')
    assert read_row(row_of(told)) == told


@pytest.mark.parametrize(
    "words", ["", "Bells", "[]", '[1,"lost","a",""]', '[-1,"done","a",""]', '[1,"done","",""]', '[1,"done","a"]']
)
def test_what_is_no_row_is_refused(words: str) -> None:
    with pytest.raises(BadDocument):
        read_row(words)
