"""A corpus of labelled flashing films, beside the checkout: no hazard is missed, nearly no false alarm raised."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from content.media.flash.screening import screening_record
from content.media.preparation import screen

CORPUS = Path(__file__).resolve().parents[5] / "shared" / "flash"
RULE_SETS = {"exp_itu_bt1702": "itu_bt1702", "exp_wcag_strict": "wcag_strict", "exp_trace24": "trace24"}
RIGHT_PERCENT = 98
SAMPLE = (
    "trace/broadcast_30fps_01__f001f005.mp4",
    "trace/wcagc_30fps_area01__f002f038.mp4",
    "trace/wcagc_30fps_area01__a002f038.mp4",
    "trace/trace24_30fps_red02__f002d005m.mp4",
    "synthetic/antiphase_halves_5hz.mp4",
    "synthetic/checker_invert_1px_5hz.mp4",
    "synthetic/multistep_2hz_notfail.mp4",
    "synthetic/stripes_12pairs_2s.mp4",
)

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of flashing films is not beside this checkout")


@dataclass(frozen=True, slots=True)
class Label:
    """What is right for one rule set and one film."""

    rule_set: str
    fails: bool


def labelled() -> dict[str, list[Label]]:
    """The films with labels that nobody disputes."""
    films: dict[str, list[Label]] = {}
    with (CORPUS / "results.csv").open() as file:
        for row in csv.DictReader(file):
            if row["label_status"] == "ok" and not row["file"].startswith(".."):
                wanted = {**RULE_SETS, "exp_pattern": "pattern"}
                labels = [
                    Label(own, row[name] == "fail") for name, own in wanted.items() if row[name] in {"pass", "fail"}
                ]
                films[row["file"]] = labels
    return films


def judge(name: str, labels: list[Label]) -> tuple[list[str], list[str]]:
    """The rule sets whose hazard was missed, and those with a false alarm."""
    screening = screen(CORPUS / name)[1]
    assert screening is not None, name
    record = screening_record(screening)
    missed = [f"{name}: {label.rule_set}" for label in labels if label.fails and record[label.rule_set] == "pass"]
    alarms = [f"{name}: {label.rule_set}" for label in labels if not label.fails and record[label.rule_set] == "fail"]
    return missed, alarms


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_of_the_corpus_is_judged_as_labelled(name: str) -> None:
    assert judge(name, labelled()[name]) == ([], [])


@pytest.mark.soak
def test_no_hazard_of_the_corpus_is_missed_and_nearly_no_false_alarm_raised() -> None:
    films = labelled()
    assert len(films) > 100
    missed, alarms = [], []
    for name, labels in films.items():
        more_missed, more_alarms = judge(name, labels)
        missed += more_missed
        alarms += more_alarms
    labels_in_all = sum(len(labels) for labels in films.values())
    assert missed == []
    assert len(alarms) * 100 <= (100 - RIGHT_PERCENT) * labels_in_all, alarms
