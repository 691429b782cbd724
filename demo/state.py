"""The demo's state directory: one running demo at a time, found by other commands, cleaned after
a crash.

`demo.lock` is held (flock) by the running demo and let go by the kernel however it ends;
`demo.json` says what runs.
"""
import fcntl
import json
import os
import shutil
import signal
import time
from pathlib import Path

from demo.processes import DemoError, start_time

MARKER = "demo.json"
LOCK = "demo.lock"


def default_directory() -> Path:
    """PICKET_DEMO_DIR, or .picket/demo in the repository."""
    chosen = os.environ.get("PICKET_DEMO_DIR")
    return Path(chosen) if chosen else Path(__file__).resolve().parent.parent / ".picket" / "demo"


class StateDirectory:
    """Owned by the running demo between claim() and release()."""

    def __init__(self, path: Path):
        self.path = path.absolute()
        self._lock = None

    def claim(self) -> str | None:
        """Takes the directory and empties it; returns what was found of an earlier demo, if
        anything. Raises DemoError when a demo runs in it, or when it holds something else."""
        self._refuse_foreign()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = (self.path / LOCK).open("a")
        except OSError as error:
            raise DemoError(f"cannot use {self.path} as the demo's directory: {error}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            self._lock = None
            raise DemoError(f"a demo is running already in {self.path}{_since(self.path)}; stop it "
                            "with Ctrl-C there, or give this one its own --dir") from error
        return self._clean()

    def write(self, state: dict) -> None:
        """Replaces demo.json."""
        new = self.path / f"{MARKER}.new"
        new.write_text(json.dumps(state, indent=1) + "\n")
        os.replace(new, self.path / MARKER)

    def release(self, keep: bool) -> None:
        """Lets the directory go; removes it unless it is to be kept."""
        if not keep:
            shutil.rmtree(self.path, ignore_errors=True)
        if self._lock:
            self._lock.close()
            self._lock = None

    def _refuse_foreign(self):
        if not self.path.exists():
            return
        if not self.path.is_dir():
            raise DemoError(f"{self.path} is not a directory")
        names = {entry.name for entry in self.path.iterdir()}
        if names and not names & {MARKER, LOCK}:
            raise DemoError(f"{self.path} is not empty and not a demo's directory: nothing was "
                            "touched, give another --dir")

    def _clean(self):
        """Removes what an earlier demo left. What it started is ended by process id."""
        left = [entry for entry in self.path.iterdir() if entry.name != LOCK]
        if not left:
            return None
        ended = _end_processes(read_state(self.path))
        for entry in left:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        also = f", ended {ended} processes" if ended else ""
        return f"removed the state of an earlier demo{also}"


def read_state(path: Path) -> dict:
    """demo.json, {} when there is none or it is torn."""
    try:
        return json.loads((path / MARKER).read_text())
    except (OSError, ValueError):
        return {}


def running_demo(path: Path) -> dict:
    """The state of the demo that runs in `path`. Raises DemoError when none does."""
    state = read_state(path)
    try:
        with (path / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        if state.get("ready"):
            return state
        raise DemoError(f"the demo in {path} is still starting: try again when it shows its "
                        "grid") from None
    except OSError:
        pass
    raise DemoError(f"no demo runs in {path}: start one with ./dev up (PICKET_DEMO_DIR names "
                    "another directory)")


def process_table(pids: dict[str, int]) -> dict:
    """What demo.json keeps of processes: a pid alone may be somebody else's later."""
    return {name: {"pid": pid, "started": start_time(pid)} for name, pid in pids.items()}


def _end_processes(state):
    """Ends what a crashed demo left running (its children die with it; this is the second net)."""
    ended = 0
    for entry in state.get("processes", {}).values():
        if entry["started"] is not None and start_time(entry["pid"]) == entry["started"]:
            os.kill(entry["pid"], signal.SIGKILL)
            ended += 1
            deadline = time.monotonic() + 5
            while start_time(entry["pid"]) == entry["started"] and time.monotonic() < deadline:
                time.sleep(0.02)
    return ended


def _since(path):
    pid = read_state(path).get("pid")
    return f" (process {pid})" if pid else ""
