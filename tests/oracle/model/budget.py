"""The error budget of an objective over closed rounds, and how fast it burns."""
import bisect

from .coverage import note
from .definition import HOUR, MINUTE
from .rounds import measured

# factor, long window, short window, whether critical and error alerts look at it
BURN_WINDOWS = (
    (14.4, HOUR, 5 * MINUTE, True),
    (6, 6 * HOUR, 30 * MINUTE, True),
    (3, 24 * HOUR, 2 * HOUR, False),
    (1, 72 * HOUR, 6 * HOUR, False),
)
BAD_LEAST = 3
# Totals are kept at the end of each round; older ones at the last round's end in each span.
EACH_FOR = 7 * HOUR
THINNED = ((75 * HOUR, HOUR // 2), (None, 6 * HOUR))


class Tally:
    """What one round, or many, counted for."""

    __slots__ = ("good", "bad", "fast", "slow")

    def __init__(self):
        self.good = self.bad = self.fast = self.slow = 0

    def add(self, other):
        self.good += other.good
        self.bad += other.bad
        self.fast += other.fast
        self.slow += other.slow


class Budget:
    """The rounds of one check since it first had an objective."""

    def __init__(self):
        self.rounds = []  # (end, Tally), in order
        self._rates = {}  # of windows, since the last change

    @property
    def until(self):
        return self.rounds[-1][0] if self.rounds else None

    def take_round(self, definition, start, mark, slots):
        if not definition.slo:
            return
        self._rates.clear()
        tally = Tally()
        if mark != "excluded":
            if definition.slo["by"] == "rounds":
                tally.good += mark == "good"
                tally.bad += mark == "bad"
            for text, duration in slots.values():
                if measured(text):
                    _take_run(tally, definition.slo, text[4:], duration)
        end = max(start + definition.interval, self.until or 0)
        self.rounds.append((end, tally))

    def take_late_run(self, definition, start, verdict, duration):
        """A run of a closed round: it counts after all, in that round."""
        end = start + definition.interval
        if not definition.slo or definition.in_maintenance(start, end):
            return
        later = next((tally for until, tally in self.rounds if until >= end), None)
        if later:
            self._rates.clear()
            _take_run(later, definition.slo, verdict, duration)

    def over(self, window):
        """What counted since the newest kept total that is at least as old as the window."""
        begin = self._begin(self.until - window)
        total = Tally()
        for until, tally in reversed(self.rounds):
            if begin is not None and until <= begin:
                break
            total.add(tally)
        return total

    def _begin(self, wanted):
        """The newest kept end of a round at `wanted` or before; None: there is none."""
        ends = [until for until, _ in self.rounds]
        place = bisect.bisect_right(ends, wanted)
        while place > 0 and not self._is_kept(ends, place - 1):
            place -= 1
        return ends[place - 1] if place else None

    def _is_kept(self, ends, place):
        span = self._span(ends[place])
        if span is None or place + 1 == len(ends):
            return True
        later = ends[place + 1]
        return self._span(later) != span or later // span != ends[place] // span

    def _span(self, end):
        """One total is kept in each such span of that age; None: each."""
        age = self.until - end
        if age <= EACH_FOR:
            return None
        return next(span for most, span in THINNED if most is None or age <= most)

    def burn(self, definition, window, latency):
        """(rate over the long window, rate over the short one, whether it is too fast)."""
        factor, long_window = window[:2]
        slow = self.over(long_window)
        fast = self.over(short_window(definition, window))
        if latency:
            objective = definition.slo["latency"]["objective"]
            rates = (_rate(slow.fast, slow.slow, objective), _rate(fast.fast, fast.slow, objective))
            bad = slow.slow
        else:
            objective = definition.slo["objective"]
            rates = (_rate(slow.good, slow.bad, objective), _rate(fast.good, fast.bad, objective))
            bad = slow.bad
        too_fast = bad >= BAD_LEAST and all(r is not None and r >= factor for r in rates)
        return (*rates, too_fast)

    def burns_too_fast(self, definition, urgent, since_down):
        """None: it is not known; where nothing was measured of late, silence ends nothing.
        `since_down`: since the end of the newest `down` that was told of, if any: what burnt
        until then is not told of again."""
        if not definition.slo or not self.rounds:
            return None
        if definition not in self._rates:
            ways = (False, True) if "latency" in definition.slo else (False,)
            self._rates[definition] = [(window, self.burn(definition, window, latency))
                                       for window in BURN_WINDOWS for latency in ways]
        rates = [rate for window, rate in self._rates[definition] if window[3] == urgent
                 and (since_down is None or since_down >= short_window(definition, window))]
        burning = any(too_fast for _, _, too_fast in rates)
        if burning:
            note("burn rate")
        if burning and self.until - self.rounds[0][0] > 7 * HOUR and not urgent:
            note("burn rate beyond 7 h")
        if not burning and any(short is None for _, short, _ in rates):
            note("burn rate not known")
            return None
        return burning


def counts_alike(a, b):
    """Whether what was counted for one objective counts for the other too."""
    if not a or not b:
        return not a and not b
    under = [slo.get("latency", {}).get("under") for slo in (a, b)]
    return a["by"] == b["by"] and under[0] == under[1]


def short_window(definition, window):
    return max(window[2], 2 * definition.interval)


def _take_run(tally, slo, verdict, duration):
    if verdict == "unknown":
        return
    if slo["by"] == "runs":
        tally.good += verdict != "fail"
        tally.bad += verdict == "fail"
    if verdict != "fail" and "latency" in slo:
        tally.fast += duration < slo["latency"]["under"]
        tally.slow += duration >= slo["latency"]["under"]


def _rate(good, bad, objective):
    if good + bad == 0:
        return None
    return min(1e6, bad / (good + bad) / (1 - objective / 100))
