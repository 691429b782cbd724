#!/usr/bin/env python3
"""kill -9 of the controller and of agents at random moments, while the target breaks and heals and
PagerDuty misbehaves; then, from outside: no acknowledged result is lost or counted twice, no page
is lost, at most one incident of an alert is open at PagerDuty.

A sample of 20 kills; PICKET_TEST_LONG=1 makes 200. The seed is printed, --seed N repeats the
choices (not the moments at which the machine gets to them).
"""
import argparse
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from itertools import groupby
from pathlib import Path

from kill_audit import LEDGER_RAN, Audit
from kill_rig import CHECKS, INTERVAL, REGIONS, ROOT, TIMEOUT, DemoError, Rig
from oracle_judgement import judge

GAP_SECONDS = (0.3, 3.5)      # between two kills
SHORT_FAULT = (2.0, 6.0)      # may be over before a quorum sees it
LONG_FAULT = (25.0, 35.0)     # must be paged
HEAL_SECONDS = 480  # spools, verdicts and pages settle; an own incident needs 5 min of calm
CLOSE_SECONDS = 60            # the grace of a round
UNSYNCED_SECONDS = 2.0        # a killed agent may lose what it measured last
RETURN_SECONDS = 20.0         # until a killed process does its work again
PAGER_FAULTS = ({"fault": "error", "status": 500}, {"fault": "accept_then_hang"},
                {"fault": "error", "status": 503, "count": 5},  # enough for the fallback
                {"fault": "reset"}, {"fault": "throttle", "retry_after": 1})


