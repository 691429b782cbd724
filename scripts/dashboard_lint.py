#!/usr/bin/env python3
"""Conventions for Grafana dashboards, those of Grafana's own dashboard-linter and ours:
`scripts/dashboard_lint.py [FILE...]` prints `file: panel: rule: what to do`. Without a file: all of
deploy/grafana/dashboards."""
import json
import pathlib
import re
import sys
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
DASHBOARDS = ROOT / "deploy/grafana/dashboards"
SOURCE = "${datasource}"
REFRESH_ON_TIME_CHANGE = 2
NO_DATA = ("row", "text", "dashlist", "news")
WITH_LEGEND = ("timeseries", "state-timeline", "barchart")
WITH_THRESHOLDS = ("stat", "gauge", "bargauge", "geomap")

SELECTOR = re.compile(r"\b([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
NAME = re.compile(r"(?<![\w:$\"])((?:picket|probe|sm)_\w+|up|scrape_\w+)\b(?!\s*[{\w(])")
RANGED = re.compile(r"\b(rate|irate|increase|delta|changes)\(\s*[^\[\]]*\[([^\]]+)\]")
COUNTER = re.compile(r"\b(?:picket|probe)_\w+_(?:total|count|bucket)\b|\bprobe_\w+_sum\b")
RATED = re.compile(r"\b(?:rate|irate|increase|changes)\(\s*[\w:]+\{[^}]*\}\[[^\]]+\]\s*\)")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
BUILT_IN = re.compile(r"__\w+")
# Totals that are worth a look as they are: few events, and the first of them makes the series.
RAW_TOTALS = {"picket_deployments_total", "picket_change_failures_total"}


@dataclass(frozen=True, order=True)
class Finding:
    file: str
    where: str
    rule: str
    advice: str

    def __str__(self):
        return f"{self.file}: {self.where}: {self.rule}: {self.advice}"


def panels(dashboard):
    for panel in dashboard.get("panels", []):
        yield panel
        yield from panels(panel)


def with_data(dashboard):
    return [panel for panel in panels(dashboard) if panel.get("type") not in NO_DATA]


def annotations(dashboard):
    return dashboard.get("annotations", {}).get("list", [])


def variables(dashboard):
    return dashboard.get("templating", {}).get("list", [])


def title(panel):
    return panel.get("title") or f"panel {panel.get('id')}"


def expressions(dashboard):
    """(where, expression) of all panels and annotations."""
    for panel in with_data(dashboard):
        for target in panel.get("targets", []):
            yield title(panel), target.get("expr", "")
    for annotation in annotations(dashboard):
        yield f"annotation {annotation.get('name')}", annotation.get("expr", "")


def check_frame(dashboard):
    """The dashboard itself: what a person and a provider need of it."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{3,39}", dashboard.get("uid") or ""):
        yield "dashboard", "uid", "give it a stable uid of small letters and dashes"
    for key in ("title", "description", "tags", "time", "refresh"):
        if not dashboard.get(key):
            yield "dashboard", key, f"it has no {key}"
    if dashboard.get("editable") is not False:
        yield "dashboard", "editable", "make it readonly: edits in Grafana would be lost"
    if dashboard.get("id") is not None:
        yield "dashboard", "id", "leave the id out: it is one of somebody's Grafana"
    if not any(link.get("type") == "dashboards" for link in dashboard.get("links", [])):
        yield "dashboard", "links", "link the other dashboards by their tag"


def check_datasource_variable(dashboard):
    found = [variable for variable in variables(dashboard) if variable.get("type") == "datasource"]
    if [(one.get("name"), one.get("query")) for one in found] != [("datasource", "prometheus")]:
        yield "variables", "template-datasource", \
            "have exactly one variable of a data source: `datasource`, of type prometheus"
    for variable in found:
        if variable.get("current", {}).get("value") not in (None, "", "default"):
            yield "variables", "template-datasource", "leave the choice of the data source open"


def check_variables(dashboard):
    used = set()
    texts = [expr for _, expr in expressions(dashboard)]
    for variable in variables(dashboard):
        name = f"variable {variable.get('name')}"
        if not variable.get("label") or not variable.get("description"):
            yield name, "variable-label", "give it a label and a description"
        if variable.get("type") != "query":
            continue
        texts.append(json.dumps(variable.get("query")))
        if variable.get("refresh") != REFRESH_ON_TIME_CHANGE:
            yield name, "variable-refresh", "refresh it when the time range changes (2)"
        if not re.search(r"label_values\(.+, *\w+\)", json.dumps(variable.get("query", ""))):
            yield name, "variable-query", "take its values by label_values(series, label)"
        if variable.get("includeAll") and variable.get("allValue") != ".*":
            yield name, "variable-all", "let All be `.*`: a list of all values may be too long"
        if (variable.get("datasource") or {}).get("uid") != SOURCE:
            yield name, "datasource", f"use {SOURCE}"
    for text in texts:
        used |= {match.group(1) or match.group(2) for match in VARIABLE.finditer(text)}
    known = {variable.get("name") for variable in variables(dashboard)}
    for name in sorted(used - known):
        if not BUILT_IN.fullmatch(name):
            yield f"variable {name}", "variable-unknown", "no variable has this name"
    for name in sorted(known - used - {"datasource"}):
        yield f"variable {name}", "variable-unused", "no query uses it"


def check_annotations(dashboard):
    for annotation in annotations(dashboard):
        where = f"annotation {annotation.get('name')}"
        if (annotation.get("datasource") or {}).get("uid") != SOURCE:
            yield where, "datasource", f"use {SOURCE}"
        if not annotation.get("titleFormat") or not annotation.get("textFormat"):
            yield where, "annotation-text", "say what happened: titleFormat and textFormat"


def check_panels(dashboard):
    ids = [panel.get("id") for panel in panels(dashboard)]
    if None in ids or len(set(ids)) != len(ids):
        yield "dashboard", "panel-id", "number the panels, each differently"
    for panel in with_data(dashboard):
        where = title(panel)
        defaults = panel.get("fieldConfig", {}).get("defaults", {})
        if not panel.get("title"):
            yield where, "panel-title", "give it a title"
        if not (panel.get("description") or "").endswith("."):
            yield where, "panel-description", "say in a sentence what it shows"
        if not defaults.get("unit"):
            yield where, "panel-unit", "give it a unit"
        for owner in (panel, *panel.get("targets", [])):
            if (owner.get("datasource") or {}).get("uid") != SOURCE:
                yield where, "datasource", f"use {SOURCE} in the panel and in each target"
        if not panel.get("targets"):
            yield where, "panel-no-targets", "it asks for nothing"
        if panel.get("type") in WITH_LEGEND and \
                not panel.get("options", {}).get("legend", {}).get("showLegend"):
            yield where, "panel-legend", "show the legend"
        if panel.get("type") in WITH_THRESHOLDS and \
                not defaults.get("thresholds", {}).get("steps"):
            yield where, "panel-thresholds", "give it thresholds, one at least"


def check_targets(dashboard):
    for panel in with_data(dashboard):
        seen = set()
        for target in panel.get("targets", []):
            where = f"{title(panel)} {target.get('refId')}"
            if target.get("refId") in seen or not target.get("refId"):
                yield where, "target-ref", "each target has its own refId"
            seen.add(target.get("refId"))
            if not target.get("expr"):
                yield where, "target-expr", "the target has no expression"
            if bool(target.get("instant")) == bool(target.get("range")):
                yield where, "target-kind", "let it be either instant or a range"
            if panel.get("type") in WITH_LEGEND and not target.get("legendFormat"):
                yield where, "target-legend", "say by legendFormat what its series are"


def check_selectors(dashboard):
    """Each series is narrowed by a variable: of checks by job, of the controller by instance."""
    for where, expr in expressions(dashboard):
        for metric, matchers in SELECTOR.findall(expr):
            wanted = 'job=~"$job"' if metric.startswith(("probe_", "sm_")) \
                else 'instance=~"$controller"'
            if wanted not in matchers and 'job=~"$job"' not in matchers:
                yield where, "selector-scope", f"{metric}: narrow it by {wanted}"
        bare = NAME.findall(STRING.sub('""', SELECTOR.sub("", expr)))
        for metric in bare:
            yield where, "selector-scope", f"{metric}: narrow it by a variable"


def check_rates(dashboard):
    for panel in with_data(dashboard):
        for target in panel.get("targets", []):
            expr = target.get("expr", "")
            for function, span in RANGED.findall(expr):
                wanted = "$__range" if target.get("instant") else "$__rate_interval"
                if span != wanted:
                    yield title(panel), "rate-interval", \
                        f"{function}() over [{wanted}], not [{span}]"
            for counter in COUNTER.findall(RATED.sub("", expr)):
                if counter not in RAW_TOTALS:
                    yield title(panel), "counter", \
                        f"{counter} only grows: take rate() or increase()"


RULES = (check_frame, check_datasource_variable, check_variables, check_annotations, check_panels,
         check_targets, check_selectors, check_rates)


def lint(dashboard, file="dashboard"):
    """All findings of one dashboard, sorted."""
    return sorted({Finding(file, *finding) for rule in RULES for finding in rule(dashboard)})


def lint_all(files):
    """Of the files, and what only shows when they are seen together."""
    loaded = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in files}
    found = [finding for name, dashboard in loaded.items() for finding in lint(dashboard, name)]
    uids = [dashboard.get("uid") for dashboard in loaded.values()]
    for name, dashboard in loaded.items():
        if uids.count(dashboard.get("uid")) > 1:
            found.append(Finding(name, "dashboard", "uid", "another dashboard has this uid"))
        for uid in sorted(set(re.findall(r'"/d/([\w-]+)', json.dumps(dashboard))) - set(uids)):
            found.append(Finding(name, "links", "link", f"no dashboard has the uid {uid}"))
    return found


def main():
    files = [pathlib.Path(name) for name in sys.argv[1:]] or sorted(DASHBOARDS.glob("*.json"))
    findings = lint_all(files)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings in {len(files)} dashboards", file=sys.stderr)
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main())
