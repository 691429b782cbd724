"""The state directory and the fault command: who runs, what is refused, what is cleaned."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import ROOT

from demo import state as demo_state
from demo.processes import DemoError, Processes, start_time
from demo.shop.shop import Shop


class Directory(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.path = Path(temporary.name) / "demo"

    def claimed(self):
        directory = demo_state.StateDirectory(self.path)
        self.addCleanup(directory.release, True)
        return directory, directory.claim()


class Claim(Directory):
    def test_a_fresh_directory_is_made_and_removed_at_the_end(self):
        directory, found = self.claimed()
        self.assertIsNone(found)
        directory.write({"pid": 1})
        directory.release(keep=False)
        self.assertFalse(self.path.exists())

    def test_a_second_demo_is_refused(self):
        directory, _ = self.claimed()
        directory.write({"pid": 4711})
        with self.assertRaises(DemoError) as caught:
            self.claimed()
        self.assertIn("running already", str(caught.exception))
        self.assertIn("4711", str(caught.exception))
        self.assertTrue((self.path / "demo.json").exists())

    def test_what_a_crashed_demo_left_is_removed_and_its_processes_ended(self):
        directory, _ = self.claimed()
        left = subprocess.Popen(["sleep", "600"])
        self.addCleanup(left.wait)
        (self.path / "logs").mkdir()
        (self.path / "logs" / "nginx.log").write_text("x")
        directory.write({"processes": demo_state.process_table({"nginx": left.pid})})
        directory.release(keep=True)
        _, found = self.claimed()
        self.assertIn("earlier demo, ended 1 processes", found)
        self.assertIsNone(start_time(left.pid))
        self.assertEqual([entry.name for entry in self.path.iterdir()], ["demo.lock"])

    def test_a_process_that_took_over_a_pid_is_left_alone(self):
        directory, _ = self.claimed()
        other = subprocess.Popen(["sleep", "600"])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        table = demo_state.process_table({"nginx": other.pid})
        table["nginx"]["started"] -= 1
        directory.write({"processes": table})
        directory.release(keep=True)
        self.claimed()
        self.assertIsNone(other.poll())

    def test_a_torn_state_file_is_cleaned(self):
        directory, _ = self.claimed()
        (self.path / "demo.json").write_text("{")
        directory.release(keep=True)
        self.assertIn("earlier demo", self.claimed()[1])

    def test_a_directory_of_somebody_else_is_not_touched(self):
        self.path.mkdir()
        (self.path / "thesis.txt").write_text("x")
        with self.assertRaises(DemoError) as caught:
            self.claimed()
        self.assertIn("not a demo's directory", str(caught.exception))
        self.assertEqual([entry.name for entry in self.path.iterdir()], ["thesis.txt"])

    def test_a_file_in_its_place_is_refused(self):
        self.path.write_text("x")
        with self.assertRaises(DemoError):
            self.claimed()


class FaultCommand(Directory):
    def fault(self, *arguments):
        environment = {**os.environ, "PICKET_DEMO_DIR": str(self.path)}
        return subprocess.run([sys.executable, ROOT / "demo/fault.py", *arguments],
                              capture_output=True, text=True, env=environment, timeout=30,
                              check=False)

    def test_without_a_demo_it_says_how_to_start_one(self):
        done = self.fault("login", "on")
        self.assertEqual(done.returncode, 4)
        self.assertIn("no demo runs", done.stderr)
        self.assertIn("./dev up", done.stderr)

    def test_what_a_crashed_demo_left_is_no_running_demo(self):
        directory, _ = self.claimed()
        directory.write({"ready": True, "shop": None})
        directory.release(keep=True)
        self.assertIn("no demo runs", self.fault("login", "on").stderr)

    def test_a_starting_demo_is_not_ready_for_faults(self):
        self.claimed()[0].write({"pid": 1})
        self.assertIn("still starting", self.fault("list").stderr)

    def test_a_demo_without_a_shop_has_nothing_to_break(self):
        self.claimed()[0].write({"ready": True, "shop": None})
        self.assertIn("no shop to break", self.fault("edge", "on").stderr)

    def test_a_wrong_command_line_is_refused_with_a_hint(self):
        for arguments, words in ((("logn", "on"), "did you mean login?"),
                                 (("login",), "on or off"), (("login", "maybe"), "invalid choice"),
                                 (("list", "on"), "no on or off"), (("zzz", "on"), "there are")):
            done = self.fault(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)

    def test_a_fault_of_a_running_shop_is_switched_listed_and_switched_back(self):
        directory, _ = self.claimed()
        processes = Processes(self.path / "logs")
        self.addCleanup(processes.stop_all, 10)
        shop = Shop(self.path / "shop", processes)
        shop.start()
        directory.write({"ready": True, "shop": json.loads(json.dumps(shop.state()))})
        done = self.fault("edge", "on")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("ap-southeast-1 and sa-east-1 fail: regional", done.stdout)
        self.assertEqual(shop.home_status(2), 502)
        self.assertIn("on already", self.fault("edge", "on").stdout)
        states = dict(line.split()[:2] for line in self.fault("list").stdout.splitlines())
        self.assertEqual({name for name, state in states.items() if state == "on"}, {"edge"})
        self.assertGreaterEqual(set(states), {"login", "third-party", "certificate", "dns"})
        self.assertIn("edge is off", self.fault("edge", "off").stdout)
        self.assertEqual(shop.home_status(2), 200)


if __name__ == "__main__":
    unittest.main()
