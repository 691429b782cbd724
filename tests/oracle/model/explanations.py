"""Incidents that explain others: dependencies, and those of one cause."""
from .coverage import note
from .definition import MINUTE


class Explanations:
    """Of incidents in `unresolved`, with `suppressions` before them."""

    def _told_by_kin(self, incident, receiver):
        """Whether the parent, or another member of it, has told this receiver."""
        parent = incident.parent
        if not parent or not parent.is_open:
            return False
        kin = [parent] + [other for other in self.unresolved.values()
                          if other.parent is parent and other is not incident and other.is_open]
        return any(other.has_told(receiver) for other in kin)

    def keep_back(self, incident, receiver, now):
        """(whether, until when or None): a storm is kept back by nothing."""
        if incident.is_storm:
            return False, None
        kept_back, until = self.suppressions.keep_back(incident, now)
        if kept_back:
            return True, until
        for other in self._downs_of_dependencies(incident):
            if other.is_open:
                note("dependency")
                return True, None
            if other.state == "suspected" and now < incident.opened + MINUTE:
                return True, incident.opened + MINUTE
        return self._told_by_kin(incident, receiver), None

    def _downs_of_dependencies(self, incident):
        definition = self.suppressions.definitions.get(incident.check)
        return [other for name in (definition.depends_on if definition else ())
                for _, other in sorted(self.unresolved.items())
                if other.check == name and other.condition == "down"]

    def is_explained(self, incident, now):
        """Whether a row that is kept back now says that it is by a dependency."""
        if incident.is_storm or self.suppressions.keep_back(incident, now)[0]:
            return False
        for other in self._downs_of_dependencies(incident):
            if other.is_open:
                return True
            if other.state == "suspected" and now < incident.opened + MINUTE:
                return False  # by the patience for it
        return False

    def keep_page_back(self, incident, page, now):
        """A page that was never sent also waits for its regions when its cause may be over."""
        kept_back, until = self.keep_back(incident, page.receiver, now)
        if kept_back or page.relied_on_ended is None or page.first_told is not None:
            return kept_back, until
        until = page.relied_on_ended + 2 * MINUTE
        return (True, until) if now < until else (False, None)

    def note_end(self, incident, now):
        cause = incident.parent or incident
        for other in self.unresolved.values():
            for page in other.pages:
                if (other.parent is cause and page.first_told is None
                        and incident.has_told(page.receiver)):
                    page.relied_on_ended = now
            definition = self.suppressions.definitions.get(other.check)
            if (incident.condition == "down" and incident.is_open and other.is_open
                    and definition and incident.check in definition.depends_on):
                for page in other.pages:
                    if page.first_told is None:
                        page.relied_on_ended = now
                        note("dependency that ended first")
