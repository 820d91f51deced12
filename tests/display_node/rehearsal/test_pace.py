"""How many pictures a rehearsal sends, whatever a browser says."""

from display_node.rehearsal.pace import EVERY_NS, MOST_UNSEEN, Pace
from kiosks.rehearsals import PICTURES_A_SECOND

MS = 1_000_000


def drawn_in_a_second(pace: Pace, *, is_seen: bool) -> int:
    count = 0
    for at_ms in range(1_000):
        if is_seen:
            pace.seen()
        if pace.is_due(at_ms * MS):
            pace.drawn(at_ms * MS)
            pace.sent()
            count += 1
    return count


def test_however_often_a_browser_says_that_it_saw_there_are_no_more_pictures_than_allowed() -> None:
    assert drawn_in_a_second(Pace(), is_seen=True) in (PICTURES_A_SECOND - 1, PICTURES_A_SECOND)


def test_a_browser_that_sees_nothing_is_sent_no_more_and_the_child_sleeps() -> None:
    pace = Pace()
    assert drawn_in_a_second(pace, is_seen=False) == MOST_UNSEEN
    assert not pace.is_due(10**12)
    assert pace.wait_s(10**12) == EVERY_NS / 1e9
    pace.seen()
    assert pace.is_due(10**12)


def test_a_picture_that_is_the_same_is_not_drawn_again_at_once() -> None:
    pace = Pace()
    pace.drawn(5 * MS)
    assert not pace.is_due(6 * MS)
    assert 0 < pace.wait_s(6 * MS) < EVERY_NS / 1e9
