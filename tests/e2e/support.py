"""Runs the demonstration as a user does: `demo/up.py` with the built programs, faults by
`demo/fault.py`, and what PagerDuty would show by the receiver."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from demo import network  # noqa: E402
from demo.pager import Pager  # noqa: E402
from demo.processes import end_with_parent, start_time  # noqa: E402
from demo.state import read_state  # noqa: E402

READY_SECONDS = 180
GREEN_SECONDS = 420  # the first round of five minutes, and the machine's moods
DEMO_CHECKS = {"shop-checkout", "shop-health", "shop-home", "shop-login", "shop-reviews",
               "shop-widget"}
STOP_SECONDS = 90


class RunningDemo:
    """One demonstration in a directory of its own; stop() ends it."""

    def __init__(self, programs: Path, *arguments):
        self._temporary = tempfile.TemporaryDirectory(prefix="picket-demo-")
        self.directory = Path(self._temporary.name) / "run"
        self.programs = programs
        self.output = Path(self._temporary.name) / "up.log"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "demo/up.py", "--bin", programs, "--dir", self.directory,
                 "--no-grid", *map(str, arguments)], stdout=output, stderr=output,
                preexec_fn=end_with_parent(signal.SIGTERM))
        try:
            wait_for(self._is_ready, READY_SECONDS, "the demo's readiness", self)
        except BaseException:
            self.stop()
            raise
        self.state = read_state(self.directory)
        self.pager = Pager(self.state["receiver_url"])

    def fault(self, name: str, on: bool) -> float:
        """Switches a fault; returns when that was ordered (Unix seconds)."""
        ordered = time.time()
        done = subprocess.run([sys.executable, ROOT / "demo/fault.py", name,
                               "on" if on else "off", "--dir", self.directory],
                              capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise AssertionError(f"fault {name}: {done.stderr}")
        return ordered

    def picket(self, *arguments) -> subprocess.CompletedProcess:
        """A command of the CLI against this demo's controller."""
        return subprocess.run([self.programs / "picket", "--controller", self.state["api_url"],
                               "--token-file", self.state["token_file"], *arguments],
                              capture_output=True, text=True, timeout=30, check=False)

    def all_green(self) -> bool:
        """Whether every check is up and the last run of each region passed."""
        done = self.picket("status", "-o", "json")
        if done.returncode != 0:
            return False
        found = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
        return set(found) == DEMO_CHECKS and all(
            check["verdict"] == "up" and len(check["regions"]) == len(network.REGIONS)
            and all(region["state"] in ("pass", "pass_on_retry") for region in check["regions"])
            for check in found.values())

    def stop(self, number=signal.SIGINT) -> int:
        """Ends the demo with a signal, as Ctrl-C does; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self._temporary.cleanup()

    def processes(self) -> list[int]:
        """All live descendants of the demo."""
        found, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop()
            try:
                text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            except OSError:
                continue
            children = [int(child) for child in text.split()]
            found += children
            queue += children
        return found

    def tail(self) -> str:
        """The end of what it printed and of its controller's log, for a failed test."""
        lines = self.output.read_text(errors="replace").splitlines()[-25:]
        log = self.directory / "logs" / "controller.log"
        if log.exists():
            lines += ["controller.log:", *log.read_text(errors="replace").splitlines()[-25:]]
        return "\n".join(lines)

    def _is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"up.py ended with {self.process.returncode}\n{self.tail()}")
        return read_state(self.directory).get("ready")


def wait_for(condition, seconds, what, demo=None):
    """Polls until condition() is true; its value. Fails with `what` and the demo's output."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    tail = f"\n{demo.tail()}" if demo else ""
    raise AssertionError(f"not within {seconds} s: {what}{tail}")


def still_alive(pids) -> list[int]:
    return [pid for pid in pids if start_time(pid) is not None]


def programs() -> Path:
    """Where the programs are: PICKET_BIN, or the dev build."""
    return Path(os.environ.get("PICKET_BIN", ROOT / "build" / "dev" / "bin"))
