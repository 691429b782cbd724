"""Pages of one receiver that are too many to be read become lines of one page."""
import collections

from .coverage import note

from .definition import MINUTE

MOST = 20  # pages of one receiver within a minute, criticals counted by themselves
CALM = 2 * MINUTE
UPDATE = MINUTE


class Storm:
    """Its incident is made when it is first told."""

    def __init__(self, now):
        self.next_look = self.next_update = now
        self.news = True
        self.incident = None


class Storms:
    """Storms by (receiver, kind)."""

    def __init__(self):
        self.all = {}
        self._sent = collections.defaultdict(list)

    @staticmethod
    def kind_of(incident):
        return "critical" if incident.severity == "critical" else "other"

    def folds(self, incident, receiver, now):
        """Whether a page that is about to go out is one too many; else it is counted."""
        name = receiver, self.kind_of(incident)
        recent = [at for at in self._sent[name] if now - at < MINUTE]
        self._sent[name] = recent
        if len(recent) < MOST:
            recent.append(now)
            return False
        storm = self.all.setdefault(name, Storm(now))
        storm.next_look, storm.news = now + CALM, True
        return True

    def start(self, folded):
        """A start counts pages anew, and looks at each storm by the pages it finds folded."""
        self._sent.clear()
        for name, storm in self.all.items():
            note("start in a storm")
            incident = storm.incident
            times = [page.triggered for _, page in folded(name)]
            told = max((page.triggered for page in incident.pages), default=incident.opened)
            storm.next_look = max([incident.opened, *times]) + CALM
            storm.next_update = told + UPDATE
            storm.news = any(at > told for at in times)

    def next_due(self):
        return [storm.next_look for storm in self.all.values()] + [
            storm.next_update for storm in self.all.values() if storm.news]
