"""Thresholds over what runs took: the metric `duration`, the only one that histories record."""
import bisect
import math
import operator

COMPARISONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
               "==": operator.eq, "!=": operator.ne}
QUANTILES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}


class Samples:
    """What runs showed of one alert's metric, by region."""

    def __init__(self, threshold):
        self.threshold = threshold
        self.by_region = {}

    def take(self, region, at, kind, verdict, duration):
        """How long a failure took says nothing; windows are of scheduled runs."""
        if verdict == "fail":
            return
        if self.threshold["aggregate"] != "newest" and kind != "scheduled":
            return
        bisect.insort_right(self.by_region.setdefault(region, []), (at, float(duration)),
                            key=lambda sample: sample[0])

    def judge(self, view):
        """(whether it holds, in which regions); None when too little is known to say."""
        if self.threshold["aggregate"] == "newest":
            return self._by_region(view, self._newest(view))
        windows = self._windows(view)
        if self.threshold["scope"] != "pooled":
            values = {name: aggregate(self.threshold["aggregate"], window)
                      for name, window in windows.items() if len(window) >= self._least}
            return self._by_region(view, values)
        pooled = [value for _, window in sorted(windows.items()) for value in window]
        if len(pooled) < self._least or not pooled:
            return None
        return self._holds(aggregate(self.threshold["aggregate"], pooled)), set()

    @property
    def _least(self):
        return max(1, self.threshold["samples"])

    def _newest(self, view):
        fresh = view.now - view.definition.fresh_for
        return {name: samples[-1][1] for name, samples in self.by_region.items()
                if name in view.words and view.words[name].counts and samples[-1][0] >= fresh}

    def _windows(self, view):
        after = view.now - self.threshold["over"]
        return {name: [value for at, value in samples if at > after]
                for name, samples in self.by_region.items()
                if name in view.words and not view.words[name].region.flags.blind}

    def _holds(self, value):
        return COMPARISONS[self.threshold["comparison"]](value, self.threshold["literal"])

    def _by_region(self, view, values):
        needed = {"regions": self.threshold["regions"], "any_region": 1}.get(
            self.threshold["scope"], view.quorum)
        needed = max(1, min(needed, len(view.words)))
        regions = {name for name, value in values.items() if self._holds(value)}
        if len(regions) >= needed:
            return True, regions
        return (False, regions) if len(values) >= needed else None


def aggregate(name, values):
    if name == "mean":
        return sum(values) / len(values)
    if name in ("min", "max"):
        return min(values) if name == "min" else max(values)
    ordered = sorted(values)
    rank = QUANTILES[name] * (len(ordered) - 1)
    below = math.floor(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)
