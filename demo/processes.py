"""Child processes of the demo: each with a log, none outlives the parent, all ended by process id.

Start children from the main thread only: the kernel's parent-death signal follows the thread.
"""
import ctypes
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LIBC = ctypes.CDLL(None, use_errno=True)


class DemoError(Exception):
    """Something a person must act on; the text says what happened and what to do."""


@dataclass
class Child:
    name: str
    process: subprocess.Popen
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def tail(self, lines=15) -> str:
        """The end of its log, for an error message."""
        text = self.log.read_text(errors="replace").splitlines()[-lines:] or ["(the log is empty)"]
        return "\n".join(f"    {line}" for line in [f"{self.log}:", *text])

    def require_alive(self, doing: str) -> None:
        """Raises DemoError with the log's end when the process has ended."""
        if self.process.poll() is not None:
            raise DemoError(f"{self.name} ended ({self.ending()}) while {doing}\n{self.tail()}")

    def ending(self) -> str:
        """How an ended process ended: its exit status or its signal."""
        code = self.process.returncode
        if code >= 0:
            return f"exit status {code}"
        try:
            return f"signal {signal.Signals(-code).name}"
        except ValueError:
            return f"signal {-code}"


class Processes:
    def __init__(self, log_directory: Path):
        self._logs = log_directory
        self._children: list[Child] = []
        log_directory.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command, death_signal=signal.SIGKILL) -> Child:
        """Starts a child in a session of its own (a Ctrl-C reaches only the parent), its output in
        a new NAME.log (one before it becomes NAME.log.1). `death_signal` is what it gets when the
        parent dies without stopping it."""
        log = self._logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        bind = end_with_parent(death_signal)
        # An interrupt between fork and append would leave a child that nobody knows.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)

        def before_exec():
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            bind()

        try:
            with log.open("ab") as output:
                process = subprocess.Popen([str(part) for part in command],
                                           stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                           start_new_session=True, preexec_fn=before_exec)
            self._children.append(Child(name, process, log))
        except OSError as error:
            raise DemoError(f"cannot start {name}: {error}") from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return self._children[-1]

    def pids(self) -> dict[str, int]:
        return {child.name: child.pid for child in self._children}

    def ended(self) -> list[Child]:
        """Children that have ended although nobody stopped them."""
        return [child for child in self._children if child.process.poll() is not None]

    def stop(self, children, grace_seconds: float, first=signal.SIGTERM) -> list[str]:
        """Ends the children together: `first`, then SIGKILL after the grace.
        Returns the names of those that had to be killed."""
        chosen = [child for child in self._children if child in children]
        for child in chosen:
            if child.process.poll() is None:
                child.process.send_signal(first)
        deadline = time.monotonic() + grace_seconds
        killed = []
        for child in chosen:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
                killed.append(child.name)
            self._children.remove(child)
        return killed

    def stop_all(self, grace_seconds: float) -> list[str]:
        """Ends everything in the reverse order of its start, one by one."""
        killed = []
        for child in reversed(list(self._children)):
            killed += self.stop([child], grace_seconds)
        return killed


def end_with_parent(death_signal):
    """For preexec_fn: the child gets `death_signal` when this thread's process ends."""
    parent = os.getpid()

    def bind():
        _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
    return bind


def wait_until(condition, seconds: float, what: str, child: Child | None = None):
    """Polls until condition() returns something true, which it returns.

    Raises DemoError naming `what`, with the log's end of `child`, when the time is up or the child
    has ended.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if child is not None:
            child.require_alive(f"waiting for {what}")
        if time.monotonic() >= deadline:
            tail = f"\n{child.tail()}" if child is not None else ""
            raise DemoError(f"{what}: not within {seconds:g} s{tail}")
        time.sleep(0.05)


def start_time(pid: int) -> int | None:
    """Kernel start time of a live process in clock ticks, None when there is none: with the pid it
    names a process for good."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])
