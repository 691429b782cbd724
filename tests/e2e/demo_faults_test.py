"""A fault of one edge is regional: two of twelve regions fail, which pages as such and never as
down. And the demo killed outright leaves no process either."""
import signal
import unittest

from support import RunningDemo, network, programs, still_alive, wait_for

REGIONAL_SECONDS = 420  # three runs of one region: five minutes, and the machine's moods
RESOLVE_SECONDS = 300


class EdgeFault(unittest.TestCase):
    def setUp(self):
        self.demo = RunningDemo(programs(), "--shop-port", 0)
        self.addCleanup(self.demo.stop)

    def test_an_edge_that_fails_is_regional_and_never_down(self):
        demo = self.demo
        on = demo.fault("edge", True)
        wait_for(self.incidents, REGIONAL_SECONDS, "a regional incident", demo)
        first = self.incidents()[0]
        print(f"regional after {first['opened_at'] - on:.1f} s")
        self.assertIn("regional", first["summary"])
        self.assertEqual(first["severity"], "error")
        regions = network.regions_of(network.BROKEN_EDGE)
        self.assertTrue(any(region in first["summary"] for region in regions), first["summary"])

        demo.fault("edge", False)
        wait_for(lambda: all(i["status"] == "resolved" for i in self.incidents()),
                 RESOLVE_SECONDS, "the resolves", demo)
        summaries = [incident["summary"] for incident in self.incidents()]
        self.assertEqual([text for text in summaries if "regional" not in text], [])
        self.assertEqual(len(summaries), len(set(summaries)), "an incident opened twice")

        pids = demo.processes()
        demo.stop(signal.SIGKILL)
        wait_for(lambda: not still_alive(pids), 15, "the end of all processes")

    def incidents(self):
        return self.demo.pager.read("incidents")


if __name__ == "__main__":
    unittest.main()
