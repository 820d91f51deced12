"""Street reports: what passers-by told the council, what becomes of it, and the categories they choose from."""

import base64
from typing import Annotated, Literal

from pydantic import Field

from curator import report_categories, report_decisions, report_photos, screens, street_reports
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.paging import cut, place_after
from curator.api.reading import Given, Id, Instant, Line, Nothing, PageAsked, Told
from curator.authorisation import Action
from curator.report_categories import LONGEST_CODE, LONGEST_DESCRIPTION, LONGEST_NAME, Category
from curator.report_categories import Kind as CategoryKind
from curator.street_reports import LONGEST_ANSWER, TOPIC, Report, State, Wanted
from curator.words import N_

Shown = Literal["", "open", "unallowed", "received", "looked_at", "planned", "done", "not_done"]
Answer = Annotated[Line, Field(max_length=LONGEST_ANSWER)]


class CategoryAnswer(Told):
    """What a street report can be about. Names and descriptions are by language."""

    id: str
    code: str
    kind: CategoryKind
    names: dict[str, str]
    allowed_names: dict[str, str] = Field(
        description="The last names that somebody else has allowed; screens use these."
    )
    descriptions: dict[str, str]
    site: str = Field(description="The id of the one site where it is offered; empty for everywhere.")
    position: int
    remote_code: str = Field(description="What the council's own Open311 endpoint calls it; empty: the same.")


class Categories(Told):
    """The categories that passers-by can choose from, in their order."""

    categories: list[CategoryAnswer]


class InLanguages(Given):
    """A text in each language that the pages speak; empty where there is none."""

    en: Line = ""
    vi: Line = ""


class CategoryGiven(Given):
    """A category, whole."""

    kind: CategoryKind = "report"
    names: InLanguages = Field(description=f"At most {LONGEST_NAME} characters each; one is needed.")
    descriptions: InLanguages = Field(
        default=InLanguages(), description=f"At most {LONGEST_DESCRIPTION} characters each."
    )
    site: Id | Literal[""] = ""
    position: int = Field(default=500, ge=0, le=999)
    remote_code: Annotated[Line, Field(max_length=LONGEST_CODE)] = ""


class AllowedNames(Given):
    """The names as they were read."""

    names: InLanguages


class ReportAnswer(Told):
    """A street report. The words are for the council alone, and empty when they have been removed."""

    id: str
    number: int = Field(description="What the passer-by follows; public.")
    screen: str = Field(description="The slug of the screen at which it was written.")
    category: str = Field(description="The code of its category.")
    state: State
    words: str
    nearby: str
    language: str
    findings: list[str] = Field(description="What the word lists found: kinds.")
    has_photo: bool
    written_ms: Instant = Field(description="To five minutes.")
    changed_ms: Instant
    answer: str = Field(description="What the council says.")
    is_answer_public: bool = Field(description="Whether a moderator has allowed these words.")


class ReportsPage(Told):
    """A page of street reports, newest first."""

    reports: list[ReportAnswer]
    next: str | None


class PhotoAnswer(Told):
    """The photo of a street report, for the council alone."""

    media_type: str
    width: int
    height: int
    base64: str


class ReportsAsked(PageAsked):
    """Which street reports."""

    state: Shown = "open"
    category: str = Field(default="", pattern=r"^[a-z0-9-]{0,40}$", description="The code of a category.")
    screen: str = Field(default="", pattern=r"^[a-z0-9-]{0,64}$", description="The slug of a screen.")


class Decision(Given):
    """What becomes of it, and what the council says; these words are public once a moderator allowed them."""

    state: Literal["looked_at", "planned", "done", "not_done"]
    answer: Answer = ""


class Allowed(Given):
    """The words as they were read."""

    answer: Annotated[Answer, Field(min_length=1)]


def the_report(call: Call) -> Report:
    """The report of the address, unless it was taken back."""
    found = street_reports.get(call.connection, call.named["report"])
    if found is None or found.state == "withdrawn":
        raise not_found()
    return found


def the_category(call: Call) -> Category:
    """The category of the address, if it is still offered."""
    found = {one.id: one for one in report_categories.every(call.connection)}.get(call.named["category"])
    if found is None:
        raise not_found()
    return found


def _category(one: Category) -> CategoryAnswer:
    return CategoryAnswer(
        id=one.id, code=one.code, kind=one.kind, names=one.names, allowed_names=one.allowed_names,
        descriptions=one.descriptions, site=one.site_id, position=one.position, remote_code=one.remote_code,
    )  # fmt: skip


def _report(call: Call, one: Report) -> ReportAnswer:
    screen = screens.get(call.connection, one.screen_id)
    return ReportAnswer(
        id=one.id, number=one.number, screen=screen.slug if screen else "", category=one.category.code,
        state=one.state, words=one.words, nearby=one.nearby, language=one.language,
        findings=[finding.kind for finding in one.findings], has_photo=one.photo is not None,
        written_ms=one.written_ms, changed_ms=one.changed_ms, answer=one.answer,
        is_answer_public=bool(one.public_answer),
    )  # fmt: skip


def _changed(call: Call) -> ReportAnswer:
    call.hint(TOPIC, street_reports.SHOWN)
    return _report(call, the_report(call))


