"""A fault of one edge is regional: two of twelve regions fail, which pages as such and never as
down. And the demo killed outright leaves no process either."""
import json
import signal
import unittest

from support import GREEN_SECONDS, RunningDemo, network, programs, still_alive, wait_for

REGIONAL_SECONDS = 420  # three runs of one region: five minutes, and the machine's moods
RESOLVE_SECONDS = 300


class EdgeFault(unittest.TestCase):
    def setUp(self):
        self.demo = RunningDemo(programs(), "--shop-port", 0)
        self.addCleanup(self.demo.stop)

    def test_an_edge_that_fails_is_regional_and_never_down(self):
        demo = self.demo
        # What is different needs a good run of each region.
        wait_for(demo.all_green, GREEN_SECONDS, "all checks green", demo)
        on = demo.fault("edge", True)
        wait_for(self.incidents, REGIONAL_SECONDS, "a regional incident", demo)
        first = self.incidents()[0]
        print(f"regional after {first['opened_at'] - on:.1f} s")
        self.assertIn("regional", first["summary"])
        self.assertEqual(first["severity"], "error")
        regions = network.regions_of(network.BROKEN_EDGE)
        self.assertTrue(any(region in first["summary"] for region in regions), first["summary"])
        self.show_whose_fault(first["summary"], network.POPS[network.BROKEN_EDGE])

        demo.fault("edge", False)
        wait_for(lambda: all(i["status"] == "resolved" for i in self.incidents()),
                 RESOLVE_SECONDS, "the resolves", demo)
        summaries = [incident["summary"] for incident in self.incidents()]
        self.assertEqual([text for text in summaries if "regional" not in text], [])
        self.assertEqual(len(summaries), len(set(summaries)), "an incident opened twice")

        pids = demo.processes()
        demo.stop(signal.SIGKILL)
        wait_for(lambda: not still_alive(pids), 15, "the end of all processes")

    def show_whose_fault(self, summary, pop):
        """The page names the edge; API and command say what is different from the last good run."""
        self.assertIn(f"POP {pop}", summary)
        listed = json.loads(self.demo.picket("incidents", "-o", "json").stdout)["incidents"]
        incident = next(one for one in listed  # its title may have been brought up to date
                        if one["check"] == summary.split()[0] and one["verdict"] == "regional")
        shared = incident["detail"]["attribution"]["shared"]
        named = [one for one in shared if one["dimension"] == "pop"]
        self.assertEqual([one["value"] for one in named], [pop], shared)
        self.assertTrue(named[0]["proven"])
        self.assertGreaterEqual(named[0]["passing"], 2)
        shown = self.demo.picket("incidents", "show", incident["id"]).stdout
        self.assertRegex(shown, rf"pop +{pop}: \d failing, \d+ passing by others")
        self.assertIn("different from the last good run", shown)
        self.assertRegex(shown, r"status: 20[01] -> 502")  # a basket is created

    def incidents(self):
        return self.demo.pager.read("incidents")


if __name__ == "__main__":
    unittest.main()
