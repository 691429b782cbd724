#!/usr/bin/env python3
"""The controller and the shipped rules on the same histories: a program with the controller's own
budget and renderer writes picket_slo_* as OpenMetrics and says each minute whether its burn-rate
alerts hold; a real Prometheus holds the series and judges by the shipped rules. They must agree."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
RULES = ROOT / "deploy/prometheus/picket-slo.rules.yml"
HISTORY = os.environ.get("SLO_HISTORY", "slo_history")
RECORDED = re.compile(r"picket:[\w:]+")
STEP = 60  # of scrapes and evaluations, in seconds
# Points older than 7 h are kept by the half hour (controller/evaluate/budget.cpp): the begin of a
# window of a day or three may lie so much earlier.
SLOW_EDGE = 30 * 60
CHUNK = 12 * 3600
START_SECONDS = 60
# seed, interval, days, budget by
HISTORIES = ((1, 60, 3, "rounds"), (2, 300, 5, "rounds"), (3, 600, 4, "rounds"),
             (10, 900, 5, "runs"))


class Prometheus:
    """A real one over a directory of blocks, on a port that the system gives."""

    def __init__(self, directory):
        config = directory / "prometheus.yml"
        config.write_text(f"rule_files: [{RULES}]\nglobal: {{evaluation_interval: 1h}}\n")
        self._log = (directory / "prometheus.log").open("w")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={directory / 'data'}",
             "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:0",
             "--query.max-samples=500000000"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        self.port = self._wait()

    def _wait(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            port = listening_port(self.process.pid)
            try:
                if port and self._get(port, "/-/ready") is not None:
                    return port
            except OSError:
                pass
            time.sleep(0.2)
        raise AssertionError("prometheus does not start: " +
                             pathlib.Path(self._log.name).read_text()[-2000:])

    @staticmethod
    def _get(port, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=240) as answer:
            return answer.read()

    def ask(self, path, **query):
        text = self._get(self.port, f"/api/v1/{path}?{urllib.parse.urlencode(query)}")
        return json.loads(text)["data"]

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._log.close()


def listening_port(pid):
    """The TCP port on which the process listens, from /proc; None: none yet."""
    try:
        inodes = {os.readlink(link) for link in pathlib.Path(f"/proc/{pid}/fd").iterdir()}
        lines = pathlib.Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            return int(fields[1].split(":")[1], 16)
    return None


def expand(query, recorded):
    """The query with recorded series written out, as the rules of one group are evaluated."""
    return RECORDED.sub(lambda name: f"({expand(recorded[name.group()], recorded)})", query)


def differences(ours, theirs, edge):
    """Times at which one holds and the other did not within `edge` seconds of it."""
    def near(times, at):
        return any(other in times for other in range(at - edge, at + edge + STEP, STEP))
    return sorted([at for at in ours if not near(theirs, at)] +
                  [at for at in theirs if not near(ours, at)])


class BudgetTest(unittest.TestCase):
    def run_history(self, directory, seed, interval, days, budget_by):
        """(first time, last time, times of fast, times of slow) as the controller has them."""
        text = directory / "history.txt"
        done = subprocess.run([HISTORY, str(seed), str(interval), str(days), budget_by, str(text)],
                              capture_output=True, text=True, timeout=300, check=True)
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", text,
                        directory / "data"], capture_output=True, timeout=300, check=True)
        rows = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
        fast = {at for at, holds, _ in rows if holds}
        slow = {at for at, _, holds in rows if holds}
        return rows[0][0], rows[-1][0], fast, slow

    def rule_times(self, prometheus, query, first, last):
        times = set()
        for begin in range(first, last + 1, CHUNK):
            end = min(last, begin + CHUNK - STEP)
            data = prometheus.ask("query_range", query=query, start=begin, end=end, step=STEP)
            for series in data["result"]:
                times.update(int(at) for at, _ in series["values"])
        return times

    def compare(self, seed, interval, days, budget_by):
        with tempfile.TemporaryDirectory(prefix="picket-slo-") as name:
            directory = pathlib.Path(name)
            first, last, fast, slow = self.run_history(directory, seed, interval, days, budget_by)
            prometheus = Prometheus(directory)
            try:
                rules = [rule for group in prometheus.ask("rules")["groups"]
                         for rule in group["rules"]]
                recorded = {rule["name"]: rule["query"] for rule in rules
                            if rule["type"] == "recording"}
                alerts = {rule["name"]: expand(rule["query"], recorded) for rule in rules
                          if rule["type"] == "alerting"}
                found = {alert: self.rule_times(prometheus, alerts[alert], first, last)
                         for alert in ("PicketBudgetBurnsFast", "PicketBudgetBurnsSlowly")}
            finally:
                prometheus.stop()
        what = f"seed {seed}, {interval} s, {budget_by}"
        self.assertGreater(len(fast), 10, f"{what}: a history without an alert tells nothing")
        self.assertGreater(len(slow), 10, f"{what}: a history without an alert tells nothing")
        self.assertLess(len(fast), (last - first) / STEP / 2, what)
        for alert, ours, edge in (("PicketBudgetBurnsFast", fast, STEP),
                                  ("PicketBudgetBurnsSlowly", slow, SLOW_EDGE)):
            wrong = differences(ours, found[alert], edge)
            self.assertEqual(wrong, [], f"{what}: {alert} differs at {len(wrong)} of {len(ours)} "
                             f"minutes, first {[(at - first) // STEP for at in wrong[:5]]}")
        return len(fast), len(slow)

    def test_they_agree_on_random_histories(self):
        for history in HISTORIES:
            with self.subTest(history=history):
                fast, slow = self.compare(*history)
                print(f"{history}: fast holds {fast} min, slow {slow} min: the same", flush=True)


class CompareTest(unittest.TestCase):
    """The comparison itself can fail."""

    def test_a_shift_of_more_than_the_edge_is_a_difference(self):
        ours = set(range(6000, 12000, STEP))
        self.assertEqual(differences(ours, {at + STEP for at in ours}, STEP), [])
        self.assertTrue(differences(ours, {at + 3 * STEP for at in ours}, STEP))
        self.assertTrue(differences(ours, set(), STEP))
        self.assertTrue(differences(set(), ours, STEP))


if __name__ == "__main__":
    if shutil.which("promtool") is None or shutil.which("prometheus") is None:
        print("promtool and prometheus are not installed: ./dev setup test")
        sys.exit(77)
    unittest.main()
