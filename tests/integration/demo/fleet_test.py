"""What the demo finds in somebody's checks, and what it makes of the controller's answers."""
import tempfile
import unittest
from pathlib import Path

import support  # noqa: F401  (puts the repository on the path)

from demo.fleet import receiver_names
from demo.view import check_states

CHECKS = """
defaults:
  notify: pagerduty/web-platform   # see https://wiki.example.com/paging
checks:
  - name: a
    notify: [slack/a.b, webhook/ops_1]
    http: GET https://example.com/x/y
  - name: b
    alerts:
      - when: down
        notify:
          - pagerduty/payments
          - email/team
        severity: critical
"""
DEFAULTS = {"pagerduty/demo", "webhook/demo"}


class Receivers(unittest.TestCase):
    def found(self, **files):
        with tempfile.TemporaryDirectory() as directory:
            for name, text in files.items():
                path = Path(directory) / "team" / f"{name}.check.yaml"
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            return receiver_names(Path(directory)) - DEFAULTS

    def test_every_form_of_notify_is_found_and_nothing_else(self):
        self.assertEqual(self.found(shop=CHECKS), {
            "pagerduty/web-platform", "slack/a.b", "webhook/ops_1", "pagerduty/payments",
            "email/team"})

    def test_checks_that_name_nobody_leave_the_demos_own(self):
        self.assertEqual(self.found(a="checks: [{name: a, http: GET http://x/}]"), set())


class States(unittest.TestCase):
    def test_a_state_is_the_verdict_and_who_passes(self):
        regions = [{"state": state} for state in ("pass", "pass_on_retry", "failing", "pending")]
        status = {"checks": [{"name": "a", "verdict": "regional", "regions": regions}]}
        self.assertEqual(check_states(status), {"a": "regional, 2 of 4 regions pass"})


if __name__ == "__main__":
    unittest.main()
