#!/usr/bin/env python3
"""`picket test`: checks on real agents, with nothing stored, counted or paged."""
import contextlib
import http.server
import json
import os
import pty
import shutil
import sqlite3
import subprocess
import threading
import unittest
import xml.etree.ElementTree

import loopback
from fleet_rig import FleetRig, wait_for

SECRET = "hunter22-canary"
DRAWN = "\r\x1b\\[K"  # a pattern: the line begins anew
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
HEAD = """version: 1
defaults: {owner: shop, timeout: 10s, regions: all, notify: webhook/spare, retries: 0}
checks:
"""


class Target(loopback.Handler):
    def do_GET(self):
        self.server.seen.append((self.path, self.headers.get("user-agent", "")))
        self.answer(503 if self.path.startswith("/down") else 200,
                    b"you are in " + self.headers.get("x-region", "").encode())

    def do_POST(self):  # the receiver of pages: there must be none
        self.server.pages.append(self.rfile.read(int(self.headers["content-length"])))
        self.answer(200)


class TestTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
        cls.server.seen, cls.server.pages = [], []
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.base = f"http://127.0.0.1:{cls.server.server_port}"
        cls.rig = FleetRig(os.environ["PICKET_BIN"], webhook=f"{cls.base}/page")
        cls.addClassCleanup(cls.rig.stop)
        (cls.rig.root / "secrets/TOKEN").write_text(SECRET + "\n")
        for region, more in (("eu-west-1", ""), ("us-east-1", ""), ("refuses", "tests: false\n")):
            cls.rig.add_agent(region, more)

    def write(self, *checks):
        path = self.rig.root / "new.check.yaml"
        path.write_text(HEAD + "".join(checks))
        self.addCleanup(path.unlink, missing_ok=True)
        return "new.check.yaml"

    def check(self, name, path="/", more=""):
        return (f"  - name: {name}\n    http: {{url: \"{self.base}{path}\", "
                f"headers: {{x-region: \"${{{{ region }}}}\"{more}}}}}\n")

    def run_test(self, *arguments, wanted=0):
        done = self.rig.picket("test", *arguments)
        self.assertEqual(done.returncode, wanted, done.stdout + done.stderr)
        return done.stdout

    def test_every_region_runs_the_check_and_the_grid_shows_it(self):
        file = self.write(self.check("good"), self.check("broken", "/down"))
        out = self.run_test(file, "--regions", "eu-west-1,us-east-1", wanted=1)
        lines = out.splitlines()
        self.assertRegex(lines[0], r"^ +euw1  use1$")
        self.assertRegex(lines[1], r"^broken +✗ +✗$")
        self.assertRegex(lines[2], r"^good +✓ +✓$")
        for region in ("eu-west-1", "us-east-1"):
            self.assertRegex(out, rf"broken +{region}, [\d.]+ m?s\n  ✗ http  GET 503 ")
            self.assertIn(f"body: you are in {region}", out)
        self.assertTrue(out.endswith("2 failed, 2 passed\n"), out)
        self.assertTrue(all(agent.startswith("picket/") for _, agent in self.server.seen))

    def test_regions_without_an_agent_or_with_one_that_refuses_are_said(self):
        file = self.write(self.check("good"))
        out = self.run_test(file, "--regions", "eu-west-1,refuses,nowhere", wanted=4)
        self.assertIn("good in nowhere: no agent polls there\n", out)
        self.assertIn("good in refuses: its agent takes no test orders", out)
        self.assertTrue(out.endswith("1 passed, 2 not finished\n"), out)

    def test_reports_and_secrets(self):
        file = self.write(self.check("secret", "/down?t=${{ secrets.TOKEN }}",
                                     ', x-token: "${{ secrets.TOKEN }}"'))
        outs = [self.run_test(file, "--regions", "eu-west-1", "-v", "--har", "out.har", wanted=1)]
        outs.append((self.rig.root / "out.har").read_text())
        outs.append(self.run_test(file, "--regions", "eu-west-1", "-o", "json", wanted=1))
        outs.append(self.run_test(file, "--regions", "eu-west-1", "-o", "junit", wanted=1))
        for out in outs:
            self.assertNotIn(SECRET, out)
        self.assertIn(("/down?t=" + SECRET), [path for path, _ in self.server.seen])
        self.assertIn("x-token: ***", outs[0])
        self.assertEqual(json.loads(outs[1])["log"]["pages"][0]["id"], "secret/eu-west-1/1")
        self.assertEqual(json.loads(outs[2])["runs"][0]["region"], "eu-west-1")
        self.assertEqual(xml.etree.ElementTree.fromstring(outs[3]).attrib["failures"], "1")

    def on_terminal(self, *arguments, wanted=0):
        """(stdout, what the terminal got as stderr)."""
        master, slave = pty.openpty()
        done = subprocess.run(self.rig.command(*arguments), cwd=self.rig.root, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave,
                              timeout=120, check=False, env={"LC_ALL": "C.UTF-8"})
        os.close(slave)
        shown = ""
        with contextlib.suppress(OSError):  # EIO: the terminal is gone
            while got := os.read(master, 65536):
                shown += got.decode()
        os.close(master)
        self.assertEqual(done.returncode, wanted, done.stdout + shown)
        return done.stdout, shown

    def test_progress_is_for_a_terminal_and_leaves_nothing_behind(self):
        file = self.write(self.check("good"))
        out, shown = self.on_terminal("test", file, "--regions", "eu-west-1,us-east-1")
        self.assertTrue(out.endswith("2 passed\n"), out)
        self.assertRegex(shown, rf"{DRAWN}\d results, \d to come")
        self.assertRegex(shown, rf"2 results, 0 to come{DRAWN}$")
        quiet = self.rig.picket("test", file, "--regions", "eu-west-1,us-east-1")
        self.assertEqual((quiet.returncode, quiet.stderr), (0, ""))

    def test_progress_of_history_and_replay(self):
        """Of what the controller recorded of a check in force."""
        force = self.rig.root / "checks/kept.check.yaml"
        force.write_text(HEAD.replace("regions: all", "regions: [eu-west-1], interval: 10s")
                         + self.check("kept"))
        self.addCleanup(self.rig.call, "POST", "/api/v1/reload", {"confirm": True})
        self.addCleanup(force.unlink)
        self.rig.call("POST", "/api/v1/reload", {})
        wait_for(lambda: self.rig.call("GET", "/api/v1/checks/kept/results").get("results"))
        _, shown = self.on_terminal("history", "export", "-o", "kept.history")
        self.assertRegex(shown, rf"^\rreading {TIME}(\rreading {TIME})*{DRAWN}$")
        shutil.copy(force, self.rig.root / "kept.check.yaml")
        replay = ("replay", "--history", "kept.history", "--checks", "kept.check.yaml")
        out, shown = self.on_terminal(*replay)
        self.assertRegex(shown, rf"^\r *\d+ % {TIME}(\r *\d+ % {TIME})*{DRAWN}\d+ events, ")
        quiet = self.rig.picket(*replay)
        self.assertEqual((quiet.returncode, quiet.stdout), (0, out))
        self.assertRegex(quiet.stderr, r"^\d+ events, \d+ a second\n$")
        again = self.rig.picket("history", "export", "-o", "kept.history")
        self.assertEqual((again.returncode, again.stderr), (0, ""))

    def test_nothing_is_stored_counted_or_paged(self):
        file = self.write(self.check("traceless", "/down"))
        before = self.rows()
        self.run_test(file, "--regions", "eu-west-1,us-east-1", wanted=1)
        self.assertEqual(self.rig.call("GET", "/api/v1/checks/traceless")["status"], 404)
        self.assertEqual(self.rig.call("GET", "/api/v1/status")["checks"], [])
        self.assertEqual(self.rig.call("GET", "/api/v1/incidents?state=all")["incidents"], [])
        self.assertNotIn("traceless", self.rig.text("/metrics"))
        self.assertEqual(self.server.pages, [])
        self.assertEqual(self.rows(), before)
        for region in ("eu-west-1", "us-east-1"):
            spool = self.rig.root / f"agent-{region}/spool"
            found = b"".join(path.read_bytes() for path in spool.rglob("*") if path.is_file())
            self.assertNotIn(b"traceless", found)

    def rows(self):
        """Of every table that a run could reach."""
        path = next((self.rig.root / "state").glob("*.db"))
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    for table in ("evidence", "last_good", "ledger", "rounds", "timeline",
                                  "definitions", "active_checks",
                                  "incidents", "outbox")}

    def test_mistakes_are_told_before_anything_runs(self):
        file = self.write("  - name: bad\n")
        self.assertEqual(self.run_test(file, wanted=3), "")
        file = self.write(self.check("good"))
        done = self.rig.picket("test", file, "--check", "godo")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no check is named `godo`", done.stderr)

    def test_the_api_wants_the_token_and_refuses_what_makes_no_sense(self):
        call = self.rig.call
        self.assertEqual(call("POST", "/api/v1/tests", {}, token=False)["status"], 401)
        self.assertEqual(call("GET", "/api/v1/tests/0", token=False)["status"], 401)
        self.assertEqual(call("GET", "/api/v1/tests/0")["status"], 404)
        self.assertEqual(call("POST", "/api/v1/tests", {"files": []})["status"], 400)
        bad = {"files": [{"path": "a", "text": "version: 1\nchecks: [\n"}]}
        self.assertIn("a:", call("POST", "/api/v1/tests", bad)["error"]["message"])


if __name__ == "__main__":
    unittest.main()
