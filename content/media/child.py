"""The child process that reads one upload: locks itself in, walks the steps, and says what it finds as JSON lines.

Started by content.media.preparation, never by hand. Nothing it says is believed without a check.
"""

import errno
import os
import sys

from content.media.confinement import Walls, readable_folders
from content.media.job import Finished, Job, Saying, parse_job, saying_text
from content.media.kernel_limits import CannotConfine, refuse_calls, renounce_privileges, restrict_files, set_limits
from content.media.reasons import Reason

EXIT_CANNOT_CONFINE = 77


def main(arguments: list[str]) -> int:
    """Does the errand in `arguments` (the walls around us, the job); the exit status."""
    walls, text = arguments
    job = parse_job(text)
    try:
        lock_in(job, "bubblewrap" if walls == "bubblewrap" else "kernel" if walls == "kernel" else "none")
    except CannotConfine as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CANNOT_CONFINE
    say(_errand(job))
    return 0


def say(saying: Saying) -> None:
    """Tells the parent, at once."""
    sys.stdout.write(saying_text(saying) + "\n")
    sys.stdout.flush()


def _errand(job: Job) -> Finished:
    try:
        from content.media.steps import walk

        return walk(job, say)
    except MemoryError:
        return Finished((Reason("out_of_memory"),), None, None)
    except Exception as error:
        if getattr(error, "errno", None) == errno.EFBIG:
            return Finished((Reason("output_too_large"),), None, None)
        raise


def lock_in(job: Job, walls: Walls) -> None:
    """Takes from this process, for good, all that the job does not need. Raises CannotConfine."""
    is_probe = job.errand in {"probe", "captions"}
    limits = job.limits
    set_limits(
        limits,
        memory_bytes=limits.probe_memory_bytes if is_probe else limits.memory_bytes,
        cpu_s=limits.probe_cpu_s if is_probe else limits.cpu_s,
        count_processes=walls == "bubblewrap",
    )
    renounce_privileges()
    try:
        restrict_files([*readable_folders(), job.source], job.out)
        refuse_calls()
    except CannotConfine:
        # Behind bubblewrap these are a second wall; without it they are the only one.
        if walls == "kernel":
            raise


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    # Decoders' threads and exit handlers have nothing left to do for us.
    os._exit(status)
