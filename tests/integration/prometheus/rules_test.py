#!/usr/bin/env python3
"""The rules of deploy/prometheus, by promtool: they are valid, their own tests pass, and they have
the factors, windows and metrics of Picket."""
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy/prometheus"
RULES = sorted(FOLDER.glob("*.rules.yml"))
TESTS = sorted((FOLDER / "tests").glob("*_test.yml"))
WINDOW = re.compile(r"BurnWindow\{([\d.]+), (\w+)\{(\d+)\}, (\w+)\{(\d+)\}, (true|false)\}")
BURN = re.compile(r"slo_burn_rate:(\w+) >= ([\d.]+)\s+and picket:slo_burn_rate:short(\w+) >= \2\s+"
                  r"and picket:slo_bad:\1 >= (\d+)")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SPANS = {"minutes": 60, "hours": 3600}


def promtool(*arguments):
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=240,
                          stdin=subprocess.DEVNULL, check=False)


def seconds(span):
    return int(span[:-1]) * UNITS[span[-1]]


class RulesTest(unittest.TestCase):
    def passes(self, *arguments):
        done = promtool(*arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_rules_are_valid(self):
        self.assertEqual(len(RULES), 2)
        self.passes("check", "rules", *map(str, RULES))

    def test_their_own_tests_pass(self):
        self.assertEqual(len(TESTS), 2)
        self.passes("test", "rules", *map(str, TESTS))

    def test_factors_and_windows_are_those_of_the_controller(self):
        source = (ROOT / "common/model/slo.h").read_text()
        wanted = {(float(factor), int(n) * SPANS[unit], int(m) * SPANS[short_unit])
                  for factor, unit, n, short_unit, m, _ in WINDOW.findall(source)}
        least = re.search(r"kBurnBadLeast = (\d+)", source).group(1)
        found = BURN.findall((FOLDER / "picket-slo.rules.yml").read_text())
        self.assertEqual(len(wanted), 4)
        self.assertEqual({(float(factor), seconds(long), seconds(short))
                          for long, factor, short, _ in found}, wanted)
        self.assertEqual({bad for *_, bad in found}, {least})

    def test_every_metric_and_alert_exists_and_is_tested(self):
        shown = "".join((ROOT / "controller" / name).read_text()
                        for name in ("own_metrics.cpp", "controller_reload.cpp",
                                     "health_metrics.cpp", "api/slo_series.cpp"))
        texts = "".join(path.read_text() for path in RULES)
        for metric in set(re.findall(r"\bpicket_\w+", texts)):
            self.assertIn(f'"{metric}"', shown)
        tested = "".join(path.read_text() for path in TESTS)
        for alert in re.findall(r"- alert: (\w+)", texts):
            self.assertIn(f"alertname: {alert}", tested)

    def test_every_alert_links_a_dashboard_that_is_shipped(self):
        uids = {path.stem for path in (ROOT / "deploy/grafana/dashboards").glob("*.json")}
        texts = "".join(path.read_text() for path in RULES)
        links = re.findall(r'^          dashboard: "/d/([\w-]+)', texts, re.M)
        self.assertEqual(len(links), texts.count("- alert: "))
        self.assertLessEqual(set(links), uids)

    def test_the_example_of_a_configuration_is_valid(self):
        self.passes("check", "config", str(FOLDER / "prometheus.example.yml"))


if __name__ == "__main__":
    if shutil.which("promtool") is None:
        print("promtool is not installed: ./dev setup test")
        sys.exit(77)
    unittest.main()
