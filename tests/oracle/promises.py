"""What must hold of any history, whatever its events: judged from the answers alone."""
import collections

from model.definition import HOUR
from model.pagerduty import PagerDuty

SENT = ("pending", "in_flight", "unknown", "accepted", "confirmed")


class Promises:
    """`judge(line)` returns what the line breaks, or None."""

    def __init__(self):
        self.pagerduty = PagerDuty()
        self.ordinals = {}
        self.open_of_alert = {}
        self.streams = {}
        self.verdicts = {}
        self.rounds = set()
        self.slots = {}
        self.orders = collections.defaultdict(list)
        self.order_names = set()
        self.unseeing = set()

    def judge(self, line):
        judge = getattr(self, "_judge_" + line.get("answer", line.get("event", "")), None)
        return judge(line) if judge else None

    def open_keys(self):
        return set(self.pagerduty.open)

    def _judge_remove(self, line):
        self.verdicts.pop(line["check"], None)
        self.order_names = {name for name in self.order_names if name[0] != line["check"]}
        self.rounds = {name for name in self.rounds if name[0] != line["check"]}

    def _judge_online(self, line):
        self._see(line["region"], "offline", line["online"])

    def _judge_blind(self, line):
        self._see(line["region"], "blind", not line["blind"])

    def _see(self, region, what, well):
        (self.unseeing.discard if well else self.unseeing.add)((region, what))

    def _judge_verdict(self, line):
        before = self.verdicts.get(line["check"], "pending")
        self.verdicts[line["check"]] = line["to"]
        if line["from"] != before or line["to"] == before:
            return f"the verdict was {before}"
        return None

    def _judge_alert(self, line):
        name = line["check"], line["alert"]
        state, opening = self.streams.get(name, ("clears", 0))
        phase = line["phase"]
        self.streams[name] = phase, line["opening"]
        allowed = {"suspected": ("clears",), "fires": ("clears", "suspected"),
                   "changes": ("fires", "changes"), "clears": ("suspected", "fires", "changes")}
        if state not in allowed.get(phase, ()):
            return f"{phase} after {state}"
        begins = phase == "suspected" or (phase == "fires" and state == "clears")
        if begins and line["opening"] <= opening:
            return "an episode takes the name of an earlier one"
        if not begins and line["opening"] != opening:
            return "the episode changes its name"
        return None

    def _judge_round(self, line):
        name = line["check"], line["round"]
        for region, text in line["slots"].items():
            if text == "open":
                return f"the slot of {region} is in no state"
        # Another interval may name a round again.
        self.rounds.add(name)
        return None

    def _judge_slot(self, line):
        name = line["check"], line["region"], line["interval"], line["round"]
        known = self.slots.setdefault(name, line["state"])
        if known != line["state"]:
            return f"1: the slot has two states, {known} and {line['state']}"
        if line["state"] == "open":
            return "1: the slot is in no state"
        return None

    def _judge_order(self, line):
        if any((line["region"], what) in self.unseeing for what in ("offline", "blind")):
            return "an order to a region that does not see"
        name = line["check"], line["round"], line["kind"], line["ordinal"]
        if name in self.order_names:
            return "two orders of one name"
        self.order_names.add(name)
        recent = self.orders[line["check"]]
        recent.append(line["at"])
        recent[:] = [at for at in recent if at > line["at"] - HOUR]
        if len(recent) > 240:
            return "more orders than the budgets of detection and recovery"
        return None

    def _judge_page(self, line):
        if "fallback_of" in line:
            return None  # deliveries.py judges it
        key = line["key"]
        expected = self.ordinals.get(key, 0)
        self.ordinals[key] = line["ordinal"] + 1
        if line["ordinal"] != expected:
            return f"6: the ordinal should be {expected}"
        if line["state"] not in SENT:
            return None
        complaint = self.pagerduty.take(line["action"], key)
        return "6: " + complaint if complaint else None
