"""The frame of pages: words with values, and numbers and dates as the reader writes them."""

import pytest

from curator.web.pages import clock_time, day, environment, instant, length, number, percent, size
from curator.words import LANGUAGE


def told(template: str, **words: object) -> str:
    return environment().from_string(template).render(**words)


def test_a_counted_sentence_may_hold_other_values_too() -> None:
    template = '{{ ngettext("Once, on %(when)s.", "%(num)s times, last on %(when)s.", count, when=when) }}'
    assert told(template, count=1, when="Monday") == "Once, on Monday."
    assert told(template, count=3, when="Monday") == "3 times, last on Monday."


def test_a_value_in_a_sentence_is_escaped() -> None:
    assert told('{{ _("Hello, %(name)s", name=name) }}', name="<script>") == "Hello, &lt;script&gt;"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["23 Nov 2026, 07:05", "Mon 23 Nov", "07:05:06", "1:02.5", "1.5 MB", "1,234.5", "12.5%"]),
        ("vi", ["07:05, 23/11/2026", "Thứ Hai, 23/11", "07:05:06", "1:02,5", "1,5 MB", "1.234,5", "12,5%"]),
    ],
)
def test_dates_and_numbers_follow_the_reader(language: str, words: list[str]) -> None:
    at_ms = 1_795_417_506_000
    before = LANGUAGE.set(language)
    try:
        shown = [
            instant(at_ms, "Europe/London"), day(at_ms, "Europe/London"), clock_time(at_ms, "Europe/London"),
            length(62_500), size(1_500_000), number(1234.5), percent(0.125),
        ]  # fmt: skip
    finally:
        LANGUAGE.reset(before)
    assert shown == words


def test_an_instant_is_shown_on_the_screens_own_clock() -> None:
    assert clock_time(1_795_417_506_000, "Asia/Ho_Chi_Minh") == "14:05:06"
