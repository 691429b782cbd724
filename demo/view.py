"""Shows the running demo: the live grid of `picket status` with the pages below it on a terminal, a
line per change elsewhere."""
import os
import shutil
import sys
import time

from demo.fleet import Fleet
from demo.pager import Pager
from demo.processes import DemoError

PAGER_TITLE = "what would reach PagerDuty"


class TerminalView:
    """Redraws in place once a second."""
    refresh_seconds = 1.0

    def __init__(self, fleet: Fleet, pager: Pager, footer: str):
        self._fleet = fleet
        self._pager = pager
        self._footer = footer
        self._notes: list[str] = []

    def note(self, text: str) -> None:
        self._notes = [*self._notes, f"{time.strftime('%H:%M:%S')} {text}"][-3:]

    def draw(self) -> None:
        columns, rows = shutil.get_terminal_size()
        try:
            grid = self._fleet.ask_text("--color", _color(), "status").splitlines()
        except DemoError as error:
            grid = [str(error)]
        room = max(3, rows - len(grid) - len(self._notes) - 6)
        lines = [*grid, "", PAGER_TITLE, *self._pages(room, columns), "", *self._notes,
                 self._footer]
        # Each line is cleared to its end and the rest of the screen after the last: no flicker.
        sys.stdout.write("\x1b[H" + "".join(f"{line}\x1b[K\n" for line in lines[:rows - 1])
                         + "\x1b[J")
        sys.stdout.flush()

    def _pages(self, room, columns):
        try:
            return [line[:columns] for line in self._pager.summary(room)]
        except DemoError as error:
            return [f"  {error}"]


class LineView:
    """A line for each change: verdicts of checks, events at PagerDuty, notes."""
    refresh_seconds = 1.0

    def __init__(self, fleet: Fleet, pager: Pager):
        self._fleet = fleet
        self._pager = pager
        self._states: dict[str, str] = {}
        self._trouble = ""

    def note(self, text: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)

    def draw(self) -> None:
        try:
            states = check_states(self._fleet.ask("status"))
            lines = self._pager.news()
        except DemoError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self.note(self._trouble)
            return
        self._trouble = ""
        for name, state in states.items():
            if self._states.get(name) != state:
                self.note(f"{name}: {state}")
        self._states = states
        for line in lines:
            print(line, flush=True)


def check_states(status: dict) -> dict[str, str]:
    """`VERDICT, N of M regions pass` by check, of `picket status -o json`."""
    states = {}
    for check in status["checks"]:
        regions = [region["state"] for region in check["regions"]]
        passing = sum(state in ("pass", "pass_on_retry") for state in regions)
        states[check["name"]] = f"{check['verdict']}, {passing} of {len(regions)} regions pass"
    return states


def _color():
    return "never" if "NO_COLOR" in os.environ else "always"
