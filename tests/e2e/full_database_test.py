#!/usr/bin/env python3
"""A controller whose database takes no writes, with real processes: its files may not grow any more
(`ulimit -f`, which needs no root and fails as a full disk does). It lives, takes nothing from the
agent, tells so, and misses nothing afterwards."""
import resource
import time
import unittest
import urllib.error
import urllib.request

from kill_audit import LEDGER_RAN, Audit
from small_fleet import RECEIVER, SmallFleet

REGION = "eu-west-1"
INTERVAL = 5
FULL_SECONDS = 40  # the health of the controller waits for 30
CHECKS = f"""\
version: 1
defaults: {{owner: e2e, interval: {INTERVAL}s, timeout: 2s, retries: 0, regions: all, quorum: 1,
           notify: {RECEIVER}}}
checks:
"""


class FullDatabaseTest(unittest.TestCase):
    def setUp(self):
        self.small = SmallFleet(self, (REGION,))
        self.fleet = self.small.fleet
        self.small.install(CHECKS + "".join(
            f"  - name: {name}\n    http: GET {self.small.target.url}/{name}\n"
            for name in ("good", "bad")))

    def readyz(self):
        """(status, text); (0, why) when nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.fleet.api_url}/readyz", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()
        except OSError as error:
            return 0, str(error)

    def batches(self):
        """How many batches of agents came in."""
        with urllib.request.urlopen(f"{self.fleet.api_url}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return next(float(line.split()[-1]) for line in lines
                    if line.split(" ")[0].split("{")[0] == "picket_ingest_batches")

    def waiting(self):
        """Records that the agent keeps: not acknowledged, as it said within the last minute."""
        path = self.fleet.directory / "agents" / REGION / "metrics.prom"
        text = path.read_text() if path.exists() else ""
        return next((float(line.split()[-1]) for line in text.splitlines()
                     if line.startswith("picket_agent_spool_waiting_records")), 0)

    def told(self, action):
        """Summaries of what PagerDuty took with that action; of a resolve its trigger's."""
        events = [entry["event"] for entry in self.small.receiver.record.events()]
        summaries = {event["dedup_key"]: event["payload"]["summary"] for event in events
                     if event["event_action"] == "trigger"}
        return [summaries[event["dedup_key"]] for event in events
                if event["event_action"] == action]

    @staticmethod
    def limit(controller, size=None):
        """How large the files of the process may grow; without `size` as before."""
        _, hard = resource.prlimit(controller.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(controller.pid, resource.RLIMIT_FSIZE,
                         (hard if size is None else size, hard))

    def test_a_database_that_is_full_loses_nothing(self):
        controller = self.fleet.controller
        self.small.wait_for(lambda: self.batches() > 2, "runs")
        before = set(self.told("trigger"))
        began = time.time()
        self.limit(controller, 1)
        status, text = self.small.wait_for(
            lambda: (said := self.readyz())[0] != 200 and said, "word of the database")
        self.assertEqual(status, 503, text)
        self.assertIn("cannot commit", text)
        self.small.target.broken.add("bad")
        self.small.wait_for(lambda: self.fleet.ask("status")["health"], "own incident",
                            FULL_SECONDS + 30)
        self.assertIn("the database takes no commits", self.fleet.ask("status")["health"][0])
        # Nothing is acknowledged, nobody is told what is not on record, and it lives.
        self.small.wait_for(lambda: self.waiting() >= 8, "records in the agent's spool", 90)
        self.assertEqual(set(self.told("trigger")), before)
        self.assertEqual(self.readyz()[0], 503)
        self.assertIsNone(controller.process.poll(), controller.tail())
        mended = time.time()
        self.limit(controller)

        self.small.wait_for(lambda: self.readyz()[0] == 200, "readiness")
        self.small.wait_for(lambda: any("database" in one for one in self.told("trigger")),
                            "page about the database")
        self.small.wait_for(lambda: any(one.startswith("bad") for one in self.told("trigger")),
                            "page of the check that broke meanwhile")
        self.small.target.broken.clear()
        self.small.wait_for(lambda: any(one.startswith("bad") for one in self.told("resolve")),
                            "resolve")
        new = set(self.told("trigger")) - before
        self.assertEqual(len(new), 2, new)  # and nobody was woken for anything else
        self.assertIsNone(controller.process.poll(), controller.tail())
        self.assertEqual(self.fleet.stop(), [])
        self.nothing_is_missing(began, mended)

    def nothing_is_missing(self, began, mended):
        """Each slot of the time without commits has its run, once, from when it ran."""
        audit = Audit(self.fleet.state_dir / "picket.db")
        self.assertEqual(audit.integrity, "ok")
        self.assertEqual(audit.sequences, sorted(set(audit.sequences)))
        self.assertEqual(sum(row["next_seq"] - 1 for row in audit.cursors), audit.records)
        step = INTERVAL * 1000
        first = int(began * 1000) // step * step
        rounds = range(first, int(mended * 1000) // step * step, step)
        self.assertGreater(len(rounds), 5)
        for check in ("good", "bad"):
            ran = [run.round for run in audit.runs if run.check == check
                   and run.kind == "scheduled" and not run.superseded and run.round in rounds]
            self.assertEqual(sorted(ran), list(rounds))
            codes = {slot.round: slot.code for slot in audit.ledger if slot.check == check}
            self.assertEqual([at for at in rounds if codes.get(at) not in LEDGER_RAN], [])


if __name__ == "__main__":
    unittest.main()
