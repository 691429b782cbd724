"""What PagerDuty makes of events: a trigger opens, a resolve closes, by dedup key."""


class PagerDuty:
    """Keeps what is open and what would surprise the one on call."""

    def __init__(self):
        self.open = set()
        self.resolved = set()

    def take(self, action, key):
        """A complaint, or None."""
        if action == "trigger":
            again = key in self.resolved
            self.open.add(key)
            return "a trigger after the resolve opens a second incident" if again else None
        if key not in self.open and key not in self.resolved:
            return f"a {action} before any trigger is dropped"
        if action == "resolve":
            self.open.discard(key)
            self.resolved.add(key)
        elif key in self.resolved:
            return "an acknowledge after the resolve is dropped"
        return None
