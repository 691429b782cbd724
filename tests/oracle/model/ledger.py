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

    def has_run(self, slot):
        return self.slots.get(slot, "").startswith("ran")
