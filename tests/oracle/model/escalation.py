"""Who is told as well when nobody acknowledges."""
from .coverage import note
from .definition import MINUTE


class Escalations:
    """`after` and `to` by the receiver that was told; works on the incidents' pages."""

    def __init__(self, incidents):
        self.incidents = incidents
        self.by_receiver = {}

    def due(self, incident, page):
        """When the page is escalated if nobody acknowledges; None: not, or not again."""
        escalation = self.by_receiver.get(page.receiver)
        if not escalation or incident.state != "open" or not page.was_sent:
            return None
        told = {other.receiver for other in incident.pages}
        to = escalation["to"]
        if page.first_told is None or to in told or to not in self.incidents.receivers:
            return None
        return max(page.first_told + escalation["after"], page.escalates_from)

    def pass_time(self, incident, now):
        """One leads to the next only with its own page."""
        for page in incident.pages:  # grows meanwhile
            due = self.due(incident, page)
            if due is None or now < due:
                continue
            to = self.by_receiver[page.receiver]["to"]
            kept_back, until = self.incidents.keep_back(incident, to, now)
            if kept_back:
                page.escalates_from = until or now + MINUTE
                note("escalation kept back")
                continue
            added = self.incidents.make_page(incident, to)
            incident.pages.append(added)
            note("escalation")
            self.incidents.trigger(incident, added, now)