@endpoint("GET", "/api/street-reports", N_("What passers-by reported"), asks=Action.ANSWER_REPORTS)
def every(call: Call, query: ReportsAsked) -> ReportsPage:
    """The newest first."""
    ids = {one.code: one.id for one in report_categories.by_id(call.connection).values()}
    slugs = {one.slug: one.id for one in screens.every(call.connection)}
    wanted = Wanted(
        query.state,
        ids.get(query.category, "-") if query.category else "",
        slugs.get(query.screen, "-") if query.screen else "",
    )
    place = place_after(query, int)
    below = int(place[0]) if place else None
    found, _total = street_reports.listed(call.connection, wanted, most=query.limit + 1, below=below)
    page, after = cut(found, query, lambda one: (one.number,))
    return ReportsPage(reports=[_report(call, one) for one in page], next=after)


@endpoint("GET", "/api/street-reports/{report}", N_("A street report"), asks=Action.ANSWER_REPORTS, about=the_report)
def get(call: Call, report: Report) -> ReportAnswer:
    """With the words of whoever wrote it."""
    return _report(call, report)


@endpoint(
    "GET", "/api/street-reports/{report}/photo", N_("The photo of a street report"), asks=Action.ANSWER_REPORTS,
    about=the_report,
)  # fmt: skip
def photo(call: Call, report: Report) -> PhotoAnswer:
    """Show it only to whoever asked to see it."""
    found = report_photos.of(call.connection, report.id)
    if found is None:
        raise not_found()
    return PhotoAnswer(
        media_type=found.media_type, width=found.width, height=found.height,
        base64=base64.b64encode(found.body).decode(),
    )  # fmt: skip


@endpoint(
    "POST", "/api/street-reports/{report}/decide", N_("Say what becomes of a street report"),
    asks=Action.ANSWER_REPORTS, about=the_report,
)  # fmt: skip
def decide(call: Call, report: Report, body: Decision) -> ReportAnswer:
    """The status is public at once."""
    report_decisions.decide(
        call.connection, report.id, body.state, answer=body.answer, key=call.service.key, now_ms=call.now_ms,
        by=call.actor,
    )  # fmt: skip
    return _changed(call)


@endpoint(
    "POST", "/api/street-reports/{report}/allow", N_("Make public what the council says of a street report"),
    asks=Action.DECIDE, about=the_report, refuses=(409,),
)  # fmt: skip
def allow(call: Call, report: Report, body: Allowed) -> ReportAnswer:
    """Not by whoever wrote it."""
    report_decisions.allow(
        call.connection, report.id, answer=body.answer, key=call.service.key, now_ms=call.now_ms, by=call.actor
    )  # fmt: skip
    return _changed(call)


@endpoint(
    "POST", "/api/street-reports/{report}/erase", N_("Erase a street report"), asks=Action.ANSWER_REPORTS,
    about=the_report,
)  # fmt: skip
def erase(call: Call, report: Report, body: Nothing) -> None:  # noqa: ARG001
    """Words, photo, number and all."""
    street_reports.erase(call.connection, report.id, now_ms=call.now_ms, by=call.actor)
    call.hint(TOPIC, street_reports.SHOWN)


@endpoint("GET", "/api/report-categories", N_("The categories of street reports"), asks=Action.ANSWER_REPORTS)
def categories(call: Call) -> Categories:
    """Those that are offered somewhere."""
    return Categories(categories=[_category(one) for one in report_categories.every(call.connection)])


@endpoint(
    "POST", "/api/report-categories", N_("Add a category of street reports"), asks=Action.PROGRAMME, status=201
)  # fmt: skip
def add(call: Call, body: CategoryGiven) -> CategoryAnswer:
    """Its code is made from its name and stays; its names wait to be allowed."""
    return _put(call, "", body)


@endpoint(
    "PUT", "/api/report-categories/{category}", N_("Change a category of street reports"), asks=Action.PROGRAMME,
    about=the_category,
)  # fmt: skip
def change(call: Call, category: Category, body: CategoryGiven) -> CategoryAnswer:
    """Reports about it are told by the new name, on screens once somebody else has allowed it."""
    return _put(call, category.id, body)


@endpoint(
    "POST", "/api/report-categories/{category}/allow", N_("Let screens use the names of a category of street reports"),
    asks=Action.DECIDE, about=the_category, refuses=(409,),
)  # fmt: skip
def allow_names(call: Call, category: Category, body: AllowedNames) -> CategoryAnswer:
    """Not by whoever worded them."""
    report_decisions.allow_category(
        call.connection, category.id, names=body.names.model_dump(), key=call.service.key, now_ms=call.now_ms,
        by=call.actor,
    )  # fmt: skip
    call.hint(street_reports.SHOWN)
    return _category(the_category(call))


@endpoint(
    "DELETE", "/api/report-categories/{category}", N_("Remove a category of street reports"), asks=Action.PROGRAMME,
    about=the_category,
)  # fmt: skip
def end(call: Call, category: Category) -> None:
    """Reports about it stay."""
    report_categories.end(call.connection, category.id, now_ms=call.now_ms, by=call.actor)
    call.hint(TOPIC)


def _put(call: Call, category_id: str, body: CategoryGiven) -> CategoryAnswer:
    wanted = Category(
        category_id,
        "",
        body.kind,
        body.names.model_dump(),
        body.descriptions.model_dump(),
        body.site,
        body.position,
        remote_code=body.remote_code,
    )
    return _category(report_categories.put(call.connection, wanted, now_ms=call.now_ms, by=call.actor))
