"""One check: what it has heard, what follows from it, and when time alone will change that."""
from .alerts import Alerts, CHANGES_EVERY, Judge
from .budget import Budget, counts_alike
from .conditions import Conditions, View
from .definition import MINUTE
from .region import Region, Run
from .rounds import Flapping, Rounds, mark_of
from .watch import Watch, conditions_of


class Check:
    """Answers are appended to `answers` as the history writes them."""

    def __init__(self, definition, flags, now, answers):
        self.answers = answers
        self.definition = definition
        self.flags = flags
        self.regions = {}
        self.conditions = Conditions()
        self.flapping = Flapping()
        self.watch = Watch(definition)
        self.budget = Budget()
        self.rounds = Rounds(definition, now)
        self.alerts = Alerts(definition, now)
        self.verdict = "pending"
        self.silence_counts_from = 0
        self.looks = set()  # moments at which the controller is known to have looked
        self.now = now
        self._due = []  # the next moment, once it was asked for
        self._assign(now)
        self._expect_data(now)
        self.rounds.note_pause(definition.is_paused(now), now)
        self.judge(now)

    # Events

    def redefine(self, definition, now):
        before = self.definition
        was_paused = before.is_paused(now)
        other_interval = before.interval != definition.interval
        told_differently = (before.alerts, before.notify) != (definition.alerts, definition.notify)
        if other_interval:
            closed = self.rounds.close_all(before, self.regions)
            self._close(before, closed, now)
        if conditions_of(before) != conditions_of(definition):
            self.watch = Watch(definition)
        if not counts_alike(before.slo, definition.slo):
            self.budget = Budget()
        view = View(before, self.regions, now)
        gone = self.alerts.redefine(definition, now)
        for alert in gone:
            if alert.firing and alert.condition == "down":
                self.conditions.down_ended = now
            if alert.firing or alert.suspected:
                self._tell(alert, "clears", view)
        self.definition = definition
        self._assign(now)
        if other_interval:
            self.rounds.begin(definition, now)
        paused = definition.is_paused(now)
        self.rounds.note_pause(paused, now)
        if (paused and not was_paused) or told_differently:
            view = View(definition, self.regions, now)
            for alert in self.alerts.all:
                if alert.firing:
                    self._tell(alert, "changes", view)
        if other_interval or paused != was_paused:
            self._expect_data(now)
        self.judge(now)
        if self.rounds.next_close(definition) <= now:
            self.pass_time(now, looked=True)  # by the new limit of a run they are over

    def remove(self, now):
        view = View(self.definition, self.regions, now)
        for alert in self.alerts.all:
            if alert.firing or alert.suspected:
                alert.firing = alert.suspected = False
                self._tell(alert, "clears", view)

    def start(self, now):
        """The controller listens again: what was due is judged now, silence counts from now."""
        was_paused = self.definition.is_paused(self.now)
        self._expect_data(now)
        self._pass_pause(now)
        self._close_due(now, was_paused)
        self.judge(now)

    def take_run(self, event, now):
        region = self.regions.get(event["region"])
        if region is None:
            return
        scheduled = event["kind"] == "scheduled"
        late, superseded = event.get("late", False), event.get("superseded", False)
        if scheduled and not late:
            text = "superseded" if superseded else "ran " + event["verdict"]
            self.rounds.hear(self.definition, region, event["round"], now, text,
                             event["duration"])
        if late or superseded or event["kind"] == "manual":
            if scheduled and late and not superseded:
                self.budget.take_late_run(self.definition, event["round"], event["verdict"],
                                          event["duration"])
            return
        if self.definition.close_of(event["round"]) <= now:
            return
        self._take_counting_run(region, event, now)
        self.judge(now)

    def _take_counting_run(self, region, event, now):
        scheduled = event["kind"] == "scheduled"
        if scheduled and region.attempt and event["round"] >= region.attempt[1]:
            region.attempt = None
        if event["verdict"] == "unknown" or event["started"] < region.flags.sees_since:
            return
        run = Run(min(event["started"], now), event["round"], event["kind"], event["ordinal"],
                  event["verdict"])
        if not region.take(run, self.definition.runs_remembered):
            return
        if scheduled:
            self.conditions.count_first_attempt(event.get("first") == "fail")
        for alert in self.alerts.all:
            if alert.samples:
                alert.samples.take(region.name, run.at, run.kind, run.verdict, event["duration"])
        if region.newest is not run:
            return
        if run.verdict == "fail":
            region.status = event.get("status")
        else:
            region.shown = run.round, event.get("facts", {})

    def take_attempt(self, event, now):
        region = self.regions.get(event["region"])
        if region is None or event["kind"] != "scheduled" or self.definition.is_paused(now):
            return
        known = any(run.round == event["round"] and run.kind == "scheduled"
                    for run in region.runs)
        if known or now - event["round"] > self.definition.fresh_for:
            return
        if event["round"] < region.flags.sees_since:
            return
        region.attempt = (now, event["round"])
        if not region.newest_failed:
            region.status = event.get("status")
        self.judge(now)

    def take_missed(self, event, now):
        region = self.regions.get(event["region"])
        if region is not None:
            self.rounds.hear(self.definition, region, event["round"], now,
                             "missed " + event["reason"])

    # Time

    def plan_look(self, at):
        self.looks.add(at)
        self._due.clear()

    def next_due(self):
        """The next moment at which something may follow from time alone."""
        if not self._due:
            self._due.append(self._find_due())
        return self._due[0]

    def _find_due(self):
        definition = self.definition
        due = [self.rounds.next_close(definition), *self.looks]
        if definition.is_paused(self.now):
            due.append(definition.paused.get("until", 0))
        else:
            due += self._due_by_state(definition)
        return min((time for time in due if time > self.now), default=None)

    def _due_by_state(self, definition):
        """When what is known may get old, and holds may run out; some moments too many."""
        due = [self.silence_counts_from]
        for region in self.regions.values():
            if region.runs:
                due.append(region.runs[-1].at + definition.fresh_for + 1)
            if region.attempt:
                due.append(self._attempt_expires(region))
        for alert in self.alerts.all:
            if alert.firing:
                due.append(alert.shown_at + CHANGES_EVERY)
                due.append(alert.own_end(definition) or 0)
            elif alert.is_verdict and self.conditions.holds(alert.condition):
                due.append(self.conditions.episodes[alert.condition].since + alert.defined["for"])
            elif alert.own.active:
                due.append(alert.own.since + alert.defined["for"])
        return due

    def pass_time(self, now, looked=False):
        """Closes the rounds that are over, then judges."""
        was_paused = self.definition.is_paused(self.now)
        self._pass_pause(now)
        self._close_due(now, was_paused)
        if was_paused and not self.definition.is_paused(now):
            self._expect_data(now)
        self.judge(now, looked=now in self.looks or looked)
        self.looks.discard(now)

    def _pass_pause(self, now):
        paused = self.definition.paused
        if paused and "until" in paused and paused["until"] <= now:
            self.rounds.note_pause(False, paused["until"])

    def judge(self, now, looked=True):
        """Brings everything to `now`. Windows of samples change with every moment: they are
        looked at with the events of the check, and when the controller is known to have looked."""
        self.now = now
        self._due.clear()
        definition = self.definition
        if definition.is_paused(now):
            return
        for region in self.regions.values():
            if region.attempt and now >= self._attempt_expires(region):
                region.attempt = None
        view = View(definition, self.regions, now)
        regional_told = any(alert.firing and alert.condition == "regional"
                            for alert in self.alerts.all)
        view = self.conditions.judge(view, self.silence_counts_from, self.watch, regional_told)
        verdict = self.conditions.verdict(view, self.silence_counts_from)
        if verdict != self.verdict:
            self.answers.append({"answer": "verdict", "check": definition.name,
                                 "from": self.verdict, "to": verdict, "at": now})
            self.verdict = verdict
        if looked:
            self._judge_own(view)
        Judge(self.alerts, self.conditions, self, view,
              lambda alert, phase, regions: self._say(alert, phase, regions, now)).run()

    def _judge_own(self, view):
        ended = self.conditions.down_ended
        since_down = None if ended is None else view.now - ended
        if any(alert.firing and alert.condition == "down" for alert in self.alerts.all):
            since_down = 0
        for alert in self.alerts.all:
            if alert.samples:
                alert.take_judgement(alert.samples.judge(view), view)
            elif not alert.is_verdict:
                too_fast = self.budget.burns_too_fast(self.definition, alert.is_urgent,
                                                      None if alert.firing else since_down)
                judged = None if too_fast is None else (too_fast, set())
                alert.take_judgement(judged, view)

    def _attempt_expires(self, region):
        return region.attempt[0] + self.definition.run_limit + MINUTE

    def _expect_data(self, now):
        """Silence says nothing before the first whole round from now on could have closed."""
        first = self.definition.close_of(self.definition.next_round(now))
        self.silence_counts_from = max(self.silence_counts_from, first)

    def _assign(self, now):
        old = self.regions
        self.regions = {}
        for name in self.definition.regions:
            first_round = self.definition.next_round(now)
            self.regions[name] = old.get(name) or Region(name, self.flags[name], first_round)
        self.conditions.forget_regions(set(self.regions))

    def _close_due(self, now, was_paused):
        closed = self.rounds.close_due(self.definition, self.regions, now)
        self._close(self.definition, closed, now)
        if closed and not was_paused:
            self.watch.judge(closed[-1][0], View(self.definition, self.regions, now))

    def _close(self, definition, closed, now):
        for start, slots in closed:
            mark = mark_of(definition, start, slots)
            self.budget.take_round(definition, start, mark, slots)
            self.flapping.take(mark)
            self.answers.append({
                "answer": "round", "check": definition.name, "round": start,
                "verdict": self.verdict, "mark": mark,
                "slots": {name: text for name, (text, _) in slots.items()}, "at": now})

    def _tell(self, alert, phase, view):
        judge = Judge(self.alerts, self.conditions, self, view,
                      lambda a, p, regions: self._say(a, p, regions, view.now))
        judge._tell(alert, phase)

    def _say(self, alert, phase, regions, now):
        self.answers.append({
            "answer": "alert", "check": self.definition.name, "alert": alert.id, "phase": phase,
            "opening": alert.opening, "first_bad": alert.first_bad, "verdict": self.verdict,
            "failing": sorted(regions), "at": now,
            "told": (alert.defined, self.definition)})
