"""An upload becomes house media, or a clear refusal: starts one confined child for it and watches over that child.

Nothing of the upload is decoded here; what the child says is checked line by line, and its files are hashed here.
"""

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from content.captions import MOST_BYTES, BadCaptions, read_webvtt
from content.clock import monotonic_ns
from content.files import sha256_of, sync_file, sync_folder
from content.media import office
from content.media.child import EXIT_CANNOT_CONFINE
from content.media.child_room import room_of
from content.media.child_watch import Child, ChildStopped
from content.media.confinement import ALLOW_UNCONFINED, start_of, walls_here
from content.media.facts import CaptionFile, MediaFacts, Prepared, Preview, Rendition, verdict_of
from content.media.findings.policy import AS_IS, Policy, judged
from content.media.flash.screening import Screening
from content.media.job import FactsFound, Finished, Job, Made, MadeCaptions, Progress, Saying
from content.media.kernel_limits import CannotConfine
from content.media.limits import DEFAULTS, HOUSE, Limits, Profile
from content.media.mends import Mends
from content.media.offers import offers_for
from content.media.reasons import Reason, Refused

OnProgress = Callable[[str, int], None]
Cancelled = Callable[[], bool]

RENDITIONS = {"rendition.mp4": "video/mp4", "rendition.jpg": "image/jpeg", "rendition.png": "image/png"}
CAPTIONS = "captions-{number}.vtt"
PREVIEWS = ("poster.jpg", "thumbnail.jpg", "strip.jpg", "veil.jpg")
COMPARISON = ("before.jpg", "after.jpg")
"""Only of a picture that was mended."""
_NS_PER_MS = 1_000_000
_SIGNALS = {
    -signal.SIGXCPU: "timeout",
    -signal.SIGXFSZ: "output_too_large",
    -signal.SIGKILL: "out_of_memory",
}


def prepare(
    source: Path,
    out: Path,
    *,
    limits: Limits = DEFAULTS,
    profile: Profile = HOUSE,
    still_ms: int = 10_000,
    mends: Mends = (),
    policy: Policy = AS_IS,
    on_progress: OnProgress | None = None,
    cancelled: Cancelled | None = None,
) -> Prepared:
    """What became of the upload at `source`; its files are in `out`, an empty folder, named by us and safe on disk.

    Blocks, for at most `limits.wall_base_ms` plus `limits.wall_per_media` times the media's length: call it in a
    thread. A still is held, a shorter animation repeated, for `still_ms` milliseconds, or longer where there is more to
    read. `mends` are what people asked to have changed, `policy` what the house makes of what is found. `on_progress`
    hears the step's name and its percent. A crash, a hang and every limit are refusals. Raises OSError when `source` or
    `out` cannot be used, ValueError when `out` is not empty, CannotConfine when this machine cannot wall the work in.
    """
    if any(out.iterdir()):
        raise ValueError(f"{out} is not empty; give an empty folder")
    job = Job("prepare", source.resolve(strict=True), out.resolve(strict=True), limits, profile, still_ms, mends=mends)
    hears, stops = on_progress or _unheard, cancelled or _never
    prepared = _Errand(job, hears, stops, policy).run()
    if not office.is_office(prepared) or not office.is_here():
        return prepared
    try:
        with office.as_pdf(job.source, stops) as document:
            prepared = _Errand(replace(job, source=document), hears, stops, policy).run()
    except Refused as refused:
        return Prepared("refused", (refused.reason,))
    reasons = judged((*prepared.reasons, Reason("office_converted")), policy)
    return replace(prepared, reasons=reasons, verdict=verdict_of(reasons)) if prepared.is_accepted else prepared


def probe(source: Path, *, limits: Limits = DEFAULTS, cancelled: Cancelled | None = None) -> Prepared:
    """What the file at `source` is (`facts`) and whether we would take it by its looks; makes no files.

    Raises OSError when `source` cannot be read, CannotConfine when this machine cannot wall the work in.
    """
    with tempfile.TemporaryDirectory(prefix="commonscreen-probe-") as folder:
        job = Job("probe", source.resolve(strict=True), Path(folder).resolve(), limits, HOUSE, 10_000)
        prepared = _Errand(job, _unheard, cancelled or _never).run()
    if office.is_office(prepared) and office.is_here():
        return Prepared("accepted_with_warnings", (Reason("office_converted"),))
    return prepared


