"""Keeps the agent and the player of one screen running: each survives the other, and comes back within a second.

One that is there but gives no sign of life is killed and comes back too. It opens no network connection and reads no
file but its lock. It ends both on SIGTERM, on Ctrl-C, and when somebody closes the player's window.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from content.clock import monotonic_ns
from display_node.config import BadSetting, DataFolder
from display_node.pulse import BEAT_S, VARIABLE, Wrist
from display_node.words import _

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0
PATIENCE_S = 5.0
"""How long a child may take to end before it is killed."""
PLAYER_SILENT_S = 10
"""How long the player may present nothing: ten times as long as it ever does."""
AGENT_SILENT_S = 60
"""How long the agent may turn to nothing: the player has cues for two hours."""
START_S = 60
"""How long a child may take to its first sign of life: an old memory card is slow."""

ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576"}
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """One process to keep running. `ends_all` is true when its clean exit means that somebody wants to leave.

    One that has come to life starts again at once whenever it dies: a dark screen is worse than a busy computer. One
    that dies before that waits longer each time.
    """

    name: str
    command: list[str]
    ends_all: bool = False
    silent_s: int = AGENT_SILENT_S
    process: subprocess.Popen[bytes] | None = None
    wrist: Wrist | None = None
    due_ns: int = 0
    delay_s: float = field(default=FIRST_DELAY_S)

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not been seen to end."""
        return self.process is not None

    def start(self) -> None:
        """Starts it; it will not outlive this process."""
        self.wrist = Wrist()
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own modules, by our own interpreter
                self.command,
                stdin=subprocess.DEVNULL,
                env=os.environ | ENVIRONMENT | {VARIABLE: str(self.wrist.giving)},
                pass_fds=(self.wrist.giving,),
                preexec_fn=_child_of(os.getpid()),  # noqa: PLW1509 - this process has one thread
            )
        finally:
            os.close(self.wrist.giving)

    def is_lifeless(self, now_ns: int) -> bool:
        """Whether it runs but has given no sign of life for `silent_s`, or for START_S since it was started."""
        if self.process is None or self.wrist is None:
            return False
        self.wrist.look(now_ns)
        return self.wrist.silent_looks * BEAT_S > (self.silent_s if self.wrist.is_alive else START_S)

    def ended(self, now_ns: int) -> int | None:
        """Its exit status if it has ended since the last look; then it is due again after a delay that grows."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        self.process = None
        if self._has_lived():
            self.delay_s = FIRST_DELAY_S
        self.due_ns = now_ns + int(self.delay_s * 1e9)
        self.delay_s = min(LONGEST_DELAY_S, self.delay_s * 2)
        return status

    def _has_lived(self) -> bool:
        """Whether it gave a sign of life; lets its pipe go."""
        if self.wrist is None:
            return False
        wrist, self.wrist = self.wrist, None
        wrist.look(0)
        wrist.close()
        return wrist.is_alive

    def kill(self) -> None:
        """Ends it without asking; does not wait, since a process that hangs in a driver may outlast even this."""
        self.send(signal.SIGKILL)
        if self.wrist is not None:
            self.wrist.forget()

    def send(self, number: int) -> None:
        """Passes a signal on."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)


def supervise(
    folder: DataFolder,
    agent: list[str],
    player: list[str],
    tell: Callable[[str], None],
    emptied: Path | None = None,
    others: Sequence[tuple[str, list[str]]] = (),
) -> int:
    """Runs both until somebody wants to leave; returns the exit status (0). Raises BadSetting when one runs already.

    `others` are further processes by name, kept running beside them. The file `emptied` begins empty with them, and
    only when nobody else runs here who may be writing it.
    """
    with folder.supervisor_lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadSetting(
                _("The screen in {folder} is already running: stop that first.").format(folder=folder.root)
            ) from error
        if emptied is not None:
            emptied.write_bytes(b"")
        children = [Child("player", player, ends_all=True, silent_s=PLAYER_SILENT_S), Child("agent", agent)]
        children += [Child(name, command) for name, command in others]
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            _keep_running(children, tell)
        finally:
            _end(children)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        return 0


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules with this interpreter."""
    return [sys.executable, "-m", module, *arguments]


def _keep_running(children: list[Child], tell: Callable[[str], None]) -> None:
    while True:
        now_ns = monotonic_ns()
        for child in children:
            if child.is_lifeless(now_ns):
                tell(_("The {part} gives no sign of life and is ended.").format(part=child.name))
                child.kill()
            status = child.ended(now_ns)
            if status == 0 and child.ends_all:
                return
            if status is not None:
                sentence = _("The {part} ended ({status}); it starts again in {seconds} s.")
                wait_s = round((child.due_ns - now_ns) / 1e9, 1)
                tell(sentence.format(part=child.name, status=status, seconds=wait_s))
            if not child.is_running and child.due_ns <= now_ns:
                child.start()
        if _wait(children, now_ns):
            return


def _wait(children: list[Child], now_ns: int) -> bool:
    """Sleeps until a signal comes, a child is due or must be looked at; True when the signal means to end."""
    due = [child.due_ns for child in children if not child.is_running]
    timeout_s = min(BEAT_S, max(0.01, (min(due) - now_ns) / 1e9)) if due else BEAT_S
    heard = signal.sigtimedwait(SIGNALS, timeout_s)
    return heard is not None and heard.si_signo != signal.SIGCHLD


def _end(children: list[Child]) -> None:
    # One after the other, the player first: the agent still writes down the player's last row.
    for child in children:
        child.send(signal.SIGTERM)
        if child.process is None:
            continue
        try:
            child.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def _child_of(parent: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        # A Ctrl-C on the terminal reaches this process alone, which then ends both in order.
        os.setpgid(0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
