#!/usr/bin/env python3
"""What it costs the controller to be watched: scrape, remote write, streams and polling tabs.

Three controllers, each with an agent that runs the same checks (every ten seconds): one alone, one
that a real Prometheus scrapes, one that pushes to it. The cost of an exchange is the CPU (user +
system) above the controller that is alone, in the same seconds. Then tabs of the web interface at
the first: streams only, tabs that follow one and ask again for what changed, tabs that only ask. A
run ends somewhere all the time: for tabs that follow a stream this is the worst case.
"""
import argparse
import contextlib
import http.client
import os
import pathlib
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass

from agent import Programs, make_certificates, start_nginx
from rig.picket import NOBODY, REGION, DemoError, Process

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/integration/grafana"))

from demo.fleet import AgentSettings, Fleet, require_programs  # noqa: E402
from demo.processes import Processes  # noqa: E402
from scraping_prometheus import Prometheus  # noqa: E402

CHECK_SECONDS = 10
EXCHANGE_SECONDS = 5
SETTLE_SECONDS = 3 * CHECK_SECONDS
STATUS, GRID = "/api/v1/status", "/api/v1/grid?rounds=30"
TAB_ASKS = ((STATUS, 5.0), (GRID, 10.0))  # as web/src/state.ts
APART = 0.4  # of these, as web/src/api.ts


class Watched:
    """A controller and its agent in a directory of their own."""

    def __init__(self, directory, programs, stack, more=""):
        directory.mkdir()
        processes = Processes(directory / "logs")
        stack.callback(processes.stop_all, 5)
        self._fleet = Fleet(directory, programs, processes, (REGION,))
        stack.callback(self._fleet.stop)
        self._fleet.start_controller(NOBODY | {"more": more})
        self._fleet.enroll()
        self._fleet.start_agents(AgentSettings(limits={"concurrent_runs": 200, "per_host": 200}))
        self._fleet.wait_for_agents(lambda _: None)
        self.usage = Process(self._fleet.controller.pid)
        self.address = self._fleet.api_url.removeprefix("http://")

    def install(self, directory):
        self._fleet.install_checks(directory)

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=30) as answer:
            return answer.read()

    def series(self):
        """(series, samples that remote write sent) as /metrics shows them."""
        lines = [line for line in self.get("/metrics").decode().splitlines() if line[:1] != "#"]
        sent = [line.rsplit(" ", 1)[1] for line in lines
                if line.startswith("picket_remote_write_samples_sent ")]
        return len(lines), float(sent[0]) if sent else 0.0


