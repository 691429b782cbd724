"""The demo's start when something is wrong: a clear error for each, and no process is left."""
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import ROOT, wait_for

from demo.processes import start_time
from demo.state import StateDirectory, read_state

BROKEN_CONTROLLER = "echo 'controller.yaml:3:1: unknown key'; exit 3"
SILENT_CONTROLLER = "exec sleep 600"


class Up(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.path = Path(temporary.name)
        self.run_directory = self.path / "run"

    def programs(self, controller, validate="exit 0"):
        """A directory of programs of which only the controller's start and `picket validate`
        matter."""
        directory = self.path / "bin"
        directory.mkdir()
        for name, script in (("picket-controller", controller), ("picket-agent", "exit 1"),
                             ("picket", validate)):
            (directory / name).write_text(f"#!/bin/sh\n{script}\n")
            (directory / name).chmod(0o755)
        return directory

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, ROOT / "demo/up.py", "--dir", self.run_directory, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_up(self, *arguments):
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=60)
        return process.returncode, output, errors

    def test_programs_that_were_not_built_are_named(self):
        code, _, errors = self.run_up("--bin", self.path)
        self.assertEqual(code, 4)
        self.assertIn("picket-controller, picket-agent, picket not in", errors)
        self.assertIn("./dev build", errors)
        self.assertFalse(self.run_directory.exists())

    def test_checks_that_are_no_directory_are_refused(self):
        code, _, errors = self.run_up("--bin", self.path, "--checks", self.path / "none")
        self.assertEqual(code, 2)
        self.assertIn("is not a directory", errors)

    def test_checks_with_mistakes_are_shown_before_anything_starts(self):
        programs = self.programs(BROKEN_CONTROLLER, "echo 'error[E0107]: unknown key' >&2; exit 3")
        code, _, errors = self.run_up("--bin", programs, "--checks", self.path)
        self.assertEqual(code, 4)
        self.assertIn("error[E0107]: unknown key", errors)
        self.assertFalse(self.run_directory.exists())

    def test_a_controller_that_ends_is_an_error_with_its_log_which_is_kept(self):
        code, _, errors = self.run_up("--bin", self.programs(BROKEN_CONTROLLER),
                                      "--checks", self.path)
        self.assertEqual(code, 4)
        self.assertIn("controller ended (exit status 3)", errors)
        self.assertIn("controller.yaml:3:1: unknown key", errors)
        self.assertTrue((self.run_directory / "logs" / "controller.log").exists())

    def test_the_next_demo_cleans_what_a_failed_one_kept(self):
        programs = self.programs(BROKEN_CONTROLLER)
        self.run_up("--bin", programs, "--checks", self.path)
        _, _, errors = self.run_up("--bin", programs, "--checks", self.path)
        self.assertIn("removed the state of an earlier demo", errors)

    def test_a_second_demo_in_one_directory_is_refused(self):
        first = StateDirectory(self.run_directory)
        first.claim()
        self.addCleanup(first.release, False)
        code, _, errors = self.run_up("--bin", self.programs(BROKEN_CONTROLLER))
        self.assertEqual(code, 4)
        self.assertIn("a demo is running already", errors)

    def test_an_interrupt_while_starting_ends_everything(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number=number):
                self.assert_interrupt_ends_everything(number)

    def assert_interrupt_ends_everything(self, number):
        programs = self.path / "bin"
        if not programs.exists():
            self.programs(SILENT_CONTROLLER)
        process = self.start("--bin", programs)
        controller_log = self.run_directory / "logs" / "controller.log"
        wait_for(controller_log.exists, 30, "the controller's start")
        pids = self.children(process.pid)
        self.assertGreaterEqual(len(pids), 9)  # receiver, application, nginx, six resolvers
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, errors)
        self.assertIn("everything has ended", errors)
        self.assertEqual([pid for pid in pids if start_time(pid)], [])
        self.assertFalse(self.run_directory.exists())

    def test_the_state_names_who_runs_while_it_starts(self):
        process = self.start("--bin", self.programs(SILENT_CONTROLLER), "--checks", self.path)
        wait_for(lambda: read_state(self.run_directory).get("pid") == process.pid, 30, "demo.json")
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)

    @staticmethod
    def children(pid):
        return [int(child) for child in
                Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


if __name__ == "__main__":
    unittest.main()
