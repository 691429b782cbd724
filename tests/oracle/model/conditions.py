"""The conditions of a check with their hysteresis, and the verdict they make."""
from .coverage import note
from .definition import VERDICT_CONDITIONS, needed_for_data
from .region import Word, first_of_streak


class View:
    """All regions of a check at one moment."""

    def __init__(self, definition, regions, now):
        self.now = now
        self.definition = definition
        self.regions = regions
        self.words = {name: Word(region, definition, now) for name, region in regions.items()}
        words = self.words.values()
        assigned = len(regions)
        seeing = sum(1 for region in regions.values() if region.flags.sees)
        self.quorum = definition.quorum(assigned, seeing)
        self.needed = needed_for_data(self.quorum, assigned)
        self.reporting = sum(1 for word in words if word.reports)
        self.failing = {name for name, word in self.words.items() if word.failing}

    def where(self, attribute):
        return {name for name, word in self.words.items() if getattr(word, attribute)}


class Episode:
    """One time in which a condition holds."""

    def __init__(self):
        self.active = False
        self.since = self.first_bad = self.round = 0
        self.regions = set()

    def begin(self, view, regions, bad="fail"):
        """Named by the round of its first bad run, or of an attempt that awaits its run."""
        self.active = True
        self.since = view.now
        self.first_bad, self.round = view.now, view.definition.round_of(view.now)
        self.regions = set(regions)
        for name in sorted(regions):
            region = view.words[name].region
            first = first_of_streak(region.runs, bad)
            if first and first.at < self.first_bad:
                self.first_bad = first.at
                self.round = min(self.round, first.round)
            if region.attempt:
                self.round = min(self.round, region.attempt[1])

    def speaking(self, view):
        """The words of its regions that still count."""
        return [view.words[name] for name in self.regions if view.words[name].counts]

    def recovered(self, view, well):
        """Each region of the set that still counts is well, and one at least does count."""
        speaking = self.speaking(view)
        return all(map(well, speaking)) and (bool(speaking) or not self.regions)