def prepare_captions(
    source: Path, out: Path, *, language: str, film_ms: int = 0, limits: Limits = DEFAULTS
) -> Prepared:  # fmt: skip
    """What became of a captions file in `language` (BCP 47) for a film of `film_ms` (0: not known).

    Accepted: `captions` holds the one file made, in `out`, an empty folder. Blocks for some tenths of a second: call it
    in a thread. Raises as `prepare` does.
    """
    if any(out.iterdir()):
        raise ValueError(f"{out} is not empty; give an empty folder")
    places = source.resolve(strict=True), out.resolve(strict=True)
    return _Errand(Job("captions", *places, limits, HOUSE, 10_000, language, film_ms), _unheard, _never).run()


def screen(
    source: Path,
    *,
    limits: Limits = DEFAULTS,
    on_progress: OnProgress | None = None,
    cancelled: Cancelled | None = None,
) -> tuple[Prepared, Screening | None]:
    """What the file at `source` is, and whether it flashes as it stands; makes no files. None: it was refused before.

    Blocks, like `prepare`. Raises OSError when `source` cannot be read, CannotConfine as `prepare` does.
    """
    with tempfile.TemporaryDirectory(prefix="commonscreen-flash-") as folder:
        job = Job("flash", source.resolve(strict=True), Path(folder).resolve(), limits, HOUSE, 10_000)
        errand = _Errand(job, on_progress or _unheard, cancelled or _never)
        prepared = errand.run()
        return prepared, errand.finished.screening if errand.finished and prepared.is_accepted else None


