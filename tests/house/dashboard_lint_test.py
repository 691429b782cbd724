#!/usr/bin/env python3
"""Shows what scripts/dashboard_lint.py finds in bad dashboards, and that it leaves a good one
alone."""
import copy
import json
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import dashboard_lint  # noqa: E402  pylint: disable=wrong-import-position

SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def query_variable(name, query):
    return {"type": "query", "name": name, "label": name, "description": f"The {name}.",
            "datasource": SOURCE, "query": {"query": query}, "refresh": 2, "includeAll": True,
            "allValue": ".*"}


GOOD = {
    "uid": "picket-good", "title": "Picket / Good", "description": "A good one.",
    "tags": ["picket"], "editable": False, "refresh": "30s",
    "time": {"from": "now-6h", "to": "now"},
    "links": [{"type": "dashboards", "tags": ["picket"]}],
    "templating": {"list": [
        {"type": "datasource", "name": "datasource", "query": "prometheus", "label": "Data source",
         "description": "Where."},
        query_variable("controller", "label_values(picket_checks, instance)"),
        query_variable("job", "label_values(probe_success, job)")]},
    "annotations": {"list": [{
        "name": "Incidents", "datasource": SOURCE, "titleFormat": "{{subject}}",
        "textFormat": "{{severity}}", "expr": 'picket_incident_info{instance=~"$controller"}'}]},
    "panels": [{"id": 1, "type": "row", "title": "Runs"}, {
        "id": 2, "type": "timeseries", "title": "Runs", "description": "All runs.",
        "datasource": SOURCE, "fieldConfig": {"defaults": {"unit": "short"}},
        "options": {"legend": {"showLegend": True}},
        "targets": [{
            "refId": "A", "datasource": SOURCE, "range": True, "legendFormat": "{{job}}",
            "expr": 'sum by (job) (rate(probe_all_success_count{job=~"$job"}[$__rate_interval]))'}],
    }],
}


def changed(change):
    dashboard = copy.deepcopy(GOOD)
    change(dashboard)
    return dashboard


def rules(change):
    """The rules that the good dashboard breaks after `change`."""
    return {finding.rule for finding in dashboard_lint.lint(changed(change))}


def with_expr(expr, instant=False):
    def change(dashboard):
        dashboard["panels"][1]["targets"][0].update(expr=expr, range=not instant, instant=instant)
        dashboard["templating"]["list"][2:] = [  # used by the annotation, whatever the panel asks
            query_variable("job", 'label_values(probe_success{probe=~"$job"}, job)')]
    return change


class Frame(unittest.TestCase):
    def test_a_good_dashboard_passes(self):
        self.assertEqual(dashboard_lint.lint(GOOD), [])

    def test_what_a_dashboard_lacks_is_found(self):
        for key, rule in (("uid", "uid"), ("title", "title"), ("description", "description"),
                          ("tags", "tags"), ("time", "time"), ("refresh", "refresh"),
                          ("links", "links")):
            self.assertEqual(rules(lambda d, key=key: d.pop(key)), {rule}, key)

    def test_one_that_can_be_edited_or_has_an_id_is_found(self):
        self.assertEqual(rules(lambda d: d.update(editable=True)), {"editable"})
        self.assertEqual(rules(lambda d: d.update(id=17)), {"id"})
        self.assertEqual(rules(lambda d: d.update(uid="Gx 1")), {"uid"})


class Variables(unittest.TestCase):
    def change(self, index, **values):
        return rules(lambda d: d["templating"]["list"][index].update(values))

    def test_the_data_source_is_a_variable_without_a_choice(self):
        self.assertEqual(rules(lambda d: d["templating"]["list"].pop(0)), {"template-datasource"})
        self.assertEqual(self.change(0, query="loki"), {"template-datasource"})
        self.assertEqual(self.change(0, current={"value": "P1809F7CD0C75ACF3"}),
                         {"template-datasource"})

    def test_refresh_label_query_and_all_are_looked_at(self):
        self.assertEqual(self.change(1, refresh=1), {"variable-refresh"})
        self.assertEqual(self.change(1, label=""), {"variable-label"})
        self.assertEqual(self.change(1, query={"query": "metrics(.*)"}), {"variable-query"})
        self.assertEqual(self.change(1, allValue=None), {"variable-all"})
        self.assertEqual(self.change(1, datasource={"uid": "prometheus"}), {"datasource"})

    def test_unknown_and_unused_ones_are_found(self):
        self.assertEqual(rules(lambda d: d["templating"]["list"].append(
            query_variable("team", "label_values(picket_checks, team)"))), {"variable-unused"})
        self.assertEqual(rules(lambda d: d["templating"]["list"].pop(1)), {"variable-unknown"})


