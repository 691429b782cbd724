"""The episodes of one alert: suspected, fires, changes, clears."""
from .conditions import Episode
from .coverage import note
from .definition import MINUTE, VERDICT_CONDITIONS
from .thresholds import Samples

CHANGES_EVERY = MINUTE // 2


class Alert:
    """One alert of a check, as long as its id and condition are defined."""

    def __init__(self, definition, now):
        self.defined = definition
        self.id = definition["id"]
        self.condition = definition["on"]
        self.suspected = False
        self.firing = False
        self.opening = now  # names up to its definition are taken
        self.first_bad = 0
        self.shown = (0, set())  # status and failing regions, as last told
        self.shown_at = 0
        self.told_flapping = False
        self.own = Episode()  # of a threshold or a burn rate
        self.quiet_since = None  # it does not hold any more, and ends after an interval
        self.samples = self._make_samples()

    def redefine(self, definition):
        if self.defined.get("threshold") != definition.get("threshold"):
            self.defined = definition
            self.samples = self._make_samples()
        self.defined = definition

    def _make_samples(self):
        threshold = self.defined.get("threshold")
        return Samples(threshold) if threshold else None

    @property
    def is_urgent(self):
        return self.defined["severity"] in ("critical", "error")

    @property
    def is_verdict(self):
        return self.condition in VERDICT_CONDITIONS

    def begin(self, episode):
        self.opening = max(episode.round, self.opening + 1)
        self.first_bad = episode.first_bad

    def own_end(self, definition):
        if not self.own.active or self.quiet_since is None:
            return None
        return self.quiet_since + definition.interval

    def take_judgement(self, judged, view):
        """Of its own condition: (holds, regions), or None when nothing is known."""
        if judged is None:
            return
        holds, regions = judged
        if holds:
            self.quiet_since = None
            if not self.own.active:
                self.own.begin(view, ())
                note(self.condition)
            self.own.regions = regions
        elif self.own.active:
            if self.quiet_since is None:
                self.quiet_since = view.now
            if not self.firing or view.now >= self.own_end(view.definition):
                self.own.active = False
                self.quiet_since = None


class Alerts:
    """All alerts of one check, in the order of their definition."""

    def __init__(self, definition, now):
        self.all = [Alert(alert, now) for alert in definition.alerts]

    def redefine(self, definition, now):
        """Keeps alerts by id and condition; returns those that are gone."""
        old = {(alert.id, alert.condition): alert for alert in self.all}
        self.all = []
        for defined in definition.alerts:
            alert = old.pop((defined["id"], defined["on"]), None)
            if alert:
                alert.redefine(defined)
            self.all.append(alert or Alert(defined, now))
        return list(old.values())


class Judge:
    """Moves the alerts of a check at one moment; `say(alert, phase)` hears of each move."""

    ORDER = VERDICT_CONDITIONS + ("burn_rate", "threshold")

    def __init__(self, alerts, conditions, check, view, say):
        self.alerts = alerts
        self.conditions = conditions
        self.flapping = check.flapping
        self.watch = check.watch
        self.view = view
        self.say = say

    def run(self):
        """Everything that begins comes before anything that ends."""
        ranked = sorted(self.alerts.all, key=lambda alert: self.ORDER.index(alert.condition))
        for alert in ranked:
            self._fire(alert)
        for alert in ranked:
            self._clear(alert)
        for alert in self.alerts.all:
            if alert.firing and self._held_open(alert) and not alert.told_flapping:
                alert.told_flapping = True
                note("down held by flapping")
                self._tell(alert, "changes")
        self._suspect()

    def _episode(self, alert):
        return self.conditions.episodes[alert.condition] if alert.is_verdict else alert.own

    def accused(self, alert):
        """(status they share, regions): what an alert would say of whose fault it is."""
        words = self.view.words
        if not alert.is_verdict:
            return 0, set(alert.own.regions)
        if alert.condition == "no_data":
            return 0, set()
        if alert.condition == "degraded":
            warns = self.view.where("warns")
            if not warns and self.watch.holds:
                warns = self.watch.findings[0] & words.keys()
            return 0, warns
        regions = self.view.where("accused")
        statuses = {words[name].region.status for name in regions}
        return (statuses.pop() if len(statuses) == 1 else 0), regions

    def _tell(self, alert, phase):
        alert.shown = self.accused(alert)
        alert.shown_at = self.view.now
        self.say(alert, phase, alert.shown[1])

    def _fire(self, alert):
        episode = self._episode(alert)
        now = self.view.now
        if not episode.active or self.conditions.masked(alert.condition):
            return
        if alert.firing:
            if now >= alert.shown_at + CHANGES_EVERY and self._is_news(alert):
                self._tell(alert, "changes")
        elif not self._superseded(alert) and now >= episode.since + alert.defined["for"]:
            if not alert.suspected:
                alert.begin(episode)
            alert.first_bad = min(alert.first_bad, episode.first_bad)
            alert.suspected = False
            alert.firing = True
            self._tell(alert, "fires")

    def _is_news(self, alert):
        """More regions fail, or the same ones otherwise."""
        status, regions = self.accused(alert)
        before_status, before = alert.shown
        otherwise = len(regions) == len(before) and status != before_status
        return bool(regions) and (not regions <= before or otherwise)

    def _held_open(self, alert):
        return self.flapping.holds and alert.condition == "down"

    def _superseded(self, alert):
        if alert.condition not in ("regional", "degraded"):
            return False
        return self._stands("down") or (
            alert.condition == "degraded" and self._stands("regional"))

    def _stands(self, condition):
        """An incident of it is open and does not end at this moment."""
        return any(alert.firing and (self._episode(alert).active or self._held_open(alert))
                   for alert in self.alerts.all if alert.condition == condition)

    def _clear(self, alert):
        active = self._episode(alert).active
        if alert.suspected and not active and not self.conditions.suspicion.active:
            alert.suspected = False
            self._tell(alert, "clears")
        if not alert.firing:
            return
        if self._superseded(alert) or not (active or self._held_open(alert)):
            alert.firing = False
            alert.told_flapping = False
            if alert.condition == "down":
                self.conditions.down_ended = self.view.now
            self._tell(alert, "clears")

    def _suspect(self):
        first = next((alert for alert in self.alerts.all if alert.condition == "down"), None)
        if first and self.conditions.suspicion.active and not (first.suspected or first.firing):
            first.begin(self.conditions.suspicion)
            first.suspected = True
            self._tell(first, "suspected")
