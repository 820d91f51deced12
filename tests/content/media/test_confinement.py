"""The walls hold: a child that was taken over reaches no network, file or program, and can be stopped."""

import os
import resource
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from content.media import confinement
from content.media.confinement import Walls, start_of, walls_here
from content.media.facts import Prepared
from content.media.job import Job
from content.media.kernel_limits import CannotConfine, has_seccomp, landlock_version
from content.media.limits import DEFAULTS, HOUSE, Limits, Profile
from content.media.preparation import prepare, probe
from tests.content.media.rooms import codes_of, prepared_from
from tests.media.generate import Film, make_film, make_white_png

WALLS: tuple[Walls, ...] = ("bubblewrap", "kernel")
_LOCKED_IN = """
import os, socket, subprocess, sys, ctypes
from pathlib import Path
from content.media.child import lock_in
from content.media.job import parse_job
job = parse_job(sys.argv[2])
lock_in(job, sys.argv[1])
try:
{attempt}
except (OSError, subprocess.SubprocessError) as error:
    print("failed", type(error).__name__)
else:
    print("done")
"""


@pytest.fixture(params=WALLS)
def walls(request: pytest.FixtureRequest) -> Walls:
    """Each kind of wall this machine has."""
    wanted: Walls = request.param
    if wanted == "bubblewrap" and walls_here(allow_unconfined=False) != "bubblewrap":
        pytest.skip("bubblewrap is not installed here, or the kernel does not let it work")
    if wanted == "kernel" and not has_kernel_walls():
        pytest.skip("this kernel has no Landlock or no seccomp")
    return wanted


def has_kernel_walls() -> bool:
    """Whether the child can wall itself in here without bubblewrap."""
    return landlock_version() >= 1 and has_seccomp()


def try_inside(walls: Walls, folder: Path, attempt: str) -> str:
    """What a child says that locks itself in like ours and then runs `attempt`."""
    source, out = folder / "upload", folder / "out"
    source.write_bytes(b"upload")
    out.mkdir()
    start = start_of(Job("prepare", source, out, DEFAULTS, HOUSE, 10_000), walls)
    at = start.command.index("content.media.child")
    lines = "\n".join(f"    {line}" for line in attempt.splitlines())
    command = (*start.command[: at - 1], "-c", _LOCKED_IN.format(attempt=lines), *start.command[at + 1 :])
    ran = subprocess.run(
        command, env=start.environment, cwd=out, capture_output=True, text=True, timeout=30, check=False
    )
    return ran.stdout.strip() or ran.stderr


def test_it_can_read_its_upload_and_write_into_its_folder(walls: Walls, tmp_path: Path) -> None:
    attempt = "assert job.source.read_bytes() == b'upload'\n(job.out / 'made').write_text('x')"
    assert try_inside(walls, tmp_path, attempt) == "done"
    assert (tmp_path / "out" / "made").read_text() == "x"


