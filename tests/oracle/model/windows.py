"""Maintenance windows: once, or again and again by the clocks of a time zone."""
import datetime
import zoneinfo

from .units import MINUTE, SECOND

DAY = 24 * 60 * MINUTE
UTC = datetime.timezone.utc


def make_window(given):
    """Of a definition: [from, until], or what comes again."""
    return Once(*given) if isinstance(given, list) else Recurring(given)


class Once:
    comes_again = False

    def __init__(self, begin, end):
        self.span = begin, end

    def spans(self, begin, end):
        """Those that touch [begin, end)."""
        return [self.span] if self.span[0] < end and begin < self.span[1] else []


class Recurring:
    """At a local time of day, for so long, whatever the clocks do meanwhile."""
    comes_again = True

    def __init__(self, given):
        self.minute = given["start_minute"]
        self.weekdays = set(given["weekdays"]) or set(range(7))  # 0 is Sunday
        self.duration = given["duration"]
        self.zone = zoneinfo.ZoneInfo(given["timezone"])
        self._starts = {}  # by ordinal of the local day

    def spans(self, begin, end):
        first = (begin - self.duration) // DAY - 1
        last = end // DAY + 1
        starts = [self._start(day) for day in range(first, last + 1)]
        return [(start, start + self.duration) for start in starts
                if start is not None and start < end and begin < start + self.duration]

    def _start(self, day):
        """Of days since 1970 as that zone's calendar counts them."""
        if day not in self._starts:
            date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
            wanted = (date.weekday() + 1) % 7 in self.weekdays
            self._starts[day] = self._moment(date) if wanted else None
        return self._starts[day]

    def _moment(self, date):
        """When the clocks first show that minute; where they skip it, the change."""
        local = datetime.datetime.combine(date, datetime.time(self.minute // 60, self.minute % 60))
        moment = milliseconds(local.replace(tzinfo=self.zone))
        if self._shows(moment) == local:
            return moment
        # Before a change by D the clocks show D less than after it: the gap is in between.
        low, high = moment - DAY, moment + DAY
        while high - low > SECOND:
            middle = (low + high) // (2 * SECOND) * SECOND
            low, high = (middle, high) if self._shows(middle) < local else (low, middle)
        return high

    def _shows(self, moment):
        at = datetime.datetime.fromtimestamp(moment / 1000, UTC)
        return at.astimezone(self.zone).replace(tzinfo=None)


def milliseconds(moment):
    return round(moment.timestamp()) * 1000
