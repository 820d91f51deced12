"""Rules as people read them."""

import pytest

from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.rule_words import daypart_words, everywhere, rule_sentence, site_sentences
from curator.programme.rules import (
    ApartRule,
    ElectionRule,
    PaceRule,
    QuietRule,
    RatingRule,
    Rule,
    SiteConditions,
    TagRule,
    When,
)

ALWAYS = When()
DAY = Daypart("day", "the day", (Hours(EVERY_DAY, 360, 1260),))
NIGHT = Daypart("night", "the night", (Hours(frozenset({4, 5}), 1320, 360), Hours(frozenset({0, 1, 2, 3}), 1320, 1440)))
DAYPARTS = {"day": DAY, "night": NIGHT}


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            RatingRule("r", "", When("day"), 12),
            "In “the day” (every day 06:00 to 21:00) nothing is shown that is rated above 12 on all screens.",
        ),
        (QuietRule("r", "", When("day"), "muted"), "everything is shown without sound on all screens."),
        (QuietRule("r", "", ALWAYS, "dark"), "At all times the picture is dark on all screens."),
        (TagRule("r", "", ALWAYS, frozenset({"kids", "art"})), "only items tagged “art”, “kids” are shown"),
        (TagRule("r", "", ALWAYS, never=frozenset({"beer"})), "no item tagged “beer” is shown"),
        (PaceRule("r", "", ALWAYS, 1_200_000), "an item begins at most 3 times an hour"),
        (PaceRule("r", "", ALWAYS, 3_600_000, "beer"), "an item tagged beer begins at most once an hour"),
        (PaceRule("r", "", ALWAYS, 2_700_000 + 1000), "begins again after 2701 seconds at the earliest"),
        (ApartRule("r", "", ALWAYS, "bank"), "items tagged bank do not follow one another when it can be helped"),
        (
            ElectionRule("r", "", When(None, "2027-03-01", "2027-03-15"), frozenset({"mayor"}), "party"),
            "from 2027-03-01 until before 2027-03-15, items tagged “mayor” rest and the groups that show the tag party",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_one_plain_sentence(rule: Rule, sentence: str) -> None:
    assert sentence in rule_sentence(rule, everywhere(), DAYPARTS)


def test_a_daypart_that_goes_over_midnight_says_so() -> None:
    told = daypart_words(NIGHT)
    assert told == "Friday, Saturday 22:00 to 06:00 of the next day; Monday to Thursday 22:00 to 24:00"


def test_what_was_agreed_for_a_site_is_told_one_by_one() -> None:
    site = SiteConditions(10_000, True, "night", 80, 40, "night")
    assert site_sentences(site, DAYPARTS) == [
        "No moving pictures.", "Nothing is shown for less than 10 seconds.",
        "The screens are dark in “the night”.", "Brightness at most 80 %.",
        "In “the night” brightness at most 40 %.",
    ]  # fmt: skip
    assert site_sentences(SiteConditions(), DAYPARTS) == []
