"""The ledger: one state for every slot."""


def ledger_state(text):
    """How the ledger writes the end of a slot: `ran fail` as `ran_bad`."""
    end, _, detail = text.partition(" ")
    if end == "missed":
        return "missed_" + detail
    if end == "ran":
        return {"pass": "ran_good", "pass_on_retry": "ran_good", "degraded": "ran_degraded",
                "fail": "ran_bad"}.get(detail, "ran_unknown")
    return end


class Ledger:
    """Slots by (check, region, interval, round)."""

    def __init__(self):
        self.slots = {}
        self.intervals = {}  # check -> all under which a slot of it was decided

    @staticmethod
    def name(check, region, interval, round_start):
        return check, region, interval, round_start - round_start % interval

    def decide(self, slot, text):
        """The first word stands, but a missed slot may turn out to have run."""
        known = self.slots.get(slot)
        state = ledger_state(text)
        heals = known and known.startswith("missed") and state.startswith("ran")
        if state != "superseded" and (known is None or heals):
            self.slots[slot] = state
            self.intervals.setdefault(slot[0], set()).add(slot[2])

    def interval_of(self, check, region, round_start, in_force, late):
        """That in force, but a late run may be of one before, where its slot is known."""
        fits = round_start % in_force == 0
        if fits and (not late or (check, region, in_force, round_start) in self.slots):
            return in_force
        known = [interval for interval in sorted(self.intervals.get(check, ()))
                 if round_start % interval == 0
                 and (check, region, interval, round_start) in self.slots]
        return known[0] if known else in_force if fits else None

    def has_run(self, slot):
        return self.slots.get(slot, "").startswith("ran")
