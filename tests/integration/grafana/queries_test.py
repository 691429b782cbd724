#!/usr/bin/env python3
"""Every query of the shipped dashboards (panels, variables, annotations) against a real Prometheus
that scrapes a real controller while faults are injected: none is refused and none is empty. What
community dashboards for blackbox_exporter ask for is there, too."""
import os
import re
import shutil
import sys
import time
import unittest
from pathlib import Path

from community import BOARDS, UP_VARIABLES
from community_names import LACKING, SERIES
from dashboard_queries import chosen, fill, load, queries, times, variables
from scraping_prometheus import CONFIG, SCRAPE_SECONDS, Prometheus
from world import FAULT_SECONDS, ROOT, SCRIPT, World

BIN = Path(os.environ.get("PICKET_BIN", "build/dev/bin"))
STEP = 5
BUDGET_SECONDS = 150  # a round closes 90 s after its end
START_SECONDS = 30
PAGE = ROOT / "docs/how-to/grafana.md"
DASHBOARDS = {"picket-overview", "picket-check", "picket-cdn", "picket-third-parties", "picket-slo",
              "picket-delivery", "picket-fleet"}


def documented_rules():
    """The `metric_relabel_configs` that the page gives, as YAML of a job."""
    return re.search(r"^```yaml\n(metric_relabel_configs:\n.*?)^```$", PAGE.read_text(),
                     re.M | re.S)[1]


class QueriesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(BIN, cls.addClassCleanup)
        cls.prometheus = Prometheus(cls.world.processes, cls.world.directory,
                                    cls.world.fleet.api_url.removeprefix("http://"))
        if not cls.world.pings:
            print("SKIPPED: grafana-ping: an ICMP socket is not allowed", flush=True)
        cls.world.live_through_it()
        cls.wait_for('picket_slo_burn_rate{window="3d"}', BUDGET_SECONDS)
        cls.wait_for("picket_disk_free_bytes", BUDGET_SECONDS)
        cls.wait_for("max(picket_third_party_duration_seconds) > 3", FAULT_SECONDS)
        cls.wait_for('changes(picket_deployments_total[5m]) > 0', FAULT_SECONDS)
        cls.relabelled = cls.start_relabelled()
        cls.wait_for("probe_success", START_SECONDS, cls.relabelled)

    @classmethod
    def start_relabelled(cls):
        """One more, which makes the labels that some boards take from scrape configurations."""
        directory = cls.world.directory / "relabelled"
        directory.mkdir()
        rules = "".join(f"    {line}\n" for line in documented_rules().splitlines())
        target = cls.world.fleet.api_url.removeprefix("http://")
        return Prometheus(cls.world.processes, directory,
                          config=CONFIG.format(scrape=SCRAPE_SECONDS, target=target) + rules)

    @classmethod
    def wait_for(cls, expr, seconds, prometheus=None):
        deadline = time.monotonic() + seconds
        while not (prometheus or cls.prometheus).instant(expr):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s: {expr}")
            time.sleep(0.5)

    def is_told(self, expr):
        """Whether this machine can tell: without a socket for pings there are no round trips."""
        return self.world.pings or "_icmp_" not in expr

    def choices(self, dashboard):
        """Values for the variables, a dict for each value of a variable that takes only one; all
        values where several may be chosen. And the variables that have none."""
        ways, empty = [{}], []
        for name, series, label, multi in variables(dashboard):
            longer = []
            for way in ways:
                values = self.prometheus.label_values(fill(series, way), label)
                for picked in ([values] if multi else [[value] for value in values]):
                    if picked:
                        longer.append({**way, name: chosen(picked, multi)})
            if not longer:
                empty.append(f"variable {name}: label_values({series}, {label})")
            ways = longer or [{**way, name: ".*"} for way in ways]
        return ways, empty

    def answers(self, query, values):
        step = max(STEP, query.interval)
        span = int(time.time() - self.prometheus.since)
        expr = fill(query.expr, {**values, **times(span, step, SCRAPE_SECONDS)})
        return self.prometheus.instant(expr) if query.instant else self.prometheus.range(expr, STEP)

    def test_no_panel_variable_or_annotation_is_empty(self):
        dashboards = load()
        self.assertEqual(set(dashboards), DASHBOARDS)
        asked = 0
        for uid, dashboard in dashboards.items():
            ways, empty = self.choices(dashboard)
            for query in queries(dashboard):
                asked += 1
                # Of a dashboard of one check: a panel that is only for some kinds shows for these.
                if self.is_told(query.expr) and not any(
                        self.answers(query, values) for values in ways):
                    empty.append(f"{query.where}: {query.expr}")
            with self.subTest(dashboard=uid):
                self.assertEqual(empty, [], f"{uid}: empty\n" + "\n".join(empty))
        print(f"{asked} queries in {len(dashboards)} dashboards", flush=True)
        self.assertGreater(asked, 120)

    def test_the_faults_are_seen(self):
        """An empty answer would be one; so would a wrong one."""
        ask = self.prometheus.instant
        self.assertEqual([value for row, value in ask('probe_success{job="shop-home"}')
                          if row["probe"] == "ap-southeast-1"], [0], "the broken edge's region")
        placed = next(query for query in queries(load()["picket-overview"])
                      if query.where == "panel Regions A")
        rows = self.answers(placed, {"controller": ".*", "job": ".*", "probe": ".*"})
        self.assertEqual(len({row["geohash"] for row, _ in rows}), 4, "each region has its place")
        self.assertLess(min(value for _, value in rows), 1)
        self.assertGreater(ask('picket_change_failure_ratio{service="shop"}')[0][1], 0)
        self.assertEqual(ask('picket_deployments_total{service="shop"}')[0][1], 2)
        named = {row["subject"] for row, _ in ask("picket_incident_info")}
        self.assertLessEqual({"check:shop-home", "check:shop-cdn"}, named)

    def test_a_metric_that_does_not_exist_would_be_found(self):
        self.assertEqual(self.prometheus.instant("picket_no_such_metric"), [])
        with self.assertRaises(AssertionError):
            self.prometheus.instant("sum(probe_success")

    def test_what_community_dashboards_ask_for_is_there(self):
        for series, labels in filter(lambda item: self.is_told(item[0]), SERIES.items()):
            with self.subTest(series=series):
                rows = self.prometheus.instant(series)
                self.assertTrue(rows, f"{series} is empty")
                for row, _ in rows:
                    self.assertTrue(labels <= set(row), f"{series} has only {sorted(row)}")

    def test_instances_are_addresses_and_no_templates(self):
        instances = self.prometheus.label_values("probe_success", "instance")
        self.assertIn(f"https://shop.picket.test:{self.world.shop.port}/", instances)
        self.assertFalse([name for name in instances if "${{" in name or not name])

    def test_every_expression_of_community_dashboards_finds_something(self):
        asked = 0
        for board in BOARDS:
            prometheus = self.relabelled if board.labels else self.prometheus
            values = {}
            for name, series, label in board.variables:
                found = prometheus.label_values(fill(series, values), label)
                values[name] = chosen(found, True) if found else ""
            for expr in filter(self.is_told, board.queries):
                asked += 1
                with self.subTest(board=board.title, number=board.number, expr=expr):
                    self.assertTrue(prometheus.instant(fill(expr, values)), "empty")
        print(f"{asked} expressions of {len(BOARDS)} community dashboards", flush=True)

    def test_labels_of_others_configurations_come_from_the_documented_rules_alone(self):
        for label in frozenset().union(*(board.labels for board in BOARDS)):
            with self.subTest(label=label):
                self.assertEqual(self.prometheus.label_values("probe_success", label), [])
                self.assertTrue(self.relabelled.label_values("probe_success", label))

    def test_variables_that_are_said_to_stay_empty_do(self):
        for series, label in UP_VARIABLES:
            self.assertEqual(self.prometheus.label_values(series, label), [], (series, label))

    def test_tls_and_addresses_are_told_as_they_are(self):
        ask = self.prometheus.instant
        # Where the edge is broken the last request may not have come as far.
        self.assertIn(1, {value for _, value in ask('probe_http_ssl{job="shop-health"}')})
        self.assertEqual({value for _, value in ask('probe_http_ssl{job="shop-cdn"}')}, {0})
        self.assertEqual({value for _, value in ask('probe_ip_protocol{job="shop-health"}')}, {4})
        lengths = {value for _, value in ask('probe_http_content_length{job="shop-cdn"}')}
        self.assertTrue(lengths)
        self.assertLessEqual(lengths, {10, len(SCRIPT)}, "the files of edge and origin")

    def test_what_is_said_to_lack_lacks(self):
        """The list in the documentation stays true: what comes later moves to the other one."""
        for series in LACKING:
            self.assertEqual(self.prometheus.instant(series), [], series)


if __name__ == "__main__":
    if shutil.which("prometheus") is None:
        print("prometheus is not installed: ./dev setup test")
        sys.exit(77)
    unittest.main()
