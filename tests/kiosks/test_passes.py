"""What stands on a visitor's pass: read by the service that wrote it, and by nobody's other pen."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from kiosks.passes import CHANCE_BYTES, Passes, Written
from kiosks.visits import ANIMALS, COLOURS, LONGEST_VISIT_MS, PASS_KEPT_MS

SECRET = b"s" * 32
written = st.builds(
    Written,
    screen=st.text("abcdefghjk23456789", min_size=16, max_size=16),
    number=st.integers(0, 2**30),
    colour=st.sampled_from(COLOURS),
    animal=st.sampled_from(ANIMALS),
    given_s=st.integers(0, 2**32 - 1),
)


def passes(secret: bytes = SECRET) -> Passes:
    return Passes(secret, lambda size: b"c" * size)


@given(written)
def test_a_service_that_was_started_again_reads_what_it_wrote_and_no_other_service_does(what: Written) -> None:
    token = passes().write(what)
    assert passes().read(token) == what
    assert passes(b"t" * 32).read(token) is None
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(written, st.integers(0, 10_000), st.integers(1, 255))
def test_a_pass_of_which_anything_was_changed_is_none(what: Written, place: int, change: int) -> None:
    token = passes().write(what)
    body = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    body[place % len(body)] ^= change
    assert passes().read(base64.urlsafe_b64encode(bytes(body)).decode().rstrip("=")) is None


def test_after_a_restart_passes_of_before_are_known_for_a_quarter_of_an_hour_if_they_are_of_this_hour() -> None:
    began_ms = 1_790_000_000_000
    for given_ms, now_ms, is_known in [
        (began_ms - 60_000, began_ms, True),
        (began_ms - 60_000, began_ms + PASS_KEPT_MS, False),
        (began_ms + 60_000, began_ms + 70_000, False),
        (began_ms - LONGEST_VISIT_MS, began_ms, False),
    ]:
        token = passes().write(Written("square", 1, "teal", "heron", given_ms // 1_000))
        assert (passes().of_before(token, began_ms, now_ms) is not None) == is_known, given_ms - began_ms


@given(st.text(max_size=200))
def test_whatever_somebody_makes_up_is_no_pass(token: str) -> None:
    assert passes().read(token) is None


def test_two_passes_with_the_same_words_differ_by_chance() -> None:
    what = Written("square", 1, "teal", "heron", 1)
    one, other = (Passes(SECRET, lambda _size, byte=byte: byte * CHANCE_BYTES) for byte in (b"a", b"b"))  # type: ignore[misc]
    assert one.write(what) != other.write(what)
