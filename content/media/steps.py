"""What happens to an upload, step by step. Only ever runs in the confined child.

Each step looks at what the ones before found and adds to it, or refuses the upload by raising Refused. A new step is
one more function here, one more line in STEPS and one more name in content.media.job.STEP_NAMES.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from content.media.animation import AnimationRendering
from content.media.black_bars import BLACK_FULL, bars_in
from content.media.caption_files import read_caption_file
from content.media.caption_tracks import take_tracks, write_captions
from content.media.check import check_film, check_still
from content.media.comparison import Comparison, comparison_sizes
from content.media.cuts import cuts_of
from content.media.document import DocumentPlan, DocumentRendering, inspect_document
from content.media.facts import with_loudness
from content.media.film_facts import FilmPlan, inspect_film
from content.media.film_render import FilmRendering, Rendered
from content.media.findings.likeness import LikenessWatcher
from content.media.findings.listening import Listener
from content.media.findings.private_data import said_by
from content.media.flash.screening import refused_parts, screening_reasons
from content.media.identify import identify
from content.media.job import Errand, FactsFound, Finished, Job, Made, Saying
from content.media.mended_sound import mended_sound
from content.media.mends import RAMP_MS, STRENGTHS, Dim, changes_picture, reshapes, surround_of
from content.media.previews import film_previews, still_previews
from content.media.reasons import Reason, Refused
from content.media.sound import RATE, SILENT_CLUFS, Samples, measure, open_sound, settled_level
from content.media.still import StillPlan, StillRendering, inspect_picture
from content.media.surrounds import with_shape
from content.media.watching import Watchers
from content.media.work import Work, known

_QUIET_CLUFS = -3_600


def identify_upload(work: Work) -> None:
    """What is it, by its bytes? Too big a file of its kind is refused here."""
    work.found = identify(work.job.source)
    size = work.job.source.stat().st_size
    most = work.job.limits.video_bytes if work.found.family == "film" else work.job.limits.image_bytes
    if size > most:
        raise Refused("too_big_bytes", size_mb=size // 1_000_000, most_mb=most // 1_000_000)


def inspect_upload(work: Work) -> None:
    """What does its head say, does it decode at all, and would we take it?"""
    found = known(work.found)
    job = work.job
    if found.family == "document":
        work.facts, work.plan, warnings = inspect_document(job.source, found, job.limits, job.profile, job.still_ms)
    else:
        inspect = inspect_film if found.family == "film" else inspect_picture
        work.facts, work.plan, warnings = inspect(job.source, found, job.limits)
    warnings = with_shape(warnings, work.facts, job.mends)
    work.reasons += [*warnings, *said_by(job.source, found, job.limits).reasons()]
    work.say(FactsFound(work.facts))


def measure_sound(work: Work) -> None:
    """How loud is it? Decides the gain; a silent or unreadable track is left out."""
    facts, plan, limits = known(work.facts), work.plan, work.job.limits
    if not isinstance(plan, FilmPlan) or not facts.has_sound:
        return
    start_us, most_samples = plan.start_us, limits.video_most_ms * RATE // 1_000

    def heard() -> Iterator[Samples]:
        with open_sound(work.job.source, known(work.found).reader, start_us=start_us) as blocks:
            yield from mended_sound(blocks, work.job.mends, work.job.profile)

    listener = Listener()
    loudness = measure(listener.hear(heard()), most_samples=most_samples)
    work.facts = with_loudness(facts, loudness.clufs)
    if loudness.samples == 0:
        work.reasons.append(Reason("sound_unreadable"))
    elif loudness.clufs <= SILENT_CLUFS:
        work.reasons.append(Reason("silent_sound"))
    else:
        work.level = settled_level(loudness, heard, work.job.profile, most_samples=most_samples)
        if loudness.clufs < _QUIET_CLUFS:
            work.reasons.append(Reason("quiet_sound", {"loudness_clufs": loudness.clufs}))
        work.reasons += listener.reasons()


def decide_mends(work: Work) -> None:
    """How strongly must it be dimmed? Tried out on the parts in question, unless that was said."""
    work.mends = work.job.mends
    if not work.mends or not _is_film(work):
        return
    if changes_picture(work.mends):
        work.comparison = Comparison(work.mends, _stated_ms(work), work.job.profile)
    if any(isinstance(mend, Dim) and not mend.strength for mend in work.mends):
        # OpenCV takes much room; most uploads are not mended.
        from content.media.flash.rehearsal import with_strengths

        work.mends = with_strengths(_film_rendering(work, ()), work.mends, work.job.profile, work.progress)


def render(work: Work) -> None:
    """Every picture is decoded once and written in house format; a file that ends early is refused."""
    work.inspected = tuple(work.reasons)
    job, plan = work.job, work.plan
    if _is_film(work):
        rendering = _film_rendering(work, _watchers(work))
        work.rendered, warnings = rendering.render(job.out, work.progress)
        if isinstance(rendering, AnimationRendering):
            work.facts = replace(known(work.facts), duration_ms=rendering.round_us // 1_000)
    elif isinstance(plan, DocumentPlan):
        work.rendered, warnings = _document(work, plan, ()).render(job.out, work.progress)
    elif isinstance(plan, StillPlan):
        still = StillRendering(job.source, known(work.found).reader, plan, job.limits, job.profile, job.mends)
        work.rendered, warnings = still.render(job.out)
    else:
        raise LookupError("a step ran before the one it needs")
    work.reasons += [*warnings, *_bars(work), *_looked_at(work)]
    work.screening = work.flashes.screening if work.flashes else None


def _looked_at(work: Work) -> list[Reason]:
    """What a closer look found; a still with much to read stands for longer."""
    if work.looks is not None and work.alike is not None:
        work.likeness = work.alike.likeness
        return work.looks.reasons()
    # OpenCV takes much room; most refusals come without it.
    from content.media.findings.still_looks import look_at_still

    rendered = known(work.rendered)
    look = look_at_still(rendered.path, _held_ms(work, rendered))
    work.rendered, work.likeness = replace(rendered, held_ms=look.held_ms), look.likeness
    return look.reasons


def _bars(work: Work) -> list[Reason]:
    rendered = known(work.rendered)
    if surround_of(work.mends):
        return []  # what is dark around the picture was put there
    if rendered.fps:
        return work.bars.reasons()
    with Image.open(rendered.path, formats=("JPEG", "PNG")) as image:
        return bars_in(np.asarray(image.convert("L"), np.uint8), BLACK_FULL)


def _is_film(work: Work) -> bool:
    """Whether it becomes a film: it is one, or an animation, or a document of several pages."""
    return work.plan is not None and (isinstance(work.plan, FilmPlan) or work.plan.is_animated)


def _stated_ms(work: Work) -> int:
    """How long it says it is; an animation at least as long as it is shown."""
    facts = known(work.facts)
    return max(facts.duration_ms, 0 if isinstance(work.plan, FilmPlan) else work.job.still_ms)


def _film_rendering(
    work: Work, watchers: Watchers
) -> FilmRendering | AnimationRendering | DocumentRendering:  # fmt: skip
    job, found, facts, plan = work.job, known(work.found), known(work.facts), work.plan
    if isinstance(plan, FilmPlan):
        return FilmRendering(
            job.source, found.reader, facts, plan, job.limits, job.profile, work.level, watchers, work.mends,
            work.comparison,
        )  # fmt: skip
    if isinstance(plan, DocumentPlan):
        return _document(work, plan, watchers)
    return AnimationRendering(
        job.source, found.reader, facts, job.limits, job.profile, job.still_ms, watchers, work.mends, work.comparison
    )


def _document(work: Work, plan: DocumentPlan, watchers: Watchers) -> DocumentRendering:
    job, facts = work.job, known(work.facts)
    return DocumentRendering(
        job.source, facts, plan, job.limits, job.profile, watchers, work.mends, work.comparison
    )  # fmt: skip


def _watchers(work: Work) -> Watchers:
    """Who looks at the pictures of a film or animation while it is written; a new watcher is added here."""
    if not _is_film(work):
        return ()
    # OpenCV takes much room; most refusals come without it.
    from content.media.findings.looks import LooksWatcher
    from content.media.flash.film_screening import FlashWatcher

    work.flashes, work.looks = FlashWatcher(), LooksWatcher(may_stand=not isinstance(work.plan, FilmPlan))
    work.alike = LikenessWatcher()
    return work.witness, work.flashes, work.bars, work.looks, work.alike


def render_unless_film(work: Work) -> None:
    """To be screened, stills and animations are rendered first; films are screened as they are."""
    if not isinstance(work.plan, FilmPlan):
        render(work)


def check_rendition(work: Work) -> None:
    """Is what we made what we say it is?"""
    rendered = known(work.rendered)
    if rendered.fps:
        check_film(rendered, work.witness.seen, work.job.profile)
    else:
        check_still(rendered.path, (rendered.width, rendered.height))


def take_captions(work: Work) -> None:
    """The caption tracks of a film, each as a file beside it."""
    plan, rendered = work.plan, known(work.rendered)
    if isinstance(plan, FilmPlan):
        found = take_tracks(
            work.job.source, known(work.found).reader, len(known(work.facts).captions), work.job.out,
            start_us=plan.start_us, film_ms=rendered.duration_ms, cuts=cuts_of(work.mends, work.job.profile),
        )  # fmt: skip
        work.captions = found.made
        work.reasons += found.warnings


def read_captions(work: Work) -> None:
    """A captions file by itself."""
    job = work.job
    found = read_caption_file(job.source, job.language, film_ms=job.film_ms, most_bytes=job.limits.captions_bytes)
    work.captions = (write_captions(job.out, 0, found),)
    work.reasons += found.warnings


def screen_for_flashing(work: Work) -> None:
    """Can it give people seizures? Films were screened while they were written; hazards are refused."""
    # OpenCV takes much room; most refusals come without it.
    from content.media.flash.film_screening import screen_still, screen_upload

    rendered = work.rendered
    if rendered is None:
        found, facts, plan = known(work.found), known(work.facts), work.plan
        if isinstance(plan, FilmPlan):
            limits = work.job.limits
            work.screening = screen_upload(work.job.source, found.reader, facts, plan, limits, work.progress)
    elif not rendered.fps:
        work.screening = screen_still(rendered.path, _held_ms(work, rendered) * 1_000)
    if work.job.errand == "prepare":
        for reason in screening_reasons(known(work.screening)):
            if reason.refuses and isinstance(work.plan, StillPlan) and work.plan.is_animated and not work.mends:
                _stand_still(work, work.plan, reason)
            elif reason.refuses:
                code = "still_flashes" if _nothing_helped(work) else reason.code
                raise Refused(code, reason.at_ms, **reason.values)
            else:
                work.reasons.append(reason)


def _stand_still(work: Work, plan: StillPlan, why: Reason) -> None:
    """An animation that may not move is shown as one of its pictures, which its makers are told."""
    known(work.rendered).path.unlink()
    job = work.job
    still = StillRendering(job.source, known(work.found).reader, plan, job.limits, job.profile, is_of_animation=True)
    work.rendered, warnings = still.render(job.out)
    work.looks = work.alike = None
    work.reasons = list(work.inspected)
    work.reasons += [Reason("animation_stilled", why.values, why.at_ms), *warnings, *_bars(work), *_looked_at(work)]
    check_rendition(work)


def _nothing_helped(work: Work) -> bool:
    """Whether all that is refused in a film was dimmed as far as we can."""
    cuts = cuts_of(work.mends, work.job.profile)
    dimmed = [
        (cuts.mended_ms(dim.start_ms) - RAMP_MS, cuts.mended_ms(dim.end_ms) + RAMP_MS)
        for dim in work.mends
        if isinstance(dim, Dim) and dim.strength == STRENGTHS
    ]
    return all(
        any(start_ms * 1_000 <= one.start_us and one.end_us <= end_ms * 1_000 for start_ms, end_ms in dimmed)
        for one in refused_parts(known(work.screening))
    )


def make_previews(work: Work) -> None:
    """Poster, thumbnail, strip and veil, from the rendition."""
    rendered = known(work.rendered)
    out = work.job.out
    if work.looks is not None:
        work.sizes, work.strip_ms = film_previews(rendered, work.looks.sheet(), out)
    else:
        work.sizes = still_previews(rendered.path, out)
    if work.comparison is not None:
        work.sizes += work.comparison.write(out)
    elif reshapes(work.mends):
        work.sizes += comparison_sizes(out)


@dataclass(frozen=True, slots=True)
class Step:
    """A named step, and on which errands it is walked."""

    name: str
    does: Callable[[Work], None]
    errands: tuple[Errand, ...] = ("prepare",)


MEDIA: tuple[Errand, ...] = ("probe", "prepare", "flash")

STEPS = (
    Step("identify", identify_upload, MEDIA),
    Step("inspect", inspect_upload, MEDIA),
    Step("measure sound", measure_sound),
    Step("mend", decide_mends),
    Step("render", render),
    Step("render", render_unless_film, ("flash",)),
    Step("check", check_rendition),
    Step("captions", take_captions),
    Step("captions", read_captions, ("captions",)),
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
        return Finished((refused.reason,), work.facts, None, work.screening)
    if job.errand == "flash":
        return Finished((), work.facts, None, work.screening)
    return Finished(tuple(work.reasons), work.facts, _made(work), work.screening, work.captions)


def _made(work: Work) -> Made | None:
    rendered = work.rendered
    if rendered is None:
        return None
    return Made(
        width=rendered.width,
        height=rendered.height,
        fps_num=rendered.fps,
        frames=rendered.frames,
        duration_ms=rendered.duration_ms if rendered.fps else _held_ms(work, rendered),
        has_sound=rendered.has_sound,
        preview_sizes=work.sizes,
        strip_ms=work.strip_ms,
        likeness=work.likeness,
        mends=work.mends,
    )


def _held_ms(work: Work, still: Rendered) -> int:
    return still.held_ms or work.job.still_ms