class Kills:
    """The run: kills and faults by a seeded plan; remembers what was done and when."""

    def __init__(self, rig: Rig, choices: random.Random, count: int):
        self.rig = rig
        self.kills: list[tuple[float, str]] = []
        self.long_faults: list[tuple[str, float, float]] = []
        self._choices = choices
        self._count = count
        self._until: dict[str, float] = {}
        self._healed = CHECKS[0]

    def run(self) -> None:
        self._choices.shuffle(order := list(CHECKS))
        for number in range(self._count):
            if number % 3 == 0:
                self._break(order[number // 3 % len(order)])
            if number % 5 == 2:
                self._break(self._healed)  # again, while its resolve may be under way
            if number % 4 == 1:
                fault = {**self._choices.choice(PAGER_FAULTS), "channel": "pagerduty"}
                self.rig.receiver.script.add(fault)
            self._wait(self._choices.uniform(*GAP_SECONDS))
            self._kill(self._victims())
        while self._until:
            self._wait(0.2)
        self.rig.receiver.script.clear()

    def _victims(self):
        controller = self._choices.random() < 0.4
        agent = f"agent-{self._choices.choice(REGIONS)}"
        both = self._choices.random() < 0.1
        return ["controller", agent] if both else ["controller"] if controller else [agent]

    def _kill(self, names):
        for name in names:
            if self._choices.random() < 0.7:
                self._await_result(self._choices.uniform(0.0, 0.06))
            self.kills.append((time.time(), name))
            self.rig.kill(name)

    def _await_result(self, delay):
        """Returns `delay` after a request at the target: its result is on its way then."""
        seen = len(self.rig.target.traces)
        deadline = time.time() + 1
        while len(self.rig.target.traces) == seen and time.time() < deadline:
            time.sleep(0.002)
        time.sleep(delay)

    def _break(self, check):
        long = self._choices.random() < 0.7
        seconds = self._choices.uniform(*(LONG_FAULT if long else SHORT_FAULT))
        everywhere = self._choices.random() < 0.75
        regions = REGIONS if everywhere else (self._choices.choice(REGIONS),)
        if check in self._until:
            return
        self.rig.target.faults[check] = regions
        now = time.time()
        self._until[check] = now + seconds
        if long and everywhere:
            self.long_faults.append((check, now, now + seconds))

    def _wait(self, seconds):
        deadline = time.time() + seconds
        while True:
            now = time.time()
            for check in [check for check, until in self._until.items() if until <= now]:
                del self._until[check]
                self._healed = check
                del self.rig.target.faults[check]
            notes = self.rig.fleet.tend()
            if notes:
                raise DemoError(f"ended by itself: {notes}")
            if now >= deadline:
                return
            time.sleep(min(0.05, deadline - now))

    def killed(self, name, after, before) -> bool:
        return any(after <= at <= before for at, victim in self.kills if victim == name)


def settle(rig: Rig) -> None:
    """Returns when every check is up, no incident is open and no page is owed."""
    deadline = time.monotonic() + HEAL_SECONDS
    left = "no answer"
    while time.monotonic() < deadline:
        left = unsettled(rig)
        if not left:
            return
        time.sleep(0.5)
    raise DemoError(f"not settled within {HEAL_SECONDS} s: {left}")


def unsettled(rig: Rig) -> str:
    status = rig.api("/api/v1/status")
    owed = rig.api("/api/v1/deliveries")
    if status is None or owed is None:
        return "the controller does not answer"
    not_up = [f"{check['name']} is {check['verdict']}" for check in status["checks"]
              if check["verdict"] != "up"]
    open_ones = [incident["title"] for incident in status["incidents"]]
    # Accepted but not finished: only its fences are left, which PagerDuty ignores.
    pages = [f"{page['action']} {page['state']} {page['last_error']}"
             for page in owed["deliveries"] if page["state"] != "accepted"]
    return "; ".join(not_up + open_ones + pages)


class Findings:
    """Every check from outside; the failed ones are collected, so that one run tells all."""

    def __init__(self, rig: Rig, run: Kills, audit: Audit, started: float):
        self.failed: list[str] = []
        self._rig = rig
        self._run = run
        self._audit = audit
        self._started = started
        self._events = [entry for entry in rig.receiver.record.events()
                        if entry["outcome"] == "accepted"]
        self._shown = rig.receiver.record.incidents()
        self._paged = {row["dedup_key"]: row["incident"] for row in audit.outbox
                       if not row["fallback_of"] and row["state"] != "suppressed"}
        # All checks ask one host: those that fail after the first have its cause.
        self._joined = {row["incident"]: row["last_error"] for row in audit.outbox
                        if row["state"] == "suppressed"}

    def all(self) -> list[str]:
        self._store()
        self._logs()
        self._records()
        self._runs()
        self._ledger()
        self._pages()
        self._order_of_events()
        self._open_at_once()
        self._long_faults()
        return self.failed

    def _hold(self, condition, text):
        if not condition:
            self.failed.append(text)

    def _none(self, wrong, text):
        wrong = list(wrong)
        self._hold(not wrong, f"{text}: {len(wrong)}, such as {wrong[:3]}")

    def _store(self):
        audit = self._audit
        self._hold(audit.integrity == "ok", f"the database is damaged: {audit.integrity}")
        self._hold(audit.sequences == sorted(set(audit.sequences)),
                   "the event log is not in order, or has an event twice")
        wanted = 1 + sum(name == "controller" for _, name in self._run.kills)
        self._hold(len(audit.starts) >= 2, f"{len(audit.starts)} starts on record of {wanted}")

    def _logs(self):
        for name in self._rig.names():
            log = self._rig.log(name)
            for words in ("results were lost", "record refused", "cannot be read", "damaged",
                          "level=critical", "commit failed",
                          "certificate_refused", "a check that is not here"):
                self._hold(words not in log, f"{name} logged: {_line_with(words, log)}")
            if name != "controller":
                kept = re.findall(r"records_kept=(\d+)", log)
                self._hold(kept[-1:] == ["0"], f"{name} kept records at its end: {kept[-1:]}")

    def _records(self):
        """What was acknowledged is exactly what is on record."""
        acknowledged = sum(row["next_seq"] - 1 for row in self._audit.cursors)
        self._hold(acknowledged == self._audit.records,
                   f"{acknowledged} records were acknowledged, {self._audit.records} are stored")

    def _runs(self):
        runs = self._audit.runs
        again = [key for key, count in Counter((run.region, run.trace) for run in runs).items()
                 if count > 1]
        self._none(again, "runs recorded twice")
        slots = Counter((run.check, run.region, run.round) for run in runs
                        if run.kind == "scheduled" and not run.superseded)
        self._none((slot for slot, count in slots.items() if count > 1),
                   "slots with more than one run that counts")
        known = {run.trace for run in runs}
        self._none(((region, at) for trace, (region, at) in self._rig.target.traces.items()
                    if trace not in known and not self._run.killed(
                        f"agent-{region}", at - 0.1, at + UNSYNCED_SECONDS)),
                   "runs that reached the target but not the record, without a kill")
        self._none((run for run in runs
                    if run.verdict == "pass" and run.trace not in self._rig.target.traces),
                   "good runs that never reached the target")

    def _ledger(self):
        ran = {(run.check, run.region, run.round) for run in self._audit.runs
               if run.kind == "scheduled" and not run.superseded}
        decided = {(slot.check, slot.region, slot.round): slot.code
                   for slot in self._audit.ledger}
        self._none((slot for slot in ran if decided.get(slot) not in LEDGER_RAN),
                   "runs of which the ledger knows nothing")
        self._none((slot for slot, code in decided.items()
                    if code in LEDGER_RAN and slot not in ran), "ledger slots without their run")
        self._none((slot for slot in self._audit.ledger
                    if (slot.code in LEDGER_RAN) != (slot.duration > 0)),
                   "slots that ran without a duration, or have one and did not run")
        step = int(INTERVAL * 1000)
        first = int(self._started * 1000) // step * step + 2 * step
        # Closed by the stop, and looked at by the timer.
        last = int((time.time() - INTERVAL - TIMEOUT - CLOSE_SECONDS - 15) * 1000)
        rounds = range(first, last, step)
        self._none((slot for check in CHECKS for region in REGIONS for at in rounds
                    if (slot := (check, region, at)) not in decided), "slots of no state")
        self._none((slot for slot, code in decided.items() if code not in LEDGER_RAN
                    and slot[2] >= first and not self._was_away(slot[1], slot[2] / 1000)),
                   "missed slots of agents that lived")
        self.missed = sum(code not in LEDGER_RAN for code in decided.values())

    def _was_away(self, region, at):
        return self._run.killed(f"agent-{region}", at - RETURN_SECONDS, at + 2 * INTERVAL)

    def _pages(self):
        """Each incident that opened was triggered and resolved at PagerDuty."""
        opened = {row["incident"] for row in self._audit.timeline
                  if row["kind"] in ("quorum_reached", "opened")}
        self._none((row["title"] for row in self._audit.incidents if row["state"] != "resolved"),
                   "incidents that are not resolved")
        keys = {incident: key for key, incident in self._paged.items()}
        self._none(opened - set(keys) - set(self._joined), "incidents that opened without a page")
        self._none((why for why in self._joined.values() if not any(
            incident in why for incident in keys)), "pages kept back without a paged cause")
        shown = {incident["dedup_key"]: incident for incident in self._shown}
        self._none((key for key in self._paged if key not in shown), "pages that never arrived")
        self._none((row["last_error"] for row in self._audit.outbox
                    if row["state"] not in ("accepted", "suppressed")),
                   "messages that were never accepted")
        self._none((key for key in shown if key not in self._paged), "pages of no incident")
        self._none((key for key, incident in shown.items() if incident["status"] != "resolved"),
                   "incidents still open at PagerDuty")

    def _order_of_events(self):
        by_key = defaultdict(str)
        for entry in self._events:
            by_key[entry["event"]["dedup_key"]] += entry["event"]["event_action"][0]
        self._none((order for order in by_key.values() if not re.fullmatch("t+r+", order)),
                   "keys with triggers and resolves out of order")

    def _open_at_once(self):
        alerts = {row["id"]: (row["subject"], row["alert_id"]) for row in self._audit.incidents}
        at_once = []
        by_alert = sorted((alerts.get(self._paged.get(shown["dedup_key"])) or ("?", "?"),
                           shown["opened_at"], shown["resolved_at"]) for shown in self._shown
                          if shown["resolved_at"])
        for alert, spans in groupby(by_alert, key=lambda entry: entry[0]):
            end = 0.0
            for _, opened, resolved in spans:
                if opened < end:
                    at_once.append((alert, end - opened))
                end = max(end, resolved)
        self._none(at_once, "alerts with two incidents open at once")

    def _long_faults(self):
        """A fault that lasts is paged while it lasts, however often we die."""
        silent = []
        for check, began, ended in self._run.long_faults:
            downs = [row for row in self._audit.incidents
                     if row["check_name"] == check and row["verdict"] == "down"
                     and (row["id"] in self._paged.values() or row["id"] in self._joined)
                     and row["opened_ms"] / 1000 <= ended + 1
                     and (row["resolved_ms"] or 0) / 1000 >= began]
            if not downs:
                silent.append((check, began, ended))
        self._none(silent, "long faults that nobody was paged for")


def _line_with(words, log):
    return next((line for line in log.splitlines() if words in line), "")


def test(seed: int, count: int, programs: Path, directory: Path) -> list[str]:
    rig = Rig(directory, programs)
    try:
        rig.start()
        started = time.time()
        run = Kills(rig, random.Random(seed), count)
        run.run()
        healed = time.time()
        settle(rig)
        settled = time.time()
        lost = {name: value for name, value in rig.metrics().items()
                if name in ("picket_ingest_lost", "picket_ingest_refused") and value}
        undrained = rig.stop_fleet()
        audit = Audit(rig.database())
        findings = Findings(rig, run, audit, started)
        failed = findings.all()
        if lost:
            failed.append(f"lost by the metrics: {lost}")
        if undrained:
            failed.append(f"did not end by SIGTERM: {undrained}")
        judged = judge(programs, rig.database(), rig.receiver.record, directory / "history.jsonl")
        if judged:
            failed.append(f"the oracle says otherwise: {judged}")
        shown = rig.receiver.record.incidents()
        print(f"{len(run.kills)} kills in {healed - started:.0f} s "
              f"({sum(name == 'controller' for _, name in run.kills)} of the controller), settled "
              f"{settled - healed:.0f} s later; {len(audit.runs)} runs, {findings.missed} missed "
              f"slots, {len(audit.incidents)} incidents, {len(shown)} at PagerDuty, "
              f"{len(run.long_faults)} long faults", flush=True)
        return failed
    finally:
        rig.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--kills", type=int,
                        default=200 if os.environ.get("PICKET_TEST_LONG") == "1" else 20)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep logs and state there")
    options = parser.parse_args()
    programs = Path(os.environ.get("PICKET_BIN", ROOT / "build" / "dev" / "bin")).absolute()
    print(f"seed {options.seed}, {options.kills} kills", flush=True)
    with tempfile.TemporaryDirectory(prefix="picket-kills-") as temporary:
        directory = (options.keep or Path(temporary)).absolute()
        directory.mkdir(parents=True, exist_ok=True)
        try:
            failed = test(options.seed, options.kills, programs, directory)
        except DemoError as error:
            failed = [str(error)]
        for text in failed:
            print(f"FAILED: {text}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