class Conditions:
    """Down, no_data, regional and degraded of one check, and the suspicion before them."""

    def __init__(self):
        self.episodes = {name: Episode() for name in VERDICT_CONDITIONS}
        self.suspicion = Episode()
        self.down_ended = None  # of the newest that an alert told of
        self.first_attempts = []  # of the last 24 scheduled runs: whether it failed

    def holds(self, name):
        return self.episodes[name].active

    def masked(self, name):
        """A row above holds, so this condition neither begins, ends nor fires."""
        above = {"down": (), "no_data": ("down",), "regional": ("down", "no_data"),
                 "degraded": ("down", "no_data", "regional")}.get(name, ("down",))
        return any(self.holds(other) for other in above)

    def count_first_attempt(self, failed):
        if self.holds("down") or self.holds("regional"):
            return
        self.first_attempts = (self.first_attempts + [failed])[-24:]

    def forget_regions(self, assigned):
        for episode in (*self.episodes.values(), self.suspicion):
            episode.regions &= assigned

    def judge(self, view, silence_counts_from, watch, regional_told):
        """Brings all conditions to the moment of the view, which may be seen anew: the view."""
        was_down = self.episodes["down"].since if self.holds("down") else None
        if self._judge_down(view, regional_told):
            view = View(view.definition, view.regions, view.now)
        self._judge_no_data(view, silence_counts_from)
        if not self.masked("regional"):
            self._judge_regional(view, was_down)
        if not self.masked("degraded"):
            self._judge_degraded(view, watch)
        self._judge_suspicion(view)
        return view

    @staticmethod
    def _recovered_at(view, down):
        """When the last of those that went down first began to pass; of all, if none is left."""
        began = {name: word.region.runs[-word.passes].at for name, word in view.words.items()
                 if word.counts and word.passes}
        of_the_set = [began[name] for name in down.regions if name in began]
        return max(of_the_set or began.values(), default=0)

    @staticmethod
    def _has_down_recovered(view, down):
        """All of the set that speak are well, and a quorum of the check's regions passes: of those
        outside of the set, by what they ran since."""
        passing = [name for name, word in view.words.items() if word.counts and word.passes >= 2
                   and (name in down.regions or word.region.runs[-2].at >= down.since)]
        well = all(word.passes >= 2 for word in down.speaking(view))
        if well and len(passing) >= view.quorum > len(down.speaking(view)):
            note("down ended by others")
        return well and len(passing) >= view.quorum

    @staticmethod
    def _awaits_answers(view, recovered):
        """Whether some region fails that since then neither passed nor failed three times."""
        for name in view.failing:
            since = [run for run in view.words[name].region.runs if run.at >= recovered]
            fails = sum(1 for run in since if run.verdict == "fail")
            if not since or (since[-1].verdict == "fail" and fails < 3):
                return True
        return False

    @staticmethod
    def _forget_outage(view, recovered):
        """Its failures make nothing `regional` any more; what was said last stays."""
        for word in view.words.values():
            word.region.runs[:-1] = [run for run in word.region.runs[:-1]
                                     if run.verdict != "fail" or run.at >= recovered]

    def _is_quorum(self, view, regional_told):
        """Beside a page about regions, one failed confirmation elsewhere does not complete it
        while more regions pass than fail."""
        if len(view.failing) != view.quorum or not regional_told:
            return len(view.failing) >= view.quorum
        regional = self.episodes["regional"]
        known = regional.regions if regional.active else set()
        uncertain = [name for name in view.failing - known
                     if view.words[name].fails_of_5 < 2
                     and view.words[name].region.newest.kind == "confirmation"]
        passing = sum(1 for word in view.words.values() if word.counts and not word.newest_failed)
        return len(uncertain) != 1 or passing <= len(view.failing)

    def _judge_down(self, view, regional_told):
        """True when it ended and regions have forgotten what they said."""
        down = self.episodes["down"]
        if down.active:
            recovered = self._recovered_at(view, down)
            if (len(view.failing) < view.quorum
                    and self._has_down_recovered(view, down)
                    and not self._awaits_answers(view, recovered)):
                down.active = False
                self._forget_outage(view, recovered)
                return True
        elif self._is_quorum(view, regional_told):
            down.begin(view, view.failing)
            note("down")
            if self.suspicion.active:
                down.first_bad = min(down.first_bad, self.suspicion.first_bad)
                down.round = min(down.round, self.suspicion.round)
            self.first_attempts = []
        return False

    def _judge_no_data(self, view, silence_counts_from):
        no_data = self.episodes["no_data"]
        if view.reporting >= view.needed:
            no_data.active = False
        elif not no_data.active and view.now >= silence_counts_from and not self.holds("down"):
            no_data.begin(view, ())
            note("no_data")

    def _judge_regional(self, view, was_down):
        regional = self.episodes["regional"]
        failing = view.where("keeps_failing")
        if regional.active:
            regional.regions |= failing
            if regional.recovered(view, lambda w: w.passes >= 2 and w.fails_of_5 < 3):
                regional.active = False
        elif failing:
            regional.begin(view, failing)
            note("regional")
            if was_down is not None:
                regional.since = was_down
            self.first_attempts = []

    def _judge_degraded(self, view, watch):
        degraded = self.episodes["degraded"]
        warning = view.where("keeps_warning")
        warns = view.where("warns")
        if len(warns) >= view.quorum:
            warning |= warns
        if watch.holds:
            warning |= watch.regions() & view.words.keys()
        bad = sum(self.first_attempts)
        if degraded.active:
            degraded.regions |= warning
            well = degraded.recovered(view, lambda word: word.clean >= 2)
            degraded.active = watch.holds or bad >= 3 or not well
        elif watch.holds or warning or (len(self.first_attempts) == 24 and bad >= 6):
            degraded.begin(view, warning, bad="degraded")
            note("degraded by a condition of the round" if watch.holds else
                 "degraded" if warning else "degraded by first attempts")

    def _judge_suspicion(self, view):
        """A failure that no incident accounts for."""
        regional = self.episodes["regional"]
        known = regional.regions if regional.active else set()
        suspects = view.where("suspicious") - known
        if self.holds("down") or not suspects:
            self.suspicion.active = False
        elif not self.suspicion.active:
            self.suspicion.begin(view, suspects)

    def verdict(self, view, silence_counts_from):
        for name in VERDICT_CONDITIONS:
            if self.holds(name):
                return name
        missing = view.reporting < view.needed
        return "pending" if missing and view.now < silence_counts_from else "up"
