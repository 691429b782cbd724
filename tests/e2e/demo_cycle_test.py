"""One cycle of the demonstration: green everywhere, a broken login pages once, the mended one
resolves although the controller was killed in between, Ctrl-C leaves nothing. The bounds of
detection are proven in virtual time; here the limits only say that it happens on a busy machine."""
import os
import signal
import time
import unittest

from support import (GREEN_SECONDS, RunningDemo, network, programs, read_state, still_alive,
                     wait_for)

PAGE_SECONDS = 120
RESOLVE_SECONDS = 240


class DemoCycle(unittest.TestCase):
    def setUp(self):
        self.demo = RunningDemo(programs(), "--shop-port", 0)
        self.addCleanup(self.demo.stop)

    def test_a_broken_login_is_paged_once_and_resolved(self):
        demo = self.demo
        agents = [pid for pid in demo.processes() if self.is_agent(pid)]
        self.assertEqual(len(agents), len(network.REGIONS))
        wait_for(demo.all_green, GREEN_SECONDS, "all checks green", demo)
        self.assertEqual(demo.pager.read("events"), [], "pages while all was green")

        on = demo.fault("login", True)
        trigger = wait_for(lambda: self.events("trigger"), PAGE_SECONDS, "a page", demo)[0]
        print(f"paged after {trigger['at'] - on:.1f} s")
        summary = trigger["event"]["payload"]["summary"]
        for words in ("shop-login", "down", "log in", "500"):
            self.assertIn(words, summary)
        self.assertEqual(trigger["event"]["payload"]["severity"], "critical")

        self.kill_controller()
        off = demo.fault("login", False)
        resolve = wait_for(lambda: self.events("resolve"), RESOLVE_SECONDS, "a resolve", demo)[0]
        print(f"resolved after {resolve['at'] - off:.1f} s")
        self.assertEqual(resolve["event"]["dedup_key"], trigger["event"]["dedup_key"])
        [incident] = demo.pager.read("incidents")
        self.assertEqual(incident["status"], "resolved")
        # At least once: the killed controller may not have noted yet that its trigger was taken.
        actions = [entry["action"] for entry in incident["log"]]
        self.assertEqual(set(actions[:-1]), {"trigger"}, actions)
        self.assertLessEqual(len(actions), 3, actions)
        self.assertEqual(actions[-1], "resolve", actions)
        refused = [e for e in demo.pager.read("events") if e["outcome"] != "accepted"]
        self.assertEqual(refused, [])

        self.stop_leaves_nothing()

    def kill_controller(self):
        """kill -9; the demo starts it again, and it goes on where it was."""
        killed = read_state(self.demo.directory)["processes"]["controller"]["pid"]
        os.kill(killed, signal.SIGKILL)

        def is_back():
            pid = read_state(self.demo.directory)["processes"]["controller"]["pid"]
            return pid != killed and self.demo.picket("status").returncode == 0
        wait_for(is_back, 60, "the controller's return", self.demo)

    def stop_leaves_nothing(self):
        pids = self.demo.processes()
        self.assertGreaterEqual(len(pids), 22)
        began = time.monotonic()
        self.assertEqual(self.demo.stop(), 0)
        print(f"{len(pids)} processes ended in {time.monotonic() - began:.1f} s")
        self.assertEqual(still_alive(pids), [])

    def events(self, action):
        return [entry for entry in self.demo.pager.read("events")
                if (entry["event"] or {}).get("event_action") == action
                and entry["outcome"] == "accepted"]

    @staticmethod
    def is_agent(pid):
        try:
            return os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "picket-agent"
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main()
