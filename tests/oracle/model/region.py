"""What a region has to say about a check: its newest runs, and the attempt that awaits its run."""
import bisect
import collections

Run = collections.namedtuple("Run", "at round kind ordinal verdict")


class Flags:
    """Whether anybody looks from there, and whether what they see is to be believed."""

    __slots__ = ("online", "blind", "sees_since")

    def __init__(self):
        self.online = True
        self.blind = False
        self.sees_since = 0  # what began before was seen by a blind region

    @property
    def sees(self):
        return self.online and not self.blind


class Region:
    """The memory of one region for one check."""

    def __init__(self, name, flags, first_round):
        self.name = name
        self.flags = flags
        self.first_round = first_round
        self.runs = []  # that count, by start
        self.attempt = None  # (received, round) of a failed first attempt without its run
        self.shown = None  # (round, {step: {fact: text}}) of the newest run, if it did not fail
        self.judged = -1  # the newest round of those that a condition of the round has used
        self.status = None  # of the newest failure that was told

    def take(self, run, most):
        """Whether the run is news: not known, and not older than all that are remembered."""
        name = run[1:4]
        if any(known[1:4] == name for known in self.runs):
            return False
        if len(self.runs) >= most and run.at < self.runs[0].at:
            return False
        bisect.insort_right(self.runs, run, key=lambda known: known.at)
        del self.runs[: max(0, len(self.runs) - most)]
        return True

    def forget(self):
        """It sees again and begins anew."""
        self.runs.clear()
        self.attempt = None

    @property
    def newest(self):
        return self.runs[-1] if self.runs else None

    @property
    def newest_failed(self):
        return bool(self.runs) and self.runs[-1].verdict == "fail"


class Word:
    """What a region says at one moment."""

    __slots__ = ("region", "reports", "counts", "failing", "newest_failed", "keeps_failing",
                 "awaited", "warns", "keeps_warning", "fails_of_5", "passes", "clean")

    def __init__(self, region, definition, now):
        runs = region.runs
        fresh = bool(runs) and now - runs[-1].at <= definition.fresh_for
        self.region = region
        self.reports = fresh and not region.flags.blind
        self.counts = self.reports and region.flags.online
        self.awaited = region.attempt is not None and region.flags.sees
        self.failing = self.newest_failed = self.keeps_failing = False
        self.warns = self.keeps_warning = False
        self.fails_of_5 = _count(runs, 5, definition, "fail")
        self.passes = _streak(runs, ("fail",))
        self.clean = _streak(runs, ("fail", "degraded"))
        if not self.counts:
            return
        fails = _count(runs, definition.fails_of, definition, "fail")
        self.failing = fails >= definition.fails_needed
        self.newest_failed = runs[-1].verdict == "fail"
        self.keeps_failing = self.newest_failed and self.fails_of_5 >= 3
        self.warns = runs[-1].verdict == "degraded"
        self.keeps_warning = self.warns and _count(runs, 5, definition, "degraded") >= 3

    @property
    def suspicious(self):
        return self.newest_failed or self.awaited

    @property
    def accused(self):
        return self.newest_failed or self.failing or self.awaited


def _count(runs, last, definition, verdict):
    """Of the last runs, which reach back that many intervals and the timeout."""
    if not runs:
        return 0
    oldest = runs[-1].at - last * definition.interval - definition.timeout
    return sum(1 for run in runs[-last:] if run.verdict == verdict and run.at >= oldest)


def _streak(runs, bad):
    """How many of the newest runs in a row were not bad."""
    count = 0
    for run in reversed(runs):
        if run.verdict in bad:
            break
        count += 1
    return count


def first_of_streak(runs, bad):
    """The first of the newest runs in a row that ended so, or None."""
    first = None
    for run in reversed(runs):
        if run.verdict != bad:
            break
        first = run
    return first
