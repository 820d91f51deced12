"""What a digest stands for."""

import os
import subprocess
import sys
from copy import deepcopy

import pytest

from content.programme.digest import plan_digest, segment_digests
from tests.content.programme.plans import HOUR, Json, hours, programme, town

HOUSE = [{"item": "h1", "duration_ms": 8_000}, {"item": "h2", "duration_ms": 11_000}]


def known() -> Json:
    return hours(24, town(1, 12), house=HOUSE)


def test_the_digests_of_a_known_plan_stay_what_they_are() -> None:
    """If this fails, L1 has become another engine: screens and curator would disagree. Call it L2."""
    assert segment_digests(programme(known()))[23] == "c19d4e60a75caa4d71f2ad2198416fc0"
    assert plan_digest(programme(known())) == "d83fa96723d12858d7a6ba0c631fba12"


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Lord_Howe"])
def test_another_process_with_other_hashes_zone_and_language_comes_to_the_same(zone: str) -> None:
    program = (
        "from content.programme.digest import plan_digest\n"
        "from tests.content.programme.test_digest import known, programme\n"
        "print(plan_digest(programme(known())))\n"
    )
    world = {"PYTHONHASHSEED": str(len(zone)), "TZ": zone, "LC_ALL": "C", "PATH": os.environ["PATH"]}
    printed = subprocess.run([sys.executable, "-c", program], env=world, capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == plan_digest(programme(known()))


def test_a_change_of_one_hour_changes_the_digests_from_there_on() -> None:
    changed = known()
    changed["segments"][10] = deepcopy(changed["segments"][10])
    changed["segments"][10]["groups"]["g01"]["items"][0]["duration_ms"] += 1
    before, after = segment_digests(programme(known())), segment_digests(programme(changed))
    assert before[:10] == after[:10]
    assert before[10] != after[10]


@pytest.mark.parametrize(
    ("field", "value"), [("balance_ms", 1), ("last_order", 0), ("last_starts_ms", {"g01-0": HOUR})]
)
def test_any_change_of_the_carry_changes_the_plans_digest(field: str, value: object) -> None:
    changed = known()
    changed["groups"][1]["carry"] = {field: value}
    assert plan_digest(programme(changed)) != plan_digest(programme(known()))


def test_what_is_only_written_differently_has_the_same_digest() -> None:
    spelt = programme(known()).plan.as_json()
    rewritten = {**spelt, "house": HOUSE[::-1], "groups": known()["groups"][::-1]}
    assert plan_digest(programme(rewritten)) == plan_digest(programme(known()))


def test_digests_are_32_hexadecimal_digits() -> None:
    for digest in (plan_digest(programme(known())), *segment_digests(programme(known()))):
        assert len(bytes.fromhex(digest)) == 16
