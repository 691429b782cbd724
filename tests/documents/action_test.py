#!/usr/bin/env python3
"""The steps of the GitHub action in deploy/github, run by bash as a runner would: the real CLI, a
controller that refuses everything, annotations as GitHub reads them. apt-get is a stand-in."""
import http.server
import json
import os
import re
import subprocess
import tarfile
import tempfile
import threading
import unittest
from pathlib import Path

import yaml

from commands import ROOT

ACTION = ROOT / "deploy/github"
PICKET = Path(os.environ["PICKET"]).resolve()
GOOD = """version: 1
checks:
  - name: shop
    owner: shop
    http: GET https://shop.example.com/
    notify: pagerduty/shop
"""
WRONG = GOOD.replace("    owner", "    intervall: 5m\n    owner")


class Empty(http.server.BaseHTTPRequestHandler):
    """A controller that refuses everything, and keeps what it was asked with."""
    asked = []

    def do_POST(self):
        self.asked.append((self.path, self.headers.get("authorization")))
        text = json.dumps({"error": {"code": "E", "message": "nothing is run here"}}).encode()
        self.send_response(403)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST

    def log_message(self, format, *arguments):  # noqa: A002: the base class's name
        """Nobody reads it."""


class Runner(unittest.TestCase):
    """A folder with checks, and what a runner gives to a step."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="picket-action-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "checks").mkdir()
        (self.folder / "bin").mkdir()
        (self.folder / "bin/picket").symlink_to(PICKET)
        self.write(GOOD)
        self.action = yaml.safe_load((ACTION / "action.yml").read_text())

    def write(self, text):
        (self.folder / "checks/shop.check.yaml").write_text(text)

    def step(self, number, inputs, path=None):
        """The finished step, its inputs and defaults filled in as the runner does."""
        step = self.action["runs"]["steps"][number]
        self.assertEqual(step["shell"], "bash")
        known = {name: one["default"] for name, one in self.action["inputs"].items()}
        self.assertLessEqual(set(inputs), set(known))
        known.update(inputs)
        given = {name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: known[match[1]], text)
                 for name, text in step["env"].items()}
        files = {name: str(self.folder / name.lower())
                 for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
        environment = {"PATH": f"{path or self.folder / 'bin'}:/usr/bin:/bin", **given, **files,
                       "GITHUB_ACTION_PATH": str(ACTION), "RUNNER_TEMP": str(self.folder)}
        return subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c",
                               step["run"]], cwd=self.folder, env=environment, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, check=False)

    def expect(self, code, done):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr


class Install(Runner):
    def test_the_cli_of_a_tarball_is_put_onto_the_path(self):
        # A small program in its place: packing the real one takes longer than all the rest.
        program = self.folder / "program"
        program.write_text(f'#!/bin/sh\nexec {PICKET} "$@"\n')
        program.chmod(0o755)
        with tarfile.open(self.folder / "picket.tar.gz", "w:gz") as archive:
            archive.add(program, "picket-0.1.0/usr/bin/picket")
        (self.folder / "empty").mkdir()
        done = self.step(0, {"package": "picket.tar.gz"}, path=self.folder / "empty")
        self.expect(0, done)
        place = (self.folder / "github_path").read_text().strip()
        self.assertTrue((Path(place) / "picket").is_file())

    def test_a_package_is_installed_by_apt(self):
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "apt-get").write_text('#!/bin/sh\necho "$@" > asked\n'
                                       f'ln -s {PICKET} {tools}/picket\n')
        (tools / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
        for tool in tools.iterdir():
            tool.chmod(0o755)
        (self.folder / "picket.deb").touch()
        self.expect(0, self.step(0, {"package": "picket.deb"}, path=tools))
        self.assertIn(f"install --yes --no-install-recommends {self.folder}/picket.deb",
                      (self.folder / "asked").read_text())

    def test_what_is_no_package_is_said(self):
        self.assertIn("::error::", self.expect(1, self.step(0, {"package": "picket.rpm"})))
        self.assertIn("not on PATH", self.expect(1, self.step(0, {}, path="/nonexistent")))
        self.expect(0, self.step(0, {}))


class Run(Runner):
    def test_validate_annotates_the_line_of_a_mistake(self):
        self.expect(0, self.step(1, {}))
        self.write(WRONG)
        said = self.expect(3, self.step(1, {}))
        self.assertRegex(said, r"::error file=checks/shop\.check\.yaml,line=4,col=5,.*intervall")

    def test_arguments_stay_whole(self):
        said = self.expect(2, self.step(1, {"arguments": "--allow\n1.2.3.4/32; true\n",
                                            "command": "run"}))
        self.assertIn("1.2.3.4/32; true", said)
        self.assertIn("none of", self.expect(2, self.step(1, {"command": "apply"})))

    def test_run_fails_with_the_check(self):
        self.write(GOOD.replace("https://shop.example.com/", "http://127.0.0.1:1/"))
        said = self.expect(1, self.step(1, {"command": "run",
                                            "arguments": "--allow\n127.0.0.0/8"}))
        self.assertIn("::error", said)

    def test_the_token_is_sent_and_gone_afterwards(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_address[1]}"
        said = self.expect(4, self.step(1, {"command": "test", "controller": url,
                                            "token": "not-a-real-token"}))
        self.assertTrue(any(word == "Bearer not-a-real-token" for _, word in Empty.asked), said)
        self.assertNotIn("not-a-real-token", said)
        self.assertEqual(list(self.folder.glob("picket-token*")), [])
        self.expect(4, self.step(1, {"command": "plan", "controller": url}))
        self.assertFalse((self.folder / "github_output").exists())

    def test_a_plan_is_told_and_is_no_failure(self):
        for code, changed in ((0, "false"), (1, "true"), (3, None)):
            stand_in = self.folder / f"bin-{code}"
            stand_in.mkdir()
            (stand_in / "picket").write_text(f"#!/bin/sh\necho plan: $1 $2\nexit {code}\n")
            (stand_in / "picket").chmod(0o755)
            self.expect(3 if code == 3 else 0, self.step(1, {"command": "plan"}, path=stand_in))
            if changed:
                self.assertTrue((self.folder / "github_output").read_text()
                                .endswith(f"changed={changed}\n"))
                self.assertIn("plan: plan checks",
                              (self.folder / "github_step_summary").read_text())


if __name__ == "__main__":
    unittest.main()
