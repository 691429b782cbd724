"""The queries of dashboards as Grafana would send them: taken from the JSON, variables replaced."""
import json
import re
from dataclasses import dataclass
from pathlib import Path

DASHBOARDS = Path(__file__).resolve().parents[3] / "deploy/grafana/dashboards"
LABEL_VALUES = re.compile(r"label_values\((.*), *(\w+)\)")
VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Query:
    where: str  # "panel Verdict A", "annotation Incidents"
    expr: str
    instant: bool
    interval: int  # smallest step of the panel in seconds, 0: none


def load():
    """{uid: dashboard} of what is committed."""
    found = [json.loads(path.read_text()) for path in sorted(DASHBOARDS.glob("*.json"))]
    return {dashboard["uid"]: dashboard for dashboard in found}


def panels(dashboard):
    """All panels but rows, also those within collapsed rows."""
    for panel in dashboard.get("panels", []):
        yield from panels(panel)
        if panel["type"] != "row":
            yield panel


def queries(dashboard):
    """Of all panels and annotations."""
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            yield Query(f"panel {panel['title']} {target['refId']}", target["expr"],
                        bool(target.get("instant")), seconds(panel.get("interval")))
    for annotation in dashboard["annotations"]["list"]:
        yield Query(f"annotation {annotation['name']}", annotation["expr"], False, 0)


def variables(dashboard):
    """[(name, series, label, multi)] of the variables that ask Prometheus, in their order."""
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            series, label = LABEL_VALUES.fullmatch(variable["query"]["query"]).groups()
            yield variable["name"], series, label, bool(variable.get("multi"))


def chosen(values, multi):
    """What Grafana puts for these values into a query: a pattern where several may be chosen."""
    escaped = [re.sub(r"([\\^$*+?.()|{}\[\]])", r"\\\\\1", value) for value in values]
    return f"({'|'.join(escaped)})" if multi else values[0]


def fill(expr, values):
    """The expression with `$name` and `${name}` replaced. KeyError names what nobody defines."""
    return VARIABLE.sub(lambda match: values[match.group(1) or match.group(2)], expr)


def seconds(span):
    return int(span[:-1]) * UNITS[span[-1]] if span else 0


def times(span, step, scrape):
    """Grafana's own variables for a time range of `span` seconds."""
    return {"__range": f"{span}s", "__range_s": str(span), "__interval": f"{step}s",
            "__rate_interval": f"{max(step + scrape, 4 * scrape)}s"}
