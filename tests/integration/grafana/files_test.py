#!/usr/bin/env python3
"""What deploy/grafana ships, without running anything: metrics that are documented, provisioning
that fits, a lock without a registry; and how queries are filled in."""
import json
import re
import unittest
from pathlib import Path

import yaml

from dashboard_queries import chosen, fill, load, queries, times, variables

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy/grafana"
METRIC = re.compile(r"\b(?:picket|probe|sm)_\w+(?=\{)")
SUFFIX = re.compile(r"_(bucket|sum|count)$")


class FilesTest(unittest.TestCase):
    def test_every_metric_is_documented(self):
        page = (ROOT / "docs/reference/metrics.md").read_text()
        known = set(re.findall(r"^\| `(\w+)` \|", page, re.M))
        asked = {metric for dashboard in load().values() for query in queries(dashboard)
                 for metric in METRIC.findall(query.expr)}
        self.assertGreater(len(asked), 60)
        unknown = {metric for metric in asked
                   if metric not in known and SUFFIX.sub("", metric) not in known}
        self.assertEqual(unknown, set())

    def test_files_are_named_by_their_uid(self):
        self.assertEqual(set(load()), {path.stem for path in (FOLDER / "dashboards").iterdir()})

    def test_the_provisioned_source_has_the_interval_of_the_scrapes(self):
        scrapes = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.example.yml").read_text())
        source = self.provisioned("datasources")["datasources"][0]
        self.assertEqual(source["type"], "prometheus")
        self.assertEqual(source["jsonData"]["timeInterval"], scrapes["global"]["scrape_interval"])
        self.assertTrue(scrapes["scrape_configs"][0]["honor_labels"])

    def test_the_provider_reads_where_the_how_to_copies(self):
        provider = self.provisioned("dashboards")["providers"][0]
        self.assertFalse(provider["allowUiUpdates"])
        self.assertIn(f"{provider['options']['path']}/",
                      (ROOT / "docs/how-to/grafana.md").read_text())

    def test_the_lock_names_no_registry(self):
        packages = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
        self.assertFalse([name for name, entry in packages.items() if "resolved" in entry])
        self.assertFalse([name for name, entry in packages.items()
                          if name and "integrity" not in entry])

    @staticmethod
    def provisioned(kind):
        return yaml.safe_load((FOLDER / "provisioning" / kind / "picket.yaml").read_text())


class FillTest(unittest.TestCase):
    def test_several_values_become_a_pattern_that_means_them_only(self):
        self.assertEqual(chosen(["a", "10.0.0.1:80"], True), r"(a|10\\.0\\.0\\.1:80)")
        self.assertEqual(chosen(["a.b"], False), "a.b")

    def test_both_forms_of_a_variable_are_replaced(self):
        self.assertEqual(fill("x[$__range] ${job} $job", {"__range": "9s", "job": "a"}),
                         "x[9s] a a")
        with self.assertRaises(KeyError):
            fill('probe_success{job=~"$nobody"}', {})

    def test_a_rate_covers_four_scrapes_at_least(self):
        self.assertEqual(times(60, 5, 1)["__rate_interval"], "6s")
        self.assertEqual(times(60, 15, 15)["__rate_interval"], "60s")

    def test_queries_of_panels_in_collapsed_rows_are_found(self):
        panel = {"type": "stat", "title": "A", "interval": "5m",
                 "targets": [{"refId": "A", "expr": "up", "instant": True}]}
        variable = {"type": "query", "name": "job", "multi": True,
                    "query": {"query": 'label_values(a{b="c"}, job)'}}
        dashboard = {"panels": [{"type": "row", "panels": [panel]}],
                     "annotations": {"list": [{"name": "B", "expr": "down"}]},
                     "templating": {"list": [variable]}}
        self.assertEqual([(one.where, one.expr, one.interval) for one in queries(dashboard)],
                         [("panel A A", "up", 300), ("annotation B", "down", 0)])
        self.assertEqual(list(variables(dashboard)), [("job", 'a{b="c"}', "job", True)])


if __name__ == "__main__":
    unittest.main()