def test_it_reaches_no_network(walls: Walls, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert try_inside(walls, tmp_path, f"socket.create_connection(('127.0.0.1', {port}), 2)").startswith("failed")


@pytest.mark.parametrize(
    "kind", ["AF_INET, socket.SOCK_DGRAM", "AF_UNIX, socket.SOCK_STREAM", "AF_INET6, socket.SOCK_STREAM"]
)
def test_it_gets_no_socket_of_any_kind(walls: Walls, kind: str, tmp_path: Path) -> None:
    assert try_inside(walls, tmp_path, f"socket.socket(socket.{kind})").startswith("failed")


def test_it_reads_no_other_file(walls: Walls, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("another group's upload")
    assert try_inside(walls, tmp_path, f"print(Path({str(secret)!r}).read_text())").startswith("failed")


@pytest.mark.parametrize("place", ["/etc/passwd", "/proc/1/environ", "/home", "/var"])
def test_it_sees_nothing_of_the_machine(walls: Walls, place: str, tmp_path: Path) -> None:
    attempt = f"path = Path({place!r})\nprint(list(path.iterdir()) if path.is_dir() else path.read_bytes())"
    assert try_inside(walls, tmp_path, attempt).startswith("failed")


def test_it_writes_nowhere_else(walls: Walls, tmp_path: Path) -> None:
    for number, place in enumerate((tmp_path, Path("/usr/lib"), Path(sys.prefix), Path(__file__).parent)):
        room = tmp_path / str(number)
        room.mkdir()
        target = place / f"written-{os.getpid()}"
        try_inside(walls, room, f"Path({str(target)!r}).write_text('x')")
        assert not target.exists()


def test_it_does_not_change_its_upload(walls: Walls, tmp_path: Path) -> None:
    assert try_inside(walls, tmp_path, "job.source.write_bytes(b'other')").startswith("failed")
    assert (tmp_path / "upload").read_bytes() == b"upload"


def test_it_starts_no_other_program(walls: Walls, tmp_path: Path) -> None:
    assert try_inside(walls, tmp_path, "subprocess.run(['/usr/bin/true'], check=True)").startswith("failed")


def test_it_stops_no_other_process(walls: Walls, tmp_path: Path) -> None:
    with subprocess.Popen(["/usr/bin/sleep", "60"]) as other:
        said = try_inside(walls, tmp_path, f"os.kill({other.pid}, 9)")
        assert other.poll() is None
        other.kill()
    assert said.startswith("failed")


@pytest.mark.parametrize(
    "attempt",
    [
        "os.setpriority(os.PRIO_PROCESS, {other}, 19)",
        "os.sched_setaffinity({other}, [0])",
        "import resource; resource.prlimit({other}, resource.RLIMIT_NOFILE, (0, 0))",
        "os.pidfd_open({other})",
        "import fcntl; fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, {other})",
        "if ctypes.CDLL(None).tgkill({other}, {other}, 10): raise OSError",
    ],
)
def test_it_does_nothing_to_another_process(walls: Walls, attempt: str, tmp_path: Path) -> None:
    with subprocess.Popen(["/usr/bin/sleep", "60"]) as other:
        before = facts_of(other.pid)
        said = try_inside(walls, tmp_path, attempt.format(other=other.pid))
        assert (facts_of(other.pid), other.poll()) == (before, None)
        other.kill()
    assert said.startswith("failed")


def facts_of(process: int) -> tuple[object, ...]:
    """What others could change of a process."""
    files = resource.prlimit(process, resource.RLIMIT_NOFILE)
    return files, os.getpriority(os.PRIO_PROCESS, process), os.sched_getaffinity(process)


@pytest.mark.parametrize(
    "attempt",
    [
        "os.chmod({path!r}, 0)",
        "os.utime({path!r}, (1, 1))",
        "os.setxattr({path!r}, 'user.seen', b'yes')",
        "os.truncate({path!r}, 0)",
        "os.chown({path!r}, os.getuid(), os.getgid())",
        "with open({path!r}) as opened: os.fchmod(opened.fileno(), 0)",
        "with open({path!r}) as opened: os.utime(opened.fileno(), (1, 1))",
        "os.link({path!r}, job.out / 'link')",
        "os.rename({path!r}, job.out / 'taken')",
        "os.unlink({path!r})",
    ],
)
@pytest.mark.parametrize("whose", ["secret", "upload"])
def test_it_changes_nothing_about_files_that_are_not_its_own(
    walls: Walls, attempt: str, whose: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("another group's upload")
    path = str(secret) if whose == "secret" else "/job/source" if walls == "bubblewrap" else str(tmp_path / "upload")
    before = secret.stat()
    assert try_inside(walls, tmp_path, attempt.format(path=path)).startswith("failed")
    after, upload = secret.stat(), tmp_path / "upload"
    assert (after.st_mode, after.st_mtime_ns, after.st_nlink) == (before.st_mode, before.st_mtime_ns, before.st_nlink)
    assert (upload.read_bytes(), upload.stat().st_mode) == (b"upload", before.st_mode)
    assert (upload.stat().st_mtime_ns > 10**18, os.listxattr(upload)) == (True, [])


@pytest.mark.parametrize(
    "attempt",
    [
        "os.fork()",
        "socket.socketpair()",
        "os.memfd_create('left')",
        "if ctypes.CDLL(None).unshare(0x10000000): raise OSError",
        "if ctypes.CDLL(None).shmget(0, 4096, 0o1600) < 0: raise OSError",
        "if ctypes.CDLL(None).prctl(4, ctypes.c_ulong(1), 0, 0, 0): raise OSError",
        "if ctypes.CDLL(None).prctl(1, ctypes.c_ulong(0), 0, 0, 0): raise OSError",
        "os.mkfifo(job.out / 'pipe')",
        "os.symlink('/etc/passwd', job.out / 'link')",
        "os.mkdir(job.out / 'folder')",
    ],
)
def test_it_leaves_nothing_behind_and_cannot_loosen_itself(walls: Walls, attempt: str, tmp_path: Path) -> None:
    assert try_inside(walls, tmp_path, attempt).startswith("failed")
    assert list((tmp_path / "out").iterdir()) == []


def test_it_may_have_threads(walls: Walls, tmp_path: Path) -> None:
    attempt = "import threading\nthread = threading.Thread(target=print, args=('told',))\nthread.start()\nthread.join()"
    assert try_inside(walls, tmp_path, attempt) == "told\ndone"


def test_it_sees_nothing_of_our_environment(walls: Walls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMONSCREEN_SECRET", "hidden")
    assert "hidden" not in try_inside(walls, tmp_path, "print(dict(os.environ))")


def test_its_limits_are_hard(walls: Walls, tmp_path: Path) -> None:
    attempt = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))"
    assert try_inside(walls, tmp_path, attempt).splitlines()[-1].startswith(("failed", "ValueError"))


@pytest.mark.parametrize("path", ["/nonexistent", None])
def test_a_film_is_prepared_behind_either_wall(
    path: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if path is not None and not has_kernel_walls():
        pytest.skip("this kernel has no Landlock or no seccomp")
    confinement.bubblewrap_works.cache_clear()
    if path is not None:
        monkeypatch.setenv("PATH", path)
    try:
        assert walls_here(allow_unconfined=False) == (
            "kernel" if path else confinement.walls_here(allow_unconfined=False)
        )
        assert prepared_from(make_film(tmp_path / "a.mp4", Film(frames=60, tone_db=-20))).is_accepted
    finally:
        confinement.bubblewrap_works.cache_clear()


def test_without_any_wall_nothing_runs_unless_the_operator_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confinement, "bubblewrap_works", lambda: False)
    monkeypatch.setattr(confinement, "landlock_version", lambda: 0)
    source = make_film(tmp_path / "a.mp4", Film(frames=60))
    with pytest.raises(CannotConfine, match="COMMONSCREEN_ALLOW_UNCONFINED"):
        probe(source)
    monkeypatch.setenv("COMMONSCREEN_ALLOW_UNCONFINED", "1")
    assert probe(source).is_accepted


def test_too_much_memory_is_a_refusal_and_ours_stays_flat(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    source = make_white_png(tmp_path / "a.png", 9_900)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    limits = Limits(memory_bytes=300 << 20)
    assert codes_of(prepared_from(source, limits=limits)) == ["out_of_memory"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - max(before, grown) < 30_000


def test_too_long_a_wait_is_a_refusal(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(size=(640, 360), frames=120))
    assert codes_of(prepared_from(source, limits=Limits(wall_base_ms=1, wall_per_media=0))) == ["timeout"]


def test_too_much_work_is_a_refusal(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(size=(640, 480), frames=200))
    slow = Profile(preset="slow", crf=1, maxrate_kbps=100_000, bufsize_kbps=100_000)
    assert codes_of(prepared_from(source, limits=Limits(cpu_s=1), profile=slow)) == ["timeout"]


def test_too_large_a_result_is_a_refusal(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(size=(640, 360), frames=90))
    assert codes_of(prepared_from(source, limits=Limits(output_bytes=2_000))) == ["output_too_large"]


def test_one_can_stop_it_in_the_middle(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(size=(640, 480), frames=250))
    out = tmp_path / "out"
    out.mkdir()
    rendering = threading.Event()
    prepared = prepare(
        source,
        out,
        on_progress=lambda step, percent: rendering.set() if step == "render" and percent > 5 else None,
        cancelled=rendering.is_set,
    )
    assert codes_of(prepared) == ["cancelled"]
    assert list(out.iterdir()) == []


def test_a_folder_that_is_not_empty_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "something").write_text("x")
    with pytest.raises(ValueError, match="not empty"):
        prepare(make_film(tmp_path / "a.mp4", Film(frames=2)), tmp_path)


def test_probing_makes_no_files_and_says_what_it_is(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(size=(640, 480), fps=25, frames=50, tone_db=-20))
    found: Prepared = probe(source)
    assert found.facts is not None
    facts = found.facts
    assert (facts.container, facts.codecs, facts.width, facts.height) == ("MP4 or QuickTime", ("h264", "aac"), 640, 480)
    assert (facts.fps_num, facts.fps_den, facts.duration_ms, facts.has_sound) == (25, 1, 2_000, True)
    assert found.rendition is None
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
