#!/usr/bin/env python3
"""No secret leaves an agent: random values in every place of a check, a target that sends them back
in every spelling, and afterwards a look through every file, log, page, metric and answer."""
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests/e2e"))

from canary_target import Echo, find, random_secret  # noqa: E402
from demo.fleet import AgentSettings, Fleet, receiver_names  # noqa: E402
from demo.processes import Processes  # noqa: E402
from demo.receiver.server import Receiver  # noqa: E402

BIN = Path(os.environ["PICKET_BIN"])
SEED = int(os.environ.get("PICKET_TEST_SEED", "20261128"))
REGIONS = ("eu-west-1", "us-east-1")
CHECK_NAMES = ("steps", "in-the-path", "edge")
NAMES = ("PATH", "QUERY", "HEADER", "JSON", "FORM", "BODY", "BASIC", "BEARER", "COOKIE", "EXPECTED")
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
WEBHOOK_SECRET = "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ="
CHECKS = """\
version: 1
defaults: {{owner: e2e, interval: 6s, timeout: 3s, retries: 1, regions: [eu-west-1, us-east-1],
           notify: [pagerduty/demo, webhook/demo]}}
checks:
  - name: steps
    steps:
      - name: query and header
        continue_on_failure: true
        http: {{url: "{steps}/steps/move", query: {{q: "${{{{ secrets.QUERY }}}}"}},
               headers: {{x-key: "${{{{ secrets.HEADER }}}}",
                         cookie: "c=${{{{ secrets.COOKIE }}}}"}}}}
        expect: {{status: 200, body: "${{{{ secrets.EXPECTED }}}}",
                 headers: {{x-echo: {{equals: "${{{{ secrets.EXPECTED }}}}"}}}}}}
        capture: {{shown: {{header: x-echo}}, token: {{regex: "(?s)^(.{{1,40}})"}}}}
      - name: json and basic
        continue_on_failure: true
        http: {{method: POST, url: "{steps}/steps/json", json: {{k: "${{{{ secrets.JSON }}}}"}},
               basic: {{username: anna, password: "${{{{ secrets.BASIC }}}}"}}}}
      - name: form and bearer
        continue_on_failure: true
        http: {{method: POST, url: "{steps}/steps/form", bearer: "${{{{ secrets.BEARER }}}}",
               form: {{password: "${{{{ secrets.FORM }}}}"}}}}
      - name: body
        http: {{method: PUT, url: "{steps}/steps/body", body: "<p>${{{{ secrets.BODY }}}}</p>"}}
  - name: in-the-path
    http: GET {path}/path/${{{{ secrets.PATH }}}}
  - name: edge
    cdn: {{url: "{edge}/edge/?q=${{{{ secrets.QUERY }}}}", origin: "{edge}/edge/origin", warm_up: 1,
          headers: {{x-key: "${{{{ secrets.HEADER }}}}"}}}}
    expect: {{status: 500, same_across_regions: [etag, header.content-type], pop: FRA,
             same_as_origin: [etag]}}
"""