@dataclass(slots=True)
class _Errand:
    """One child's work, from its start to what we make of it."""

    job: Job
    on_progress: OnProgress
    cancelled: Cancelled
    policy: Policy = field(default_factory=lambda: AS_IS)
    child: Child = field(init=False)
    facts: MediaFacts | None = None
    finished: Finished | None = None

    def run(self) -> Prepared:
        with self.job.source.open("rb") as stream:
            stream.read(1)
        start = start_of(self.job, walls_here(allow_unconfined=os.environ.get(ALLOW_UNCONFINED) == "1"))
        wall_ms = self.job.limits.probe_wall_ms
        deadline_ns = monotonic_ns() + wall_ms * _NS_PER_MS
        self.child = Child(start, self.job.out, room_of(self.job.limits), deadline_ns, self.cancelled, self.hear)
        try:
            with self.child:
                prepared = self.judge(self.child.attend())
        except ChildStopped as stopped:
            prepared = self.refused(stopped.code)
        return self.tidy(prepared)

    def hear(self, saying: Saying) -> None:
        match saying:
            case Progress(step, percent):
                self.on_progress(step, percent)
            case FactsFound(facts):
                if self.facts is None and self.job.errand in {"prepare", "flash"}:
                    self.child.deadline_ns = monotonic_ns() + self.wall_ms(facts) * _NS_PER_MS
                self.facts = facts
            case Finished():
                self.finished = saying

    def wall_ms(self, facts: MediaFacts) -> int:
        limits = self.job.limits
        media_ms = min(max(facts.duration_ms, self.job.still_ms), limits.video_most_ms)
        return limits.wall_base_ms + limits.wall_per_media * media_ms

    def judge(self, status: int) -> Prepared:
        if status == EXIT_CANNOT_CONFINE:
            raise CannotConfine("The walls this machine promised for reading uploads could not be put up.")
        if status != 0:
            return self.refused(code_of_exit(status))
        if self.finished is None:
            return self.refused("worker_misbehaved")
        reasons, facts = self.finished.reasons, self.finished.facts or self.facts
        offers = () if facts is None else offers_for(reasons, facts, self.finished.screening, self.job)
        reasons = judged(reasons, self.policy)
        verdict = verdict_of(reasons)
        prepared = Prepared(verdict, reasons, facts, mends=self.job.mends, offers=offers)
        if verdict == "refused" or self.job.errand not in {"prepare", "captions"}:
            return prepared
        try:
            captions = tuple(
                _caption_file(self.job.out, number, made) for number, made in enumerate(self.finished.captions)
            )
        except (OSError, BadCaptions):
            return self.refused("worker_misbehaved")
        prepared = replace(prepared, captions=captions)
        if self.job.errand == "captions":
            sync_folder(self.job.out)
            return prepared if len(captions) == 1 else self.refused("worker_misbehaved")
        if self.finished.made is None or facts is None:
            return self.refused("worker_misbehaved")
        return self.collect(prepared, facts, self.finished.made)

    def collect(self, prepared: Prepared, facts: MediaFacts, made: Made) -> Prepared:
        """Takes the child's files over: ours by name, plain files, hashed and safe on disk."""
        names = [name for name in RENDITIONS if _is_plain_file(self.job.out / name)]
        pictures = (*PREVIEWS, *COMPARISON)[: len(made.preview_sizes)]
        if len(names) != 1 or not all(_is_plain_file(self.job.out / name) for name in pictures):
            return self.refused("worker_misbehaved")
        path = self.job.out / names[0]
        rendition = Rendition(
            path=path,
            sha256=_settle(path),
            size_bytes=path.stat().st_size,
            media_type=RENDITIONS[path.name],
            kind="video" if path.suffix == ".mp4" else "still",
            width=made.width,
            height=made.height,
            fps_num=made.fps_num,
            fps_den=1,
            frames=made.frames,
            duration_ms=made.duration_ms,
            has_sound=made.has_sound,
        )
        previews = [
            _preview(self.job.out / name, size) for name, size in zip(pictures, made.preview_sizes, strict=True)
        ]
        poster, thumbnail, strip, veil = previews[:4]
        before, after = previews[4:] or (None, None)
        sync_folder(self.job.out)
        return replace(
            prepared, facts=facts, rendition=rendition, poster=poster, thumbnail=thumbnail, strip=strip, veil=veil,
            before=before, after=after, mends=made.mends, strip_ms=made.strip_ms, likeness=made.likeness,
        )  # fmt: skip

    def refused(self, code: str) -> Prepared:
        return Prepared("refused", (Reason(code),), self.facts)

    def tidy(self, prepared: Prepared) -> Prepared:
        """Leaves in the folder only what is handed over."""
        handed = {file.path for file in prepared.files}
        for path in self.job.out.iterdir():
            if path not in handed:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        return prepared


def code_of_exit(status: int) -> str:
    """Why a child that ended with `status` (not 0; negative: by that signal) has refused."""
    return _SIGNALS.get(status, "decoder_crashed")


def _preview(path: Path, size: tuple[int, int]) -> Preview:
    return Preview(path, _settle(path), path.stat().st_size, "image/jpeg", *size)


def _caption_file(out: Path, number: int, made: MadeCaptions) -> CaptionFile:
    """The child's file, read again here: only what is written as ours are is taken. Raises BadCaptions, OSError."""
    path = out / CAPTIONS.format(number=number)
    if not _is_plain_file(path) or path.stat().st_size > MOST_BYTES:
        raise BadCaptions("no file of captions where one was promised")
    captions = read_webvtt(path.read_bytes())
    if captions.language != made.language:
        raise BadCaptions("captions in another language than was said")
    return CaptionFile(
        path=path, sha256=_settle(path), size_bytes=path.stat().st_size, language=captions.language, form=made.form,
        cues=len(captions.cues), first_ms=captions.cues[0].start_ms,
        last_ms=max(cue.end_ms for cue in captions.cues),
    )  # fmt: skip


def _settle(path: Path) -> str:
    path.chmod(0o644)
    sync_file(path)
    return sha256_of(path)


def _is_plain_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _unheard(_step: str, _percent: int) -> None:
    """Nobody listens to the progress."""


def _never() -> bool:
    return False
