#!/usr/bin/env python3
"""`picket run` against a server on loopback: what it prints, and how it ends."""
import http.server
import json
import os
import pathlib
import pty
import signal
import subprocess
import tempfile
import threading
import unittest

import loopback

PICKET = os.environ["PICKET"]

HEAD = """version: 1
defaults: {owner: shop, timeout: 20s, regions: all, notify: pagerduty/shop, retries: 0}
checks:
"""


class Shop(loopback.Handler):
    def do_GET(self):
        if self.path == "/hang":
            self.server.hanging.set()
            self.server.release.wait(30)
            self.close_connection = True
            return
        if self.path == "/login":
            self.answer(200, b'<input name="_csrf" value="t0ken-1">', set_cookie="sid=s3ss10n-1")
        elif self.path == "/down":
            self.answer(503)
        else:
            self.answer(200, b'{"ok": true}', content_type="application/json", x_pop="FRA")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.answer(500, b'{"error":"no stock"}' + body)

    def do_DELETE(self):
        self.answer(404)


class RunTest(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
        self.server.hanging, self.server.release = threading.Event(), threading.Event()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.addCleanup(self.server.release.set)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        directory = tempfile.TemporaryDirectory(prefix="picket-run-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)

    def check(self, name, path="/", expect="{status: 200}"):
        return f"  - name: {name}\n    http: GET {self.base}{path}\n    expect: {expect}\n"

    def command(self, *arguments, allow=True):
        return [PICKET, "run", *arguments, *(["--allow", "127.0.0.0/8"] if allow else [])]

    def run_picket(self, text, *arguments, allow=True, **environment):
        (self.path / "a.check.yaml").write_text(text)
        environment.setdefault("LC_ALL", "C.UTF-8")
        return subprocess.run(self.command(*arguments, allow=allow), cwd=self.path, text=True,
                              env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=30, check=False)

    def test_a_passing_check_ends_with_0_on_stdout_alone(self):
        done = self.run_picket(HEAD + self.check("home"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"\Ahome +local, [\d.]+ m?s\n"
                         r"  ✓ http  GET 200 +[\d.]+ ms  dns 0 · tcp \d+ · tls 0 · wait \d+ · "
                         r"transfer \d+\n1 passed\n\Z")

    def test_a_journey_prints_every_step_and_what_was_wrong(self):
        done = self.run_picket(HEAD + f"""  - name: shop-checkout
    steps:
      - name: open login page
        http: GET {self.base}/login
        capture: {{csrf: {{regex: 'value="([^"]+)"'}}}}
      - name: add to basket
        http:
          method: POST
          url: {self.base}/basket
          form: {{password: "${{{{ secrets.PASSWORD }}}}", _csrf: "${{{{ capture.csrf }}}}"}}
        expect: {{status: 201}}
      - name: pay
        http: GET {self.base}/pay
      - name: cancel the order
        always: true
        http: DELETE {self.base}/basket
        expect: {{status: [204, 404]}}
""", PICKET_SECRET_PASSWORD="hunter22")
        self.assertEqual(done.returncode, 1, done.stderr)
        lines = done.stdout.splitlines()
        self.assertRegex(lines[1], r"  ✓ open login page   GET  200 ")
        self.assertRegex(lines[2], r"  ✗ add to basket     POST 500 ")
        self.assertEqual(lines[3], "      expect.status: wanted 201, got 500")
        self.assertRegex(lines[4], r"        --> .*a\.check\.yaml:\d+:\d+")
        self.assertEqual(lines[5], '      body: {"error":"no stock"}password=***&_csrf=***')
        self.assertEqual(lines[6], "  – pay               skipped")
        self.assertRegex(lines[7], r"  ✓ cancel the order  \(always\) DELETE 404 ")
        self.assertEqual(lines[8], "1 failed")
        self.assertNotIn("hunter22", done.stdout + done.stderr)

    def test_loopback_is_refused_unless_allowed_and_the_message_says_how(self):
        done = self.run_picket(HEAD + self.check("home"), allow=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("allow it: --allow 127.0.0.1", done.stdout)

    def test_a_secret_that_is_missing_ends_with_4_and_names_it(self):
        text = HEAD + f"""  - name: home
    http: {{url: {self.base}/, bearer: "${{{{ secrets.TOKEN }}}}"}}
"""
        done = self.run_picket(text)
        self.assertEqual(done.returncode, 4)
        self.assertIn("secret TOKEN does not exist here", done.stdout)
        (self.path / "TOKEN").write_text("abcd\n")
        self.assertEqual(self.run_picket(text, "--secrets-dir", ".").returncode, 0)

    def test_output_is_in_file_order_and_ascii_where_the_terminal_is(self):
        text = HEAD + "".join(self.check(f"c{i}", "/down" if i == 3 else "/") for i in range(20))
        done = self.run_picket(text, LC_ALL="C")
        self.assertEqual(done.returncode, 1)
        done.stdout.encode("ascii")
        names = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("c")]
        self.assertEqual(names, [f"c{i}" for i in range(20)])
        self.assertTrue(done.stdout.endswith("1 failed, 19 passed\n"))

    def test_json_has_the_evidence(self):
        done = self.run_picket(HEAD + self.check("home"), "-o", "json")
        report = json.loads(done.stdout)
        self.assertEqual((done.returncode, report["schema_version"]), (0, 1))
        request = report["runs"][0]["attempts"][0]["steps"][0]["requests"][0]
        self.assertEqual((request["status"], request["pop"]), (200, "FRA"))
        self.assertTrue(request["evidence"]["curl"].startswith("curl "))

    def test_names_choose_checks_and_an_unknown_one_is_a_usage_error(self):
        text = HEAD + self.check("home") + self.check("basket", "/down")
        self.assertEqual(self.run_picket(text, "--check", "home").returncode, 0)
        done = self.run_picket(text, "--check", "hom")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("did you mean `home`?", done.stderr)

    def test_bad_input_ends_with_its_own_code(self):
        self.assertEqual(self.run_picket(HEAD + "  - name: x\n").returncode, 3)
        good = HEAD + self.check("home")
        self.assertEqual(self.run_picket(good, "missing.check.yaml").returncode, 3)
        self.assertEqual(self.run_picket(good, "--allow", "nonsense").returncode, 2)
        self.assertEqual(self.run_picket(good, "--concurrency", "0").returncode, 2)
        self.assertEqual(self.run_picket(good, "--ca-file", "missing.pem").returncode, 4)
        self.assertEqual(self.run_picket(good, "--resolver", "nonsense").returncode, 4)

    def test_sigint_prints_what_there_is(self):
        (self.path / "a.check.yaml").write_text(HEAD + self.check("home") + f"""  - name: slow
    steps:
      - name: first
        http: GET {self.base}/
      - name: second
        http: GET {self.base}/hang
""")
        one_by_one = self.command("--concurrency", "1")  # the first one has ended by then
        with subprocess.Popen(one_by_one, cwd=self.path, text=True, stdout=subprocess.PIPE,
                              env={"LC_ALL": "C.UTF-8"}) as process:
            self.assertTrue(self.server.hanging.wait(15))
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=15)
        self.assertEqual(process.returncode, 4)
        self.assertIn("✓ first", out)
        self.assertIn("interrupted", out)
        self.assertTrue(out.endswith("1 passed, 1 not finished\n"), out)

    def test_a_terminal_gets_colour_and_progress_unless_no_color_is_set(self):
        (self.path / "a.check.yaml").write_text(HEAD + self.check("home"))
        for extra, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            master, slave = pty.openpty()
            subprocess.run(self.command(), cwd=self.path, stdout=slave, stderr=slave, timeout=30,
                           check=True, env={"LC_ALL": "C.UTF-8", "TERM": "xterm", **extra})
            os.close(slave)
            out = os.read(master, 65536).decode()
            os.close(master)
            self.assertEqual("\x1b[32m" in out, coloured, out)
            self.assertIn("home: http", out)


if __name__ == "__main__":
    unittest.main()
