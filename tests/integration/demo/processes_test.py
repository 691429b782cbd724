"""Child processes: nothing outlives the parent, however it ends, and errors carry the log."""
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from support import ROOT, wait_for

from demo.processes import DemoError, Processes, start_time, wait_until

PARENT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from demo.processes import Processes
processes = Processes(Path(sys.argv[2]))
children = [processes.start(f"c{i}", ["sleep", "600"]) for i in range(3)]
print(*(child.pid for child in children), flush=True)
time.sleep(600)
"""
STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " \
           "print('up', flush=True); time.sleep(600)"


class ChildProcesses(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.logs = Path(temporary.name) / "logs"
        self.processes = Processes(self.logs)
        self.addCleanup(self.processes.stop_all, 5)

    def test_children_die_with_a_killed_parent(self):
        parent = subprocess.Popen([sys.executable, "-c", PARENT, ROOT, self.logs],
                                  stdout=subprocess.PIPE, text=True)
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        self.assertTrue(all(start_time(pid) for pid in pids))
        parent.kill()
        parent.wait()
        parent.stdout.close()
        wait_for(lambda: not any(start_time(pid) for pid in pids), 5, "the children's end")

    def test_a_child_has_its_own_session(self):
        child = self.processes.start("c", ["sleep", "600"])
        self.assertEqual(os.getsid(child.pid), child.pid)

    def test_stop_all_ends_everything(self):
        pids = [self.processes.start(f"c{i}", ["sleep", "600"]).pid for i in range(3)]
        self.assertEqual(self.processes.stop_all(5), [])
        self.assertEqual([start_time(pid) for pid in pids], [None] * 3)

    def test_a_child_that_ignores_sigterm_is_killed_and_named(self):
        child = self.processes.start("stubborn", [sys.executable, "-c", STUBBORN])
        wait_for(lambda: "up" in child.log.read_text(), 10, "the child's start")
        self.assertEqual(self.processes.stop_all(0.2), ["stubborn"])
        self.assertIsNone(start_time(child.pid))

    def test_a_child_that_ends_while_it_is_awaited_is_an_error_with_its_log(self):
        child = self.processes.start("broken", ["sh", "-c", "echo bad option; exit 3"])
        with self.assertRaises(DemoError) as caught:
            wait_until(lambda: False, 10, "its port", child)
        text = str(caught.exception)
        self.assertIn("broken ended (exit status 3) while waiting for its port", text)
        self.assertIn("bad option", text)
        self.assertEqual([ended.name for ended in self.processes.ended()], ["broken"])

    def test_a_wait_that_takes_too_long_is_an_error_with_the_log(self):
        child = self.processes.start("slow", ["sh", "-c", "echo still loading; exec sleep 600"])
        wait_for(lambda: child.log.read_text(), 5, "the child's line")
        began = time.monotonic()
        with self.assertRaises(DemoError) as caught:
            wait_until(lambda: False, 0.2, "the shop", child)
        self.assertLess(time.monotonic() - began, 5)
        self.assertIn("the shop: not within 0.2 s", str(caught.exception))
        self.assertIn("still loading", str(caught.exception))

    def test_a_program_that_does_not_exist_is_an_error(self):
        with self.assertRaises(DemoError) as caught:
            self.processes.start("nothing", ["/no/such/program"])
        self.assertIn("cannot start nothing", str(caught.exception))

    def test_a_signal_is_named(self):
        child = self.processes.start("c", ["sleep", "600"])
        os.kill(child.pid, signal.SIGSEGV)
        with self.assertRaises(DemoError) as caught:
            wait_until(lambda: False, 5, "nothing", child)
        self.assertIn("signal SIGSEGV", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
