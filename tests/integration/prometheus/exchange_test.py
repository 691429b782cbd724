#!/usr/bin/env python3
"""A real Prometheus takes what the controller pushes, and finds the controller by asking it."""
import json
import os
import shutil
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/integration/grafana"), str(ROOT / "tests/support")]

from demo.processes import Processes, wait_until  # noqa: E402
from ports import free_port  # noqa: E402
from scraping_prometheus import Prometheus  # noqa: E402

BIN = Path(os.environ.get("PICKET_BIN", "build/dev/bin"))
LIMIT = 30.0
STOP_SECONDS = 10
CHECKS = """version: 1
checks:
  - name: home
    owner: team
    notify: webhook/spare
    http: GET https://home.example.com/
"""
CONTROLLER = """version: 1
state_dir: {root}/state
checks_dir: {root}/checks
agents: {{listen: "127.0.0.1:0", names: [127.0.0.1]}}
api: {{listen: "127.0.0.1:0"}}
regions:
  eu-west-1: {{labels: {{tier: one}}}}
  office: {{latitude: 52.52, longitude: 13.405}}
receivers:
  webhook/spare:
    webhook: {{url: "http://127.0.0.1:9/", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}}
"""
RECEIVES = {"config": "global: {}\n", "options": ["--web.enable-remote-write-receiver"]}
GAP_SECONDS = 10  # a push each second, on a busy machine
PUSH = "remote_write: {{url: {url}/api/v1/write, interval: 1s, labels: {{cluster: proof}}}}\n"
DISCOVERY = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: found
    honor_labels: true
    http_sd_configs: [{{url: "{url}/api/v1/prometheus/targets", refresh_interval: 1s}}]
    relabel_configs:
      - {{source_labels: [__meta_picket_role], target_label: role}}
"""


class ExchangeTest(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="picket-exchange-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.processes = Processes(self.root / "logs")
        self.addCleanup(self.processes.stop_all, STOP_SECONDS)

    def start_controller(self, more=""):
        (self.root / "checks").mkdir()
        (self.root / "checks/home.check.yaml").write_text(CHECKS)
        config = self.root / "controller.yaml"
        config.write_text(CONTROLLER.format(root=self.root) + more)
        child = self.processes.start("controller",
                                     [BIN / "picket-controller", "--config", config])
        written = self.root / "state/run/api.port"
        port = wait_until(lambda: written.exists() and written.read_text().strip(), LIMIT,
                          "the port of the API", child)
        self.url = f"http://127.0.0.1:{port}"

    def start_prometheus(self, **given):
        directory = self.root / "prometheus"
        directory.mkdir(exist_ok=True)
        return Prometheus(self.processes, directory, **given)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=15) as answer:
            return answer.read().decode()

    def metric(self, name):
        rows = dict(line.rsplit(" ", 1) for line in self.get("/metrics").splitlines()
                    if line and line[0] != "#")
        return float(rows[name])

    def test_it_takes_what_the_controller_pushes(self):
        receiver = self.start_prometheus(**RECEIVES)
        self.start_controller(PUSH.format(url=receiver.url))

        def found(expr):
            return wait_until(lambda: receiver.instant(expr), LIMIT, expr)
        places = {labels["region"]: labels for labels, _ in
                  found('picket_region_info{job="picket",cluster="proof"}')}
        self.assertEqual(set(places), {"eu-west-1", "office"})
        self.assertEqual((places["eu-west-1"]["provider"], places["eu-west-1"]["geohash"][:3]),
                         ("aws", "gc7"))
        self.assertEqual((places["office"]["latitude"], places["office"]["geohash"]),
                         ("52.52", "u33dc"))
        self.assertEqual(found('up{job="picket"}')[0][1], 1)
        found("picket_remote_write_up == 1 and picket_remote_write_samples_sent > 0")
        found('picket_check_paused{job="home"} == 0')  # of the series' own label
        self.assertEqual(receiver.instant("picket_remote_write_samples_failed")[0][1], 0)
        self.then_it_goes(receiver)

    def then_it_goes(self, receiver):
        """The controller goes on, says so, and keeps what it could not push."""
        self.processes.stop([receiver.child], STOP_SECONDS)
        wait_until(lambda: self.metric("picket_remote_write_up") == 0
                   and self.metric("picket_remote_write_pending_bytes") > 0
                   and self.metric("picket_remote_write_retries") > 0, LIMIT, "it is not taken")
        began = time.monotonic()
        self.assertIsNone(json.loads(self.get("/api/v1/status"))["trouble"])
        self.assertLess(time.monotonic() - began, 10)
        self.assertIn("remote write is not taken", (self.root / "logs/controller.log").read_text())

    def test_nothing_is_lost_while_the_receiver_is_away(self):
        receiver = self.start_prometheus(**RECEIVES, port=free_port())
        self.start_controller(PUSH.format(url=receiver.url))
        wait_until(lambda: len(receiver.times('up{job="picket"}', "5m")) >= 3, LIMIT, "pushes")
        self.processes.stop([receiver.child], STOP_SECONDS)
        left = time.time()
        waits = wait_until(lambda: self.metric("picket_remote_write_up") == 0
                           and self.metric("picket_remote_write_pending_bytes"), LIMIT, "it waits")
        wait_until(lambda: time.time() - left > GAP_SECONDS + 1 and
                   self.metric("picket_remote_write_pending_bytes") > 11 * waits, 3 * LIMIT,
                   "eleven more pushes")
        came = time.time()
        receiver = self.start_prometheus(**RECEIVES, port=receiver.port)
        wait_until(lambda: self.metric("picket_remote_write_up") == 1
                   and self.metric("picket_remote_write_pending_bytes") == 0, 2 * LIMIT,
                   "what waited is taken")
        times = receiver.times('up{job="picket"}', "5m")
        gaps = [after - before for before, after in zip(times, times[1:])]
        self.assertGreater(came - left, GAP_SECONDS)
        self.assertLess(max(gaps), GAP_SECONDS, f"away for {came - left:.1f} s")
        self.assertGreater(len([one for one in times if left < one < came]), 3)
        for name in ("dropped", "failed"):
            self.assertEqual(self.metric(f"picket_remote_write_samples_{name}"), 0)
        self.assertGreater(self.metric("picket_remote_write_retries"), 0)

    def test_it_finds_the_controller_by_asking_it(self):
        self.start_controller()
        prometheus = self.start_prometheus(config=DISCOVERY.format(url=self.url))
        target = wait_until(lambda: [one for one in prometheus.targets()
                                     if one["health"] == "up"], LIMIT, "a target that is up")[0]
        self.assertEqual(target["scrapeUrl"], f"{self.url}/metrics")
        self.assertEqual(target["discoveredLabels"]["__meta_picket_role"], "controller")
        self.assertIn("__meta_picket_version", target["discoveredLabels"])
        found = wait_until(lambda: prometheus.instant('up{role="controller"}'), LIMIT, "up")
        self.assertEqual(found[0][1], 1)


if __name__ == "__main__":
    if shutil.which("prometheus") is None:
        print("prometheus is not installed: ./dev setup test")
        sys.exit(77)
    unittest.main()
