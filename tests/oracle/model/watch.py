"""Conditions of the round: facts that must not differ between regions, edges that must be near."""
import collections

from .coverage import note

# Where the points of presence of the histories lie; others are not known here.
CONTINENTS = {"FRA": "EU", "LHR": "EU", "CDG": "EU", "IAD": "NA", "SJC": "NA", "NRT": "AS",
              "SIN": "AS", "SYD": "OC", "GRU": "SA", "JNB": "AF"}
IN_A_ROW = 2


class Watch:
    """Of one check, until its conditions are others."""

    def __init__(self, definition):
        self.conditions = conditions_of(definition)
        self.differ = self.agree = 0  # rounds in a row
        self.holds = False
        self.findings = []  # of the newest round that differed: sets of regions

    def judge(self, start, view):
        """The round that has closed."""
        regions = [word.region for word in view.words.values()
                   if word.counts and not word.newest_failed and word.region.shown
                   and word.region.shown[0] >= max(start, word.region.judged + 1)]
        shown = {region.name: region.shown for region in regions}
        verdicts = [self._judge_same(shown, step, fact) for step, fact in self.conditions[0]]
        verdicts += [self._judge_near(shown, step, view.definition) for step in self.conditions[1]]
        verdicts = [regions for regions in verdicts if regions is not None]
        if not verdicts:
            return
        for region in regions:
            region.judged = region.shown[0]
        bad = [regions for regions in verdicts if regions]
        if bad:
            self.differ, self.agree, self.findings = self.differ + 1, 0, bad
            self.holds = self.holds or self.differ >= IN_A_ROW
        else:
            self.differ, self.agree = 0, self.agree + 1
            if self.agree >= IN_A_ROW:
                self.holds, self.findings = False, []

    def regions(self):
        return set().union(*self.findings)

    @staticmethod
    def _judge_same(shown, step, fact):
        """The regions that differ from the most; None: not judged."""
        values = {name: facts.get(step, {}).get(fact) for name, (_, facts) in shown.items()}
        if len(values) < 2 or not any(value is not None for value in values.values()):
            return None
        groups = collections.defaultdict(set)
        for name, value in values.items():
            groups[value or ""].add(name)
        most = max(len(names) for names in groups.values())
        if len(groups) > 1:
            note("regions show different facts")
        usual = min(value for value, names in groups.items() if len(names) == most)
        return set().union(*(names for value, names in groups.items() if value != usual))

    @staticmethod
    def _judge_near(shown, step, definition):
        known, far = False, set()
        for name, (_, facts) in shown.items():
            here = definition.continents.get(name, "")
            there = CONTINENTS.get(facts.get(step, {}).get("pop", "").strip('"'), "")
            if here and there:
                known = True
                if here != there:
                    far.add(name)
                    note("an edge is far away")
        return far if known else None


def conditions_of(definition):
    return definition.same, definition.near
