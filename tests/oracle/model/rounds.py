"""Slots, closed rounds, what a round is for the objective, and flapping."""
import math

from .definition import needed_for_data


class Rounds:
    """The rounds of one check that are not closed yet."""

    def __init__(self, definition, now):
        self.begin(definition, now)
        self.pauses = []  # [begin, end or None]

    def begin(self, definition, now):
        self.heard = {}  # round -> region -> (text, duration)
        self.oldest = definition.next_round(now)

    def hear(self, definition, region, round_start, now, text, duration=0):
        """The first word about a slot stands. Nobody runs the future."""
        if round_start % definition.interval:
            return
        if round_start < max(self.oldest, region.first_round):
            return
        if round_start <= now + definition.interval:
            self.heard.setdefault(round_start, {}).setdefault(region.name, (text, duration))

    def note_pause(self, paused, now):
        """Called at every moment at which the check may have been paused or resumed."""
        running = self.pauses and self.pauses[-1][1] is None
        if paused and not running:
            self.pauses.append([now, None])
        elif running and not paused:
            self.pauses[-1][1] = now

    def next_close(self, definition):
        return definition.close_of(self.oldest)

    def close_due(self, definition, regions, now):
        """The rounds closed by `now`, each as (round, {region: (text, duration)})."""
        closed = []
        while self.next_close(definition) <= now:
            closed.append((self.oldest, self._end(definition, regions, self.oldest)))
            self.oldest += definition.interval
        return closed

    def close_all(self, definition, regions):
        """As they are: of which something was heard."""
        return [(start, self._end(definition, regions, start)) for start in sorted(self.heard)]

    def _end(self, definition, regions, start):
        heard = self.heard.pop(start, {})
        rest = ("missed offline", 0)
        if self._was_paused(start, start + definition.interval):
            rest = ("skipped", 0)
        return {name: heard.get(name, rest) for name, region in sorted(regions.items())
                if region.first_round <= start}

    def _was_paused(self, begin, end):
        return any(pause[0] < end and (pause[1] is None or begin < pause[1])
                   for pause in self.pauses)


def measured(text):
    return text.startswith("ran ") and text != "ran unknown"


def mark_of(definition, start, slots):
    """What a round counts for: as slots tell, whatever the check's verdict was."""
    if definition.in_maintenance(start, start + definition.interval):
        return "excluded"
    assigned = len(slots)
    quorum = definition.quorum(assigned, assigned)
    failed = sum(1 for text, _ in slots.values() if text == "ran fail")
    if assigned and failed >= quorum:
        return "bad"
    told = sum(1 for text, _ in slots.values() if measured(text))
    return "good" if told >= needed_for_data(quorum, assigned) else "unmeasured"


class Flapping:
    """Whether a check's rounds change between good and bad too often."""

    def __init__(self):
        self.rounds = []
        self.holds = False

    def take(self, mark):
        if mark not in ("good", "bad"):
            return
        self.rounds = (self.rounds + [mark])[-20:]
        rate = change_rate(self.rounds)
        if len(self.rounds) >= 10 and rate >= 0.5:
            self.holds = True
        if rate < 0.25:
            self.holds = False


def change_rate(rounds):
    """The share of changes, the oldest weighing 0.8 and the newest 1.2."""
    pairs = list(zip(rounds, rounds[1:]))
    if not pairs:
        return 0.0
    if len(pairs) == 1:
        return 1.2 if pairs[0][0] != pairs[0][1] else 0.0
    return math.fsum(0.8 + 0.4 * place / (len(pairs) - 1)
                     for place, (before, after) in enumerate(pairs) if before != after) / len(pairs)