class Tab(threading.Thread):
    """Somebody who looks at the grid: with a stream, by asking, or both, as the page does."""

    def __init__(self, address, streams, asks):
        super().__init__(daemon=True)
        self.asked = 0
        self.problem = None
        self._address, self._streams, self._asks = address, streams, asks
        self._over = threading.Event()
        self._connection = None

    def run(self):
        try:
            if self._streams:
                self._follow()
            else:
                self._poll()
        except (OSError, http.client.HTTPException) as error:
            if not self._over.is_set():
                self.problem = error

    def stop(self):
        self._over.set()
        if self._connection and self._connection.sock:
            self._connection.sock.shutdown(2)

    def _ask(self, path):
        connection = http.client.HTTPConnection(self._address, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 200:
            raise http.client.HTTPException(f"{path}: {answer.status}")
        self.asked += 1

    def _poll(self):
        due = {path: time.monotonic() for path, _ in TAB_ASKS}
        while not self._over.wait(max(0.0, min(due.values()) - time.monotonic())):
            for path, every in TAB_ASKS:
                if due[path] <= time.monotonic():
                    self._ask(path)
                    due[path] = time.monotonic() + every

    def _follow(self):
        self._connection = http.client.HTTPConnection(self._address, timeout=60)
        self._connection.request("GET", "/api/v1/events")
        stream = self._connection.getresponse()
        if stream.status != 200:
            raise http.client.HTTPException(f"/api/v1/events: {stream.status}")
        asked = {path: 0.0 for path, _ in TAB_ASKS}
        while not self._over.is_set() and (line := stream.readline()):
            if not (self._asks and line.startswith(b"data:") and b"checks" in line):
                continue
            for path, every in TAB_ASKS:
                if time.monotonic() - asked[path] >= every * APART:
                    asked[path] = time.monotonic()
                    self._ask(path)


@dataclass(frozen=True)
class Crowd:
    name: str
    tabs: int
    streams: bool
    asks: bool


def measure_crowd(crowd, watched, seconds):
    """(CPU ms in a second, answers in a second) while the crowd looks."""
    tabs = [Tab(watched.address, crowd.streams, crowd.asks) for _ in range(crowd.tabs)]
    for tab in tabs:
        tab.start()
        time.sleep(1.0 / len(tabs))  # they do not all ask in one instant
    cpu, asked = watched.usage.cpu_seconds(), sum(tab.asked for tab in tabs)
    time.sleep(seconds)
    used = watched.usage.cpu_seconds() - cpu
    asked = sum(tab.asked for tab in tabs) - asked
    for tab in tabs:
        tab.stop()
    for tab in tabs:
        tab.join(5)
    problems = [tab.problem for tab in tabs if tab.problem]
    if problems:
        raise SystemExit(f"{crowd.name}: {problems[0]}")
    return used * 1e3 / seconds, asked / seconds


def measure_crowds(options, watched):
    crowds = (Crowd("nobody", 0, False, False),
              Crowd("streams only", options.streams, True, False),
              Crowd("tabs that follow a stream", options.tabs, True, True),
              Crowd("tabs that only ask", options.tabs, False, True))
    results = {crowd: [] for crowd in crowds}
    for number in range(options.rounds):
        for crowd in crowds:
            print(f"  round {number + 1}: {crowd.name}", file=sys.stderr)
            results[crowd].append(measure_crowd(crowd, watched, options.seconds / 2))
    idle = [cpu for cpu, _ in results[crowds[0]]]
    print(f"\n{'web interface':28} {'watchers':>9} {'CPU ms/s':>9} {'each, ms/s':>11} "
          f"{'answers/s':>10}")
    for crowd, rounds in results.items():
        cpu = statistics.median(used for used, _ in rounds)
        each = statistics.median((used - none) / max(crowd.tabs, 1)
                                 for (used, _), none in zip(rounds, idle))
        print(f"  {crowd.name:26} {crowd.tabs:9} {cpu:9.1f} {each:11.3f} "
              f"{statistics.median(answers for _, answers in rounds):10.1f}")


def measure_exchanges(options, fleets):
    """The same seconds for all of them, so that what else the machine does falls on each alike."""
    alone, scraped, pushing = fleets
    series, _ = pushing.series()
    rows = []
    for number in range(options.rounds):
        print(f"  round {number + 1}: scraped and pushing", file=sys.stderr)
        sent = pushing.series()[1]
        before = [one.usage.cpu_seconds() for one in fleets]
        start = time.monotonic()
        time.sleep(options.seconds)
        seconds = time.monotonic() - start
        used = [one.usage.cpu_seconds() - was for one, was in zip(fleets, before)]
        if pushing.series()[1] <= sent:
            raise SystemExit("nothing was pushed: is the receiver there?")
        exchanges = seconds / EXCHANGE_SECONDS
        rows.append((used[0] * 1e3 / seconds, (used[1] - used[0]) * 1e3 / exchanges,
                     (used[2] - used[0]) * 1e3 / exchanges))
    base, scrape, push = (statistics.median(column) for column in zip(*rows))
    ratio = statistics.median(row[2] / max(row[1], 0.1) for row in rows)
    print(f"\n{series} series, exchanged every {EXCHANGE_SECONDS} s{'':10} {'CPU ms each':>12} "
          f"{'x scrape':>9} {'RSS MB':>8}")
    memory = [one.usage.memory_kb() / 1024 for one in fleets]
    print(f"  {'alone, ' + format(base, '.1f') + ' ms/s':36} {'':12} {'':9} {memory[0]:8.1f}")
    print(f"  {'scraped by Prometheus':36} {scrape:12.1f} {1:9.2f} {memory[1]:8.1f}")
    print(f"  {'pushing by remote write':36} {push:12.1f} {ratio:9.2f} {memory[2]:8.1f}")


def write_checks(directory, url, count):
    directory.mkdir()
    checks = "".join(f"  - {{name: watched-{number}, http: \"GET {url}?{number}\"}}\n"
                     for number in range(count))
    (directory / "watched.check.yaml").write_text(
        "version: 1\ndefaults:\n  owner: bench\n  regions: all\n  retries: 0\n"
        f"  interval: {CHECK_SECONDS}s\n  timeout: 5s\n  notify: pagerduty/demo\n"
        f"checks:\n{checks}")
    return directory


def start(folder, options, stack):
    """The three controllers; `stack` ends everything, the newest first."""
    programs = Programs()
    stack.callback(programs.stop)
    make_certificates(folder)
    plain, _ = start_nginx(folder, programs)
    receiver = Processes(folder / "prometheus-logs")
    stack.callback(receiver.stop_all, 5)
    alone = Watched(folder / "alone", options.bin, stack)
    scraped = Watched(folder / "scraped", options.bin, stack)
    (folder / "prometheus").mkdir()
    prometheus = Prometheus(receiver, folder / "prometheus", config=(
        f"global: {{scrape_interval: {EXCHANGE_SECONDS}s, scrape_timeout: {EXCHANGE_SECONDS}s}}\n"
        "scrape_configs:\n  - job_name: picket\n    honor_labels: true\n"
        f"    static_configs: [{{targets: [\"{scraped.address}\"]}}]\n"),
        options=["--web.enable-remote-write-receiver"])
    pushing = Watched(folder / "pushing", options.bin, stack,
                      f"remote_write: {{url: \"{prometheus.url}/api/v1/write\", "
                      f"interval: {EXCHANGE_SECONDS}s}}\n")
    checks = write_checks(folder / "checks", f"http://127.0.0.1:{plain}/page", options.checks)
    for one in (alone, scraped, pushing):
        one.install(checks)
    return alone, scraped, pushing


def benchmark(options, folder, stack):
    fleets = start(folder, options, stack)
    print(f"  settling for {SETTLE_SECONDS} s", file=sys.stderr)
    time.sleep(SETTLE_SECONDS)
    measure_exchanges(options, fleets)
    measure_crowds(options, fleets[0])


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30, help="of a round")
    parser.add_argument("--checks", type=int, default=250)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--tabs", type=int, default=20)
    parser.add_argument("--quick", action="store_true",
                        help="a look at whether it works: one round of little")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.checks = 1, 10, 20
        options.streams, options.tabs = 10, 5
    if min(options.rounds, options.checks, options.streams, options.tabs) < 1:
        parser.error("--rounds, --checks, --streams and --tabs are at least 1")
    if options.seconds < EXCHANGE_SECONDS:
        parser.error(f"--seconds is at least {EXCHANGE_SECONDS}")
    options.bin = options.bin.absolute()
    return options


def main():
    options = parse_arguments()
    require_programs(options.bin)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="picket-bench-") as name:
        try:
            with contextlib.ExitStack() as stack:
                benchmark(options, pathlib.Path(name), stack)
        except DemoError as error:
            raise SystemExit(f"watching: {error}") from error
    print(f"\n{os.cpu_count()} cores, load {load:.1f} before and {os.getloadavg()[0]:.1f} after; "
          f"median of {options.rounds} rounds; compare the ratios")


if __name__ == "__main__":
    main()
