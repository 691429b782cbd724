"""What is owed and what PagerDuty has of it: rows of the outbox against what was taken there.

Judged at rest, when nothing is to be delivered any more, from paging.md's section 6: nothing is
lost, order trigger < acknowledge < resolve per key, a fallback within 60 s, and in the end the open
set at PagerDuty is ours.
"""
import collections

from model.definition import MINUTE
from model.names import outbox_id
from model.pagerduty import PagerDuty

TAKEN = ("accepted", "confirmed")
OWED = ("pending", "in_flight", "unknown")


class Deliveries:
    """Fed with every line; `complaints(model_open)` says what is wrong in the end."""

    def __init__(self, slack=0):
        self.slack = slack
        self.rows = collections.defaultdict(list)  # key -> rows of the receiver itself
        self.fallbacks = []
        self.received = collections.defaultdict(list)
        self.pagerduty = PagerDuty()
        self.fallback_of = {}
        self.starts = []
        self.claimed = None  # (receivers, keys): what PagerDuty says is open

    def take(self, line):
        take = getattr(self, "_take_" + line.get("answer", line.get("event", "")), None)
        if take:
            take(line)

    def _take_receivers(self, line):
        self.fallback_of = line.get("fallbacks", {})

    def _take_start(self, line):
        self.starts.append(line["at"])

    def _take_page(self, line):
        if "fallback_of" in line:
            self.fallbacks.append(line)
        else:
            self.rows[line["key"]].append(line)

    def _take_received(self, line):
        self.received[line["key"]].append(line["action"])
        self.pagerduty.take(line["action"], line["key"])

    def _take_open(self, line):
        self.claimed = set(line.get("receivers", ())), set(line["keys"])

    def complaints(self, model_open):
        """Nothing is judged of a history that does not say what PagerDuty took."""
        if self.claimed is None or not self.claimed[0]:
            return
        yield from self._owed()
        watched = [key for key, rows in self.rows.items()
                   if rows[0]["receiver"] in self.claimed[0]]
        for key in watched:
            yield from self._arrived(key)
        for key in self.received.keys() - self.rows.keys():
            yield f"PagerDuty was told of {key}, which is no page of ours"
        given = {key for key, rows in self.rows.items() if rows[0].get("given") and is_open(rows)}
        expected = (model_open | given) & set(watched)
        yield from self._open("7: from what PagerDuty took", self.pagerduty.open, expected)
        yield from self._open("7: by PagerDuty's own word", self.claimed[1], expected)
        yield from self._fallbacks()
        yield from self._in_time()

    @staticmethod
    def _open(which, there, expected):
        for key in there ^ expected:
            yield f"{which}, {key} is {'open' if key in there else 'not open'}"

    def _owed(self):
        for row in [*self.fallbacks, *(row for rows in self.rows.values() for row in rows)]:
            if row["state"] in OWED:
                yield f"16: still owed: {row['action']} of {row['key']}"

    def _arrived(self, key):
        rows = sorted(self.rows[key], key=lambda row: row["ordinal"])
        sent = [row["action"] for row in rows if row["state"] in TAKEN]
        got = self.received.get(key, [])
        if not is_within(sent, got):
            yield f"an accepted page never arrived: {key}: {sent}, PagerDuty has {got}"
        doubtful = any(row.get("doubtful") for row in rows)
        if not doubtful and got != sent:
            yield f"6: PagerDuty has {got} of {key}, which was sent {sent}"
        if got and got[0] != "trigger":
            yield f"6: the first that PagerDuty has of {key} is {got[0]}"
        if not set(got) <= {row["action"] for row in rows if row["state"] != "suppressed"}:
            yield f"PagerDuty has of {key} what was not sent: {got}"

    def _fallbacks(self):
        """Each stands in for a page, at the receiver named for it; who is told of the trigger is
        told of the end."""
        pages = {outbox_id(row["key"], row["ordinal"]): row
                 for rows in self.rows.values() for row in rows}
        told = collections.defaultdict(set)
        for row in self.fallbacks:
            page = pages.get(row["fallback_of"])
            if page is None or page["action"] != row["action"]:
                yield f"a fallback for no page: {row['fallback_of']}"
                continue
            if row["receiver"] != self.fallback_of.get(page["receiver"]):
                yield f"a fallback at {row['receiver']}, which is not that of {page['receiver']}"
            told[page["key"]].add(row["action"])
        for key, actions in told.items():
            if "trigger" in actions and not is_open(self.rows[key]) and "resolve" not in actions:
                yield f"the fallback was told of {key}, and not of its end"

    def _in_time(self):
        """9: accepted or handed over within 60 s of being due; a start counts as due."""
        handed = {row["fallback_of"]: row["at"] for row in self.fallbacks}
        for rows in self.rows.values():
            for row in rows:
                if row["state"] not in TAKEN or row["receiver"] not in self.fallback_of:
                    continue
                if row["action"] == "resolve" and any(one.get("doubtful") for one in rows):
                    continue  # finished with its last fence
                done = min(row.get("finished", row["at"]),
                           handed.get(outbox_id(row["key"], row["ordinal"]), row["at"] + 10**12))
                due = max([row["at"], *(at for at in self.starts if row["at"] <= at <= done)])
                if done > due + MINUTE + self.slack:
                    yield (f"9: {row['action']} of {row['key']} was neither accepted nor handed "
                           f"over for {done - due} ms")


def is_open(rows):
    """Whether what was sent of a key leaves it open."""
    sent = [row["action"] for row in sorted(rows, key=lambda row: row["ordinal"])
            if row["state"] in TAKEN + OWED]
    return bool(sent) and "resolve" not in sent


def is_within(part, whole):
    """Whether `part` is a subsequence of `whole`."""
    rest = iter(whole)
    return all(any(one == other for other in rest) for one in part)
