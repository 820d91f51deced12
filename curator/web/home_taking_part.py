"""The part of the home page about taking part: what passers-by and groups brought, and nobody has looked at yet."""

from dataclasses import dataclass

from curator import activities, answers, report_categories, street_reports
from curator.authorisation import Action, Actor
from curator.store import Connection


@dataclass(frozen=True, slots=True)
class TakingPart:
    """How many of each wait for somebody with the reader's roles; 0 for what is not theirs to see to."""

    answers: int
    asked: int
    reports: int
    replies: int
    categories: int

    @property
    def urgent(self) -> int:
        """How much waits."""
        return self.answers + self.asked + self.reports + self.replies + self.categories


def is_for(actor: Actor) -> bool:
    """Whether somebody has business with it."""
    return actor.may(Action.DECIDE) or actor.may(Action.ANSWER_REPORTS)


def taking_part_of(connection: Connection, actor: Actor) -> TakingPart:
    """What waits for this reader."""
    decides, reads = actor.may(Action.DECIDE), actor.may(Action.ANSWER_REPORTS)
    return TakingPart(
        answers=answers.waiting(connection) if decides else 0,
        asked=activities.waiting(connection) if decides else 0,
        reports=street_reports.unread(connection) if reads else 0,
        replies=street_reports.unallowed(connection) if decides else 0,
        categories=sum(one.waits for one in report_categories.every(connection)) if decides else 0,
    )
