#!/usr/bin/env python3
"""`--watch` and progress, as one sees them who sits at a terminal, and as a pipe gets them."""
import contextlib
import http.server
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import loopback

PICKET = os.environ["PICKET"]
CLEAR = "\x1b[H\x1b[2J"
LIMIT = 30.0  # the only failure of a wait
REGION = {"region": "eu-west-1", "online": True, "blind": False, "agents": 1}
CHECK = {"name": "home", "title": "", "owner": "me", "verdict": "up", "since": None,
         "interval_ms": 30000, "quorum": 1, "failing": 0, "reporting": 1, "tags": [], "firing": [],
         "flapping": False, "revision": "b7821ee9", "source": "home.check.yaml:3:5",
         "regions": [{"region": "eu-west-1", "state": "pass", "recent": ["pass"],
                      "last_run": "2026-11-22T04:42:28.604Z"}]}
STATUS = {"schema_version": 1, "now": "2026-11-22T04:42:39.881Z", "version": "1.0.0",
          "trouble": None, "health": [], "dead_man": None, "regions": [REGION], "checks": [CHECK],
          "incidents": [], "reload": {"at": None, "checks": 1, "errors": 0, "warnings": 0,
                                      "kept": [], "waits_for_confirmation": "", "diagnostics": ""}}
INCIDENT = {"id": "01M80RYB4G3RZBNGWFJ8E905VA", "state": "open", "severity": "critical",
            "opened": "2026-11-22T04:41:58.614Z", "title": "home down"}


class Answers(loopback.Handler):
    """As the controller: the status and incidents of the server, whose `looks` count them."""

    def do_GET(self):
        self.server.looks += 1
        if self.path == "/api/v1/status":
            document = {**STATUS, "version": f"look {self.server.looks}"}
        elif self.path.startswith("/api/v1/tests/"):
            return self.answer_test()
        else:
            document = {"schema_version": 1, "incidents": [INCIDENT]}
        self.answer(200, json.dumps(document).encode(), content_type="application/json")

    def answer_test(self):
        """That two runs are waited for, and then that nobody knows of them."""
        document = {"results": [], "waiting": [{}, {}], "done": False} \
            if self.server.looks == 1 else {"error": {"code": "not_found", "message": "gone"}}
        self.answer(200 if "done" in document else 404, json.dumps(document).encode())

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.answer(201, b'{"schema_version": 1, "id": "5b0c", "runs": []}')


def serve(port=0):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answers)
    server.looks = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def end(server):
    server.shutdown()
    server.server_close()