class Panels(unittest.TestCase):
    def change(self, **values):
        return rules(lambda d: d["panels"][1].update(values))

    def test_title_description_unit_legend_and_number(self):
        self.assertEqual(self.change(title=""), {"panel-title"})
        self.assertEqual(self.change(description=""), {"panel-description"})
        self.assertEqual(self.change(fieldConfig={"defaults": {}}), {"panel-unit"})
        self.assertEqual(self.change(options={}), {"panel-legend"})
        self.assertEqual(self.change(id=1), {"panel-id"})
        self.assertEqual(self.change(targets=[]), {"panel-no-targets", "variable-unused"})

    def test_a_stat_without_thresholds_is_found(self):
        self.assertEqual(self.change(type="stat"), {"panel-thresholds"})

    def test_a_data_source_by_its_uid_is_found(self):
        self.assertEqual(self.change(datasource={"type": "prometheus", "uid": "P1809F7CD"}),
                         {"datasource"})
        self.assertEqual(rules(lambda d: d["panels"][1]["targets"][0].pop("datasource")),
                         {"datasource"})

    def test_a_panel_within_a_collapsed_row_is_looked_at(self):
        def change(dashboard):
            inner = {**dashboard["panels"].pop(1), "description": ""}
            dashboard["panels"][0]["panels"] = [inner]
        self.assertEqual(rules(change), {"panel-description"})

    def test_annotations_say_what_happened(self):
        self.assertEqual(rules(lambda d: d["annotations"]["list"][0].pop("titleFormat")),
                         {"annotation-text"})
        self.assertEqual(rules(lambda d: d["annotations"]["list"][0].update(datasource=None)),
                         {"datasource"})


class Targets(unittest.TestCase):
    def change(self, **values):
        return rules(lambda d: d["panels"][1]["targets"][0].update(values))

    def test_each_has_a_letter_a_kind_and_a_legend(self):
        self.assertEqual(self.change(refId=""), {"target-ref"})
        self.assertEqual(self.change(instant=True), {"rate-interval", "target-kind"})
        self.assertEqual(self.change(legendFormat=""), {"target-legend"})

    def test_a_series_that_nothing_narrows_is_found(self):
        for expr in ("probe_success", "sum(probe_success)", "probe_success{}",
                     'probe_success{job="shop"}', 'probe_success{instance=~"$controller"}',
                     "picket_store_ok", 'picket_store_ok{instance="a:1"}', "up",
                     'probe_success{job=~"$job"} / picket_check_up'):
            self.assertEqual(rules(with_expr(expr)), {"selector-scope"}, expr)
        for expr in ('probe_success{job=~"$job",probe="x"}', 'up{instance=~"$controller"}',
                     'label_replace(probe_success{job=~"$job"}, "up", "$__range", "probe", "up")',
                     'sum by (probe) (picket_check_up{job=~"$job"})'):
            self.assertEqual(rules(with_expr(expr)), set(), expr)

    def test_spans_of_rates_are_grafanas(self):
        total = 'probe_all_success_sum{job=~"$job"}'
        for span in ("5m", "$__interval", "$__range"):
            self.assertEqual(rules(with_expr(f"rate({total}[{span}])")), {"rate-interval"}, span)
        self.assertEqual(rules(with_expr(f"increase({total}[$__range])", instant=True)), set())
        self.assertEqual(rules(with_expr(f"increase({total}[1h])", instant=True)),
                         {"rate-interval"})

    def test_a_counter_as_it_is_is_found(self):
        for counter in ("probe_all_success_count", "probe_all_duration_seconds_bucket",
                        "probe_all_duration_seconds_sum", "picket_runs_retried_total"):
            expr = f'sum({counter}{{job=~"$job"}})'
            self.assertEqual(rules(with_expr(expr)), {"counter"}, expr)
        self.assertEqual(rules(with_expr('picket_deployments_total{instance=~"$controller"}')),
                         set())


class Together(unittest.TestCase):
    def lint(self, *dashboards):
        with tempfile.TemporaryDirectory() as folder:
            files = []
            for number, dashboard in enumerate(dashboards):
                files.append(pathlib.Path(folder) / f"{number}.json")
                files[-1].write_text(json.dumps(dashboard))
            return {finding.rule for finding in dashboard_lint.lint_all(files)}

    def test_two_dashboards_have_two_uids(self):
        self.assertEqual(self.lint(GOOD, GOOD), {"uid"})
        self.assertEqual(self.lint(GOOD, {**GOOD, "uid": "picket-other"}), set())

    def test_a_link_to_nowhere_is_found(self):
        link = {"title": "Look", "url": "/d/picket-other?var-job=x"}
        linking = changed(lambda d: d["panels"][1]["fieldConfig"]["defaults"].update(links=[link]))
        self.assertEqual(self.lint(linking), {"link"})
        self.assertEqual(self.lint(linking, {**GOOD, "uid": "picket-other"}), set())


if __name__ == "__main__":
    unittest.main()
