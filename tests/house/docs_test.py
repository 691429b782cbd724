#!/usr/bin/env python3
"""Reference pages and sources name the same routes, metrics and commands, in both directions."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
METRIC = r"(?:picket|probe|sm)_\w+"


def source(name):
    return (ROOT / name).read_text(encoding="utf-8")


def page(name):
    return source(f"docs/reference/{name}.md")


def routes_of_source(text):
    rows = re.findall(r'\{"(GET|POST|PUT|DELETE)", "([^"]+)", &P::\w+, Policy::(\w+)\}', text)
    return set(rows)


def offered_routes(text):
    rows = re.findall(r'\{"(GET|POST)", "([^"]+)", (true|false), \d+, to\(&R::\w+\)\}', text)
    return {(method, path, "admin" if changes == "true" else "read")
            for method, path, changes in rows}


def stream_routes(text):
    return {("GET", path, "read") for path in re.findall(r'kPath = "(/api/[^"]+)"', text)}


def people_routes_of_sources():
    """Of every file of the folder."""
    found = set()
    for path in sorted((ROOT / "controller/routes").glob("*.cpp")):
        text = path.read_text(encoding="utf-8")
        found |= routes_of_source(text) | offered_routes(text) | stream_routes(text)
    return found


def routes_of_page(text):
    people = text.split("## The agents' listener")[0]
    return set(re.findall(r"^\| (GET|POST|PUT|DELETE) \| `([^`]+)` \| (\w+) \|", people, re.M))


def agent_routes_of_source(text):
    return set(re.findall(r'\{"(GET|POST)", "(/agent/[^"]+)", &AgentRoutes', text))


def agent_routes_of_page(text):
    return set(re.findall(r"^\| (GET|POST) \| `(/agent/[^`]+)` \|", text, re.M))


def metrics_of_source(text):
    return set(re.findall(rf'"({METRIC})"', text))


def metrics_of_page(text):
    return set(re.findall(rf"^\| `({METRIC})` \|", text, re.M))


def commands_of_source(text):
    return set(re.findall(r"picket::cli::add_(\w+),", text))


def commands_of_page(text):
    return set(re.findall(r"^### picket (\w+)$", text, re.M))


def failure_kinds():
    return re.findall(r"^PICKET_FAILURE\((\w+),", source("common/model/failure_kinds.def"), re.M)


def words_of_tests():
    paths = [path for path in (ROOT / "tests").rglob("*") if path.suffix in (".cpp", ".h", ".py")]
    return set(re.findall(r"\w+", " ".join(path.read_text(errors="replace") for path in paths)))


class Docs(unittest.TestCase):
    def same(self, in_source, in_page):
        self.assertTrue(in_source, "nothing found in the sources: has their form changed?")
        self.assertEqual(in_source - in_page, set(), "not in the page")
        self.assertEqual(in_page - in_source, set(), "only in the page")

    def test_every_route_for_people_is_in_its_page_with_its_policy(self):
        self.same(people_routes_of_sources(), routes_of_page(page("api")))

    def test_every_route_for_agents_is_in_its_page(self):
        self.same(agent_routes_of_source(source("controller/routes/agent_routes.cpp")),
                  agent_routes_of_page(page("api")))

    def test_every_metric_is_in_its_page(self):
        files = ("controller/own_metrics.cpp", "controller/controller_channels.cpp",
                 "controller/controller_reload.cpp",
                 "controller/health_metrics.cpp",
                 "controller/api/slo_series.cpp", "controller/api/series.cpp",
                 "controller/api/blackbox_series.cpp",
                 "controller/api/fact_series.cpp", "controller/api/fact_metrics.def",
                 "controller/api/people_metrics.cpp", "agent/agent_metrics.cpp")
        found = set().union(*(metrics_of_source(source(name)) for name in files))
        self.same(found, metrics_of_page(page("metrics")))

    def test_every_command_is_in_its_page(self):
        self.same(commands_of_source(source("cli/main.cpp")), commands_of_page(page("cli")))

    def test_every_kind_of_failure_is_in_the_page_of_probes_and_in_a_test(self):
        text, tested = page("probes"), words_of_tests()
        self.assertGreater(len(failure_kinds()), 50)
        for kind in failure_kinds():
            self.assertIn(f"`{kind}`", text)
            self.assertTrue(kind in tested, f"no test names {kind}")

    def test_every_kind_of_check_has_its_page(self):
        kinds = re.findall(r"^PICKET_KIND\((\w+),", source("common/model/fact_names.def"), re.M)
        for kind in set(kinds) - {"wait"}:
            self.assertIn(f"probes/{kind}.md", page("probes"))
            self.assertIn(f"# {kind}", page(f"probes/{kind}"))

    def test_the_readme_names_what_is_not_there_yet(self):
        later = re.findall(r"^PICKET_LATER\((\w+), (\w+),", source("common/checks/keys.def"), re.M)
        text = source("README.md").split("## What is not there yet")[1]
        self.assertGreater(len(later), 3)
        self.assertEqual([key for _, key in later if key not in re.findall(r"\w+", text)], [])

    def test_proxies_in_pages_lead_to_the_default_port(self):
        default = re.search(r'kDefaultUrl = "http://([\d.:]+)"',
                            source("cli/controller/api_client.cpp"))[1]
        pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
        self.assertEqual(set(re.findall(r"proxy_pass http://([\d.:]+)", pages)), {default})

    def test_the_readme_names_every_folder(self):
        named = set(re.findall(r"^\| `([\w-]+)/` \|", source("README.md"), re.M))
        tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True,
                                 check=False).stdout.split()
        there = {path.split("/")[0] for path in tracked if "/" in path} or named
        self.assertEqual({name for name in there if not name.startswith(".")} - {"cmake"}, named)

    def test_a_missing_name_is_noticed(self):
        row = '{"GET", "/new", &P::fresh, Policy::read},'
        with self.assertRaises(AssertionError):
            self.same(routes_of_source(row), routes_of_page(page("api")))
        with self.assertRaises(AssertionError):
            self.same(metrics_of_source('"picket_fresh"'), metrics_of_page(page("metrics")))


if __name__ == "__main__":
    unittest.main()