class Screen:
    """A process whose output is a terminal, or a pipe; what came is kept in `text`."""

    def __init__(self, *arguments, terminal=True):
        self.text = ""
        self._read, write = pty.openpty() if terminal else os.pipe()
        self.process = subprocess.Popen(
            [PICKET, *arguments], stdin=subprocess.DEVNULL, stdout=write, stderr=write,
            env={"LC_ALL": "C.UTF-8", "TERM": "xterm", "COLUMNS": "100"})
        os.close(write)

    def until(self, wanted):
        """Reads until `wanted(text)` is true."""
        over = time.monotonic() + LIMIT
        while not wanted(self.text):
            left = over - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise AssertionError(f"waited too long: {self.text!r}")
            got = os.read(self._read, 65536)
            if not got:
                raise AssertionError(f"ended: {self.text!r}")
            self.text += got.decode()

    def interrupt(self):
        """The exit code after SIGINT."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(LIMIT)

    def ended(self):
        """The exit code, after everything was read."""
        with contextlib.suppress(AssertionError, OSError):  # EIO: the terminal is gone
            self.until(lambda _: False)
        return self.process.wait(LIMIT)

    def leave(self):
        """Nobody reads any more."""
        os.close(self._read)
        self._read = os.open(os.devnull, os.O_RDONLY)

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(LIMIT)
        os.close(self._read)


class WatchTest(unittest.TestCase):
    def setUp(self):
        self.server = serve()
        self.port = self.server.server_port
        self.addCleanup(lambda: end(self.server))

    def watch(self, *arguments, terminal=True):
        screen = Screen("--controller", f"http://127.0.0.1:{self.port}", *arguments, "--watch",
                        terminal=terminal)
        self.addCleanup(screen.close)
        return screen

    def test_a_terminal_is_drawn_anew_from_its_top_until_sigint(self):
        for command, wanted in (("status", "home"), ("regions", "eu-west-1"),
                                ("incidents", "home down")):
            with self.subTest(command):
                screen = self.watch(command)
                screen.until(lambda text, wanted=wanted: text.count(CLEAR) >= 2
                             and wanted in text.split(CLEAR)[2])
                before, first, second = screen.text.split(CLEAR)[:3]
                self.assertEqual(before, "")
                self.assertEqual(first.splitlines()[0], second.splitlines()[0])
                self.assertEqual(screen.interrupt(), 0)

    def test_a_controller_may_go_and_come_back(self):
        screen = self.watch("regions")
        screen.until(lambda text: "eu-west-1" in text)
        end(self.server)
        screen.until(lambda text: "no controller at" in text.split(CLEAR)[-1])
        self.assertNotIn("eu-west-1", screen.text.split(CLEAR)[-1])
        self.server = serve(self.port)
        screen.until(lambda text: "eu-west-1" in text.split(CLEAR)[-1])
        self.assertEqual(screen.interrupt(), 0)

    def test_a_pipe_gets_text_without_control_characters(self):
        screen = self.watch("regions", terminal=False)
        screen.until(lambda text: text.count("\n") >= 2)
        self.assertEqual(screen.interrupt(), 0)
        self.assertNotIn("\x1b", screen.text)
        self.assertEqual(len(set(screen.text.splitlines())), 1)

    def test_json_is_a_document_in_each_line(self):
        for command, terminal in (("status", False), ("regions", False), ("incidents", True)):
            with self.subTest(command):
                screen = self.watch(command, "-o", "json", terminal=terminal)
                screen.until(lambda text: text.count("\n") >= 2)
                self.assertEqual(screen.interrupt(), 0)
                lines = [json.loads(line) for line in screen.text.splitlines()]
                self.assertEqual({line["schema_version"] for line in lines}, {1})
                if command == "status":
                    self.assertNotEqual(lines[0]["version"], lines[1]["version"])

    def test_once_json_is_indented(self):
        screen = Screen("--controller", f"http://127.0.0.1:{self.port}", "regions", "-o", "json",
                        terminal=False)
        self.addCleanup(screen.close)
        self.assertEqual(screen.process.wait(LIMIT), 0)
        screen.until(lambda text: text.endswith("}\n"))
        self.assertTrue(re.match(r'\{\n  "schema_version": 1,\n', screen.text), screen.text)

    def test_what_ends_a_wait_early_stands_on_a_line_of_its_own(self):
        with tempfile.TemporaryDirectory(prefix="picket-watch-") as directory:
            file = pathlib.Path(directory) / "a.check.yaml"
            file.write_text("version: 1\nchecks:\n  - name: home\n    owner: me\n"
                            "    http: GET https://home.example/\n")
            screen = Screen("--controller", f"http://127.0.0.1:{self.port}", "test", str(file))
            self.addCleanup(screen.close)
            self.assertEqual(screen.ended(), 4)
        self.assertTrue(screen.text.startswith("\r\x1b[K0 results, 2 to come\r\x1b[Kpicket: gone"),
                        repr(screen.text))

    def test_a_reader_that_goes_ends_it(self):
        screen = self.watch("regions", terminal=False)
        screen.until(lambda text: "\n" in text)
        screen.leave()
        self.assertNotEqual(screen.process.wait(LIMIT), 0)


if __name__ == "__main__":
    unittest.main()
