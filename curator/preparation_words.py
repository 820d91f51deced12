"""Where a preparation is, in words: for pages, for the command line, for those who hear the page read out."""

from dataclasses import dataclass

from content.media.progress import percent_of_all
from curator import turns
from curator.jobs import Job
from curator.words import N_, _, ngettext

KEEP = "keep"
"""The worker's own last step: what was made goes into the library."""
STEP_WORDS = {
    "identify": N_("Looking what it is"),
    "inspect": N_("Looking through it"),
    "measure sound": N_("Listening to its sound"),
    "mend": N_("Finding out how much to dim"),
    "render": N_("Converting it for the screens"),
    "check": N_("Checking the result"),
    "captions": N_("Reading its captions"),
    "flashing": N_("Looking for dangerous flashing"),
    "preview": N_("Making the preview pictures"),
    KEEP: N_("Putting it into the library"),
}
"""What each step is called."""
READ_OUT_STEP = 10
"""Percent are read out in steps of this size: a voice at every percent would say nothing else."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one upload stands: `percent` of the whole, `words` for the eye, `read_out` for the ear."""

    is_running: bool
    percent: int
    words: str
    read_out: str


def standing(job: Job | None, ahead: int | None, now_ms: int) -> Standing:
    """How far an upload is. `ahead`: how many come before it; None when that is not known or too far to say."""
    if job is not None and job.state == "running":
        return _running(job)
    words = _waiting(job, ahead, now_ms)
    return Standing(False, 0, words, words)


def percent(job: Job) -> int:
    """Percent of the whole; full while what was made is put away."""
    return 100 if job.step == KEEP or job.state == "done" else percent_of_all(job.step, job.percent)


def step_words(step: str) -> str:
    """What a step is called, in the reader's language."""
    return _(STEP_WORDS[step]) if step in STEP_WORDS else _("Beginning")


def _running(job: Job) -> Standing:
    done, step = percent(job), step_words(job.step)
    rounded = done - done % READ_OUT_STEP
    return Standing(True, done, step, _("%(step)s, %(percent)s percent done", step=step, percent=rounded))


def _waiting(job: Job | None, ahead: int | None, now_ms: int) -> str:
    if job is not None and job.error and job.not_before_ms > now_ms:
        return _("Something on our side got in the way. It is tried again by itself.")
    if job is None:
        return _("Waiting for its turn")
    if ahead is None:
        return _("Waiting for its turn: more than %(most)s uploads come before it", most=turns.MOST_TOLD)
    if ahead == 0:
        return _("Waiting for its turn: it is the next")
    return ngettext(
        "Waiting for its turn: %(num)s upload comes before it",
        "Waiting for its turn: %(num)s uploads come before it",
        ahead,
    )
