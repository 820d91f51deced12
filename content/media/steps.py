"""What happens to an upload, step by step. Only ever runs in the confined child.

Each step looks at what the ones before found and adds to it, or refuses the upload by raising Refused. A new step
(legibility, captions) is one more function here, one more line in STEPS and one more name in
content.media.job.STEP_NAMES.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from content.media.animation import AnimationRendering
from content.media.check import check_film, check_still
from content.media.facts import MediaFacts, with_loudness
from content.media.film_facts import FilmPlan, inspect_film
from content.media.film_render import FilmRendering, Rendered
from content.media.flash.screening import Screening, screening_reasons
from content.media.identify import Found, identify
from content.media.job import ERRANDS, Errand, FactsFound, Finished, Job, Made, Progress, Saying
from content.media.previews import Sizes, film_previews, still_previews
from content.media.reasons import Reason, Refused
from content.media.sound import RATE, SILENT_CLUFS, Level, level_for, measure, open_sound
from content.media.still import StillPlan, StillRendering, inspect_picture

_QUIET_CLUFS = -3_600
_T = TypeVar("_T")


@dataclass(slots=True)
class Work:
    """One upload on its way: what is asked, and what is known so far."""

    job: Job
    say: Callable[[Saying], None]
    reasons: list[Reason] = field(default_factory=list)
    found: Found | None = None
    facts: MediaFacts | None = None
    plan: FilmPlan | StillPlan | None = None
    level: Level | None = None
    rendered: Rendered | None = None
    screening: Screening | None = None
    sizes: Sizes = ()
    step: str = ""
    _told: tuple[str, int] = ("", -1)

    def progress(self, percent: int) -> None:
        """Tells how far the step is, once for each percent."""
        if (self.step, percent) != self._told:
            self._told = (self.step, percent)
            self.say(Progress(self.step, percent))


def identify_upload(work: Work) -> None:
    """What is it, by its bytes? Too big a file of its kind is refused here."""
    work.found = identify(work.job.source)
    size = work.job.source.stat().st_size
    most = work.job.limits.video_bytes if work.found.family == "film" else work.job.limits.image_bytes
    if size > most:
        raise Refused("too_big_bytes", size_mb=size // 1_000_000, most_mb=most // 1_000_000)


def inspect_upload(work: Work) -> None:
    """What does its head say, does it decode at all, and would we take it?"""
    found = _known(work.found)
    inspect = inspect_film if found.family == "film" else inspect_picture
    work.facts, work.plan, warnings = inspect(work.job.source, found, work.job.limits)
    work.reasons += warnings
    work.say(FactsFound(work.facts))


def measure_sound(work: Work) -> None:
    """How loud is it? Decides the gain; a silent or unreadable track is left out."""
    facts, plan, limits = _known(work.facts), work.plan, work.job.limits
    if not isinstance(plan, FilmPlan) or not facts.has_sound:
        return
    with open_sound(work.job.source, _known(work.found).reader, start_us=plan.start_us) as blocks:
        loudness = measure(blocks, most_samples=limits.video_most_ms * RATE // 1_000)
    work.facts = with_loudness(facts, loudness.clufs)
    if loudness.samples == 0:
        work.reasons.append(Reason("sound_unreadable"))
    elif loudness.clufs <= SILENT_CLUFS:
        work.reasons.append(Reason("silent_sound"))
    else:
        work.level = level_for(loudness, work.job.profile)
        if loudness.clufs < _QUIET_CLUFS:
            work.reasons.append(Reason("quiet_sound", {"loudness_clufs": loudness.clufs}))


def render(work: Work) -> None:
    """Every picture is decoded once and written in house format; a file that ends early is refused."""
    job, found, facts, plan = work.job, _known(work.found), _known(work.facts), work.plan
    if isinstance(plan, FilmPlan):
        film = FilmRendering(job.source, found.reader, facts, plan, job.limits, job.profile, work.level)
        work.rendered, warnings = film.render(job.out, work.progress)
    elif _known(plan).is_animated:
        animation = AnimationRendering(job.source, found.reader, facts, job.limits, job.profile, job.still_ms)
        work.rendered, warnings = animation.render(job.out, work.progress)
        work.facts = replace(facts, duration_ms=animation.round_us // 1_000)
    else:
        still = StillRendering(job.source, found.reader, _known(plan), job.limits, job.profile)
        work.rendered, warnings = still.render(job.out)
    work.reasons += warnings


def render_unless_film(work: Work) -> None:
    """To be screened, stills and animations are rendered first; films are screened as they are."""
    if not isinstance(work.plan, FilmPlan):
        render(work)


def check_rendition(work: Work) -> None:
    """Is what we made what we say it is?"""
    rendered = _known(work.rendered)
    if rendered.fps:
        check_film(rendered)
    else:
        check_still(rendered.path, (rendered.width, rendered.height))


def screen_for_flashing(work: Work) -> None:
    """Can it give people seizures? What will be shown is screened, each picture of it; hazards are refused."""
    # OpenCV takes much room; most refusals come without it.
    from content.media.flash.film_screening import screen_house_film, screen_still, screen_upload

    rendered = work.rendered
    if rendered is None:
        found, facts, plan = _known(work.found), _known(work.facts), work.plan
        if isinstance(plan, FilmPlan):
            limits = work.job.limits
            work.screening = screen_upload(work.job.source, found.reader, facts, plan, limits, work.progress)
    elif rendered.fps:
        work.screening = screen_house_film(rendered.path, rendered.fps, rendered.frames, work.progress)
    else:
        work.screening = screen_still(rendered.path, work.job.still_ms * 1_000)
    if work.job.errand == "prepare":
        for reason in screening_reasons(_known(work.screening)):
            if reason.refuses:
                raise Refused(reason.code, reason.at_ms, **reason.values)
            work.reasons.append(reason)


def make_previews(work: Work) -> None:
    """Poster, thumbnail and strip, from the rendition."""
    rendered = _known(work.rendered)
    work.sizes = film_previews(rendered, work.job.out) if rendered.fps else still_previews(rendered.path, work.job.out)


@dataclass(frozen=True, slots=True)
class Step:
    """A named step, and on which errands it is walked."""

    name: str
    does: Callable[[Work], None]
    errands: tuple[Errand, ...] = ("prepare",)


STEPS = (
    Step("identify", identify_upload, ERRANDS),
    Step("inspect", inspect_upload, ERRANDS),
    Step("measure sound", measure_sound),
    Step("render", render),
    Step("render", render_unless_film, ("flash",)),
    Step("check", check_rendition),
    Step("flashing", screen_for_flashing, ("prepare", "flash")),
    Step("preview", make_previews),
)


def walk(job: Job, say: Callable[[Saying], None]) -> Finished:
    """Walks the steps and says what became of it. A refusal ends it; whatever else goes wrong ends the child."""
    work = Work(job, say)
    try:
        for step in STEPS:
            if job.errand in step.errands:
                work.step = step.name
                work.progress(0)
                step.does(work)
                work.progress(100)
    except Refused as refused:
        return Finished((refused.reason,), work.facts, None)
    if job.errand == "flash":
        return Finished((), work.facts, None, work.screening)
    return Finished(tuple(work.reasons), work.facts, _made(work))


def _made(work: Work) -> Made | None:
    rendered = work.rendered
    if rendered is None:
        return None
    return Made(
        width=rendered.width,
        height=rendered.height,
        fps_num=rendered.fps,
        frames=rendered.frames,
        duration_ms=rendered.duration_ms if rendered.fps else work.job.still_ms,
        has_sound=rendered.has_sound,
        preview_sizes=work.sizes,
    )


def _known(value: _T | None) -> _T:
    """What an earlier step has found. Raises LookupError if the steps are in the wrong order."""
    if value is None:
        raise LookupError("a step ran before the one it needs")
    return value