def read(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


class CanaryTest(unittest.TestCase):
    def setUp(self):
        rng = random.Random(SEED)
        self.values = {name: random_secret(rng) for name in NAMES}
        # Where HTTP itself would refuse the value there would be no request to look at.
        for name in ("HEADER", "COOKIE", "BEARER"):
            self.values[name] = self.values[name].encode("ascii", "ignore").decode()
        directory = tempfile.TemporaryDirectory(prefix="picket-canary-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.secrets = self.directory / "secrets"
        self.secrets.mkdir()
        for name, value in self.values.items():
            (self.secrets / name).write_text(value)
        of = self.values
        self.echo = Echo({"steps": [of[name] for name in NAMES if name != "PATH"],
                          "path": [of["PATH"]], "edge": [of["QUERY"], of["HEADER"]]}, SEED)
        self.addCleanup(self.echo.stop)
        self.checks = self.directory / "load"
        self.checks.mkdir()
        # A host each: of incidents of one host only the first is paged by itself.
        urls = {name: f"http://127.0.0.{last}:{self.echo.server_port}"
                for last, name in enumerate(("steps", "path", "edge"), 2)}
        (self.checks / "a.check.yaml").write_text(CHECKS.format(**urls))

    def judge(self, what, data):
        for name, value in self.values.items():
            found = find(data, value)
            self.assertIsNone(found, f"seed {SEED}: {name} in {what}: {found}")

    def judge_files(self, root):
        looked = 0
        for path in sorted(root.rglob("*")):
            if path.is_symlink() or not path.is_file() or self.secrets in path.parents:
                continue
            self.judge(path.relative_to(root), path.read_bytes())
            looked += 1
        return looked

    def test_picket_run_shows_no_secret_in_any_output(self):
        har, junit = self.directory / "run.har", self.directory / "run.xml"
        environment = {**os.environ, **{f"PICKET_SECRET_{k}": v for k, v in self.values.items()}}
        for arguments in (["-v"], ["-o", "json"], ["-v", "--har", har, "--report-junit", junit],
                          ["-o", "tap"], ["-o", "github"]):
            done = subprocess.run([BIN / "picket", "run", *arguments, "--allow", "127.0.0.0/8",
                                   self.checks], env=environment, capture_output=True, timeout=120,
                                  check=False)
            self.assertEqual(done.returncode, 1, done.stderr.decode())
            self.judge(f"picket run {arguments}", done.stdout + done.stderr)
            self.assertTrue(b"***" in done.stdout or "tap" in arguments or "github" in arguments)
        self.judge("HAR", har.read_bytes())
        self.judge("JUnit", junit.read_bytes())
        self.assertGreater(self.echo.requests, 50)

    def test_no_file_page_or_answer_of_a_fleet_holds_a_secret(self):
        receiver = Receiver(("127.0.0.1", 0), WEBHOOK_SECRET, [ROUTING_KEY])
        serving = threading.Thread(target=receiver.serve_forever, daemon=True)
        serving.start()
        self.addCleanup(receiver.stop)
        processes = Processes(self.directory / "logs")
        self.addCleanup(processes.stop_all, 0)
        fleet = Fleet(self.directory, BIN, processes, REGIONS)
        fleet.start_controller({"routing_key": ROUTING_KEY, "webhook_secret": WEBHOOK_SECRET,
                                "url": f"http://127.0.0.1:{receiver.port}",
                                "names": receiver_names(self.checks)})
        fleet.enroll()
        fleet.start_agents(AgentSettings(secrets=self.secrets))
        fleet.wait_for_agents(lambda _: None)
        fleet.install_checks(self.checks)
        api = fleet.api_url
        self.wait_for(lambda: self.failed(api), "incidents of all checks")
        self.judge("/metrics", read(api + "/metrics"))
        self.judge("status", read(api + "/api/v1/status"))
        for name in CHECK_NAMES:
            results = read(f"{api}/api/v1/checks/{name}/results")
            self.assertIn(b"***", results)
            self.judge(f"results of {name}", results)
        for incident in json.loads(read(api + "/api/v1/incidents"))["incidents"]:
            path = f"/api/v1/incidents/{incident['id']}"
            self.judge(path, read(api + path))
        for record in ("events", "webhooks"):
            url = f"http://127.0.0.1:{receiver.port}/control/{record}"
            self.judge(record, self.wait_for_pages(url))
        self.assertEqual(fleet.stop(), [])
        self.assertGreater(self.judge_files(self.directory), 10)

    def failed(self, api):
        status = json.loads(read(api + "/api/v1/status"))
        bad = {check["name"] for check in status["checks"] if check["verdict"] == "down"}
        return set(CHECK_NAMES) <= bad

    def wait_for_pages(self, url):
        """What the receiver has, when it has pages of all checks."""
        self.wait_for(lambda: all(f"{name} down".encode() in read(url) for name in CHECK_NAMES),
                      f"pages of all checks in {url}")
        return read(url)

    def wait_for(self, what, message, seconds=90):
        end = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), end, f"no {message}")
            time.sleep(0.2)


if __name__ == "__main__":
    unittest.main()
