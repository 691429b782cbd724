"""One real picket-agent with a controller of its own, for the benchmarks: everything on loopback
and in one directory, every process ended by its id."""
import os
import re
import statistics
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from demo.fleet import AgentSettings, Fleet, require_programs  # noqa: E402
from demo.processes import DemoError, Processes  # noqa: E402

__all__ = ["DemoError", "PicketAgent", "Process"]

TICKS = os.sysconf("SC_CLK_TCK")
REGION = "bench"
SETTLE_SECONDS = 60
NOBODY = {"routing_key": "a" * 32, "url": "http://127.0.0.1:9",
          "webhook_secret": "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ=",
          "names": ["pagerduty/demo", "webhook/demo"]}


class Process:
    """What the kernel says of a process."""

    def __init__(self, pid):
        self._directory = Path(f"/proc/{pid}")

    def cpu_seconds(self):
        fields = (self._directory / "stat").read_text().rsplit(")", 1)[1]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / TICKS

    def memory_kb(self, key="VmRSS"):
        for line in (self._directory / "status").read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1])
        return 0

    def reset_peak(self):
        (self._directory / "clear_refs").write_text("5")


def connections_to(port):
    """Established connections to a loopback port, seen from the client."""
    remote = re.compile(rf": \S+ 0100007F:{port:04X} 01 ")
    return len(remote.findall(Path("/proc/net/tcp").read_text()))


class PicketAgent:
    """The whole agent: plan, schedule, run, assert, spool, send. Checks of short intervals are
    installed for a measurement and removed after it."""

    name = "picket-agent"

    def __init__(self, folder: Path, programs: Path, ca_file: Path):
        require_programs(programs)
        self._folder = folder / "picket"
        self._folder.mkdir()
        self._processes = Processes(self._folder / "logs")
        self._fleet = Fleet(self._folder, programs, self._processes, (REGION,))
        self._generation = 0
        self.idle_kb = 0
        try:
            self._start(ca_file)
        except BaseException:
            self.stop()
            raise

    def run(self, url, runs, concurrency):
        """About `runs` runs at an even 200 a second, as a schedule makes them. Of a page that
        takes two seconds: as many checks as keep `concurrency` runs in flight, and some more."""
        slow = url.endswith("/slow")
        count, interval = (concurrency * 11 // 4, 5) if slow else (min(200, runs), 1)
        seconds = max(3.0, 2.0 * interval if slow else runs * interval / count)
        self._install(url, count, interval)
        try:
            return self._measure(url, count, seconds)
        finally:
            self._remove_checks()

    def stop(self):
        self._fleet.stop()
        self._processes.stop_all(5)

    def _start(self, ca_file):
        self._fleet.start_controller(NOBODY)
        self._fleet.enroll()
        self._fleet.start_agents(AgentSettings(
            ca_file=ca_file, limits={"concurrent_runs": 1100, "per_host": 1100}))
        self._fleet.wait_for_agents(lambda _: None)
        self._process = Process(self._processes.pids()[f"agent-{REGION}"])

    def measure_idle(self, seconds):
        """Memory of an enrolled agent without checks, some time after its start."""
        time.sleep(seconds)
        self.idle_kb = self._process.memory_kb()

    def _measure(self, url, count, seconds):
        port = int(url.split(":")[2].split("/")[0])
        deadline = time.monotonic() + SETTLE_SECONDS
        while self._finished()[0] < count:
            if time.monotonic() >= deadline:
                raise SystemExit(f"{self.name}: {count} runs of {url} take over {SETTLE_SECONDS} s")
            time.sleep(1)
        self._process.reset_peak()
        runs, passed = self._finished()
        cpu, deadline, in_flight = self._process.cpu_seconds(), time.monotonic() + seconds, []
        while time.monotonic() < deadline:
            time.sleep(0.25)
            in_flight.append(connections_to(port))
        runs_after, passed_after = self._finished()
        used = self._process.cpu_seconds() - cpu
        runs, passed = runs_after - runs, passed_after - passed
        if runs <= 0 and not url.endswith("/slow"):  # a machine too busy finishes none of those
            raise SystemExit(f"{self.name}: no run of {url} finished in {seconds:g} s")
        return {"cpu_ms_per_run": used * 1e3 / max(runs, 1), "idle_kb": self.idle_kb,
                "peak_kb": self._process.memory_kb("VmHWM"), "failed": 1 - passed / max(runs, 1),
                "runs": runs, "in_flight": statistics.median(in_flight)}

    def _install(self, url, count, interval):
        """Each measurement has checks of its own names, so that its counters begin at zero."""
        self._generation += 1
        directory = self._folder / f"checks-{self._generation}"
        directory.mkdir()
        checks = "".join(f"  - {{name: {self._prefix()}{number}, http: \"GET {url}?{number}\","
                         " expect: {status: 200}}\n" for number in range(count))
        (directory / "bench.check.yaml").write_text(
            "version: 1\ndefaults:\n  owner: bench\n  regions: all\n  retries: 0\n"
            f"  interval: {interval}s\n  timeout: {interval * 900}ms\n  notify: pagerduty/demo\n"
            f"checks:\n{checks}")
        self._fleet.install_checks(directory)

    def _remove_checks(self):
        self._fleet.install_checks(self._folder / "no-checks", confirm=True)

    def _prefix(self):
        return f"bench-{self._generation}-"

    def _finished(self):
        """(runs, passed runs) of the checks of this measurement, as the controller counted."""
        with urllib.request.urlopen(self._fleet.api_url + "/metrics", timeout=30) as answer:
            text = answer.read().decode()
        return tuple(sum(float(value) for value in re.findall(
            rf'^probe_all_success_{kind}{{[^}}]*job="{self._prefix()}[^}}]*}} (\S+)', text, re.M))
            for kind in ("count", "sum"))
