#!/usr/bin/env python3
"""What stands around the checks: `picket import` and `export` as commands, contexts, completion."""
import http.server
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import threading
import unittest

import loopback

PICKET = os.environ["PICKET"]
ROOT = pathlib.Path(__file__).resolve().parents[3]
DATA = ROOT / "tests/data/import"
CHECKS = """version: 1
defaults: {owner: shop, interval: 1m, timeout: 10s, notify: pagerduty/shop}
checks:
  - name: shop-home
    title: 'The "home" page'
    http: GET https://shop.example.com/
    alerts:
      - {when: down, for: 2m, severity: critical, summary: 'Nobody can buy {{ here }}'}
      - {when: p95(duration) > 1.5s over 10m, severity: warning}
      - {when: max(duration) > 4s over 10m in 2 regions, severity: warning, name: slow-regions}
      - {when: no_data, severity: error}
      - {when: degraded, severity: info}
    slo: {objective: 99.95, window: 30d, latency: {under: 800ms, objective: 95}}
    runbook: https://runbooks.example.com/shop
  - name: shop-certificate
    tls: shop.example.com:443
    alerts: [{when: expires_in < 21d, severity: warning}]
  - name: shop-draft
    http: GET https://shop.example.com/draft
    rollout: shadow
"""

VERDICTS = ("up", "degraded", "regional", "no_data", "down", "pending")


def rule_test(holds, fires, names):
    """A test for promtool: of these alerts of shop-home just one fires while one verdict holds."""
    series = [{"series": f'picket_check_verdict{{job="shop-home",verdict="{verdict}"}}',
               "values": f"{int(verdict == holds)}x20"} for verdict in VERDICTS if holds]
    firing = 'count(ALERTS{{alertname="PicketShopHome{}",alertstate="firing"}})'
    return {"interval": "1m", "input_series": series, "promql_expr_test": [
        {"expr": firing.format(name), "eval_time": "10m",
         "exp_samples": [{"labels": "{}", "value": 1}] if name == fires else []}
        for name in names]}


class ToolingTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="picket-tooling-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        (self.path / "shop.check.yaml").write_text(CHECKS)
        self.environment = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"],
                            "HOME": directory.name, "XDG_CONFIG_HOME": directory.name + "/config"}

    def picket(self, *arguments, wanted=0, text="", **environment):
        done = subprocess.run([PICKET, *arguments], cwd=self.path, text=True, timeout=60,
                              input=text, capture_output=True, check=False,
                              env={**self.environment, **environment})
        self.assertEqual(done.returncode, wanted, done.stdout + done.stderr)
        return done

    def test_an_import_is_written_once_and_valid(self):
        for words, file in (("gatus", "gatus.yaml"), ("har", "session.har"),
                            ("postman", "collection.json"), ("uptime-kuma", "kuma.json"),
                            ("blackbox", "blackbox.yml"), ("curl", "commands.txt")):
            target = self.path / f"{words}.check.yaml"
            done = self.picket("import", words, str(DATA / file), "-o", target.name,
                               "--owner", "shop")
            self.assertIn("TODO(import)", done.stderr)
            self.picket("validate", target.name)
            self.picket("fmt", "--check", target.name)
            self.picket("import", words, str(DATA / file), "-o", target.name, wanted=4)
        typed = self.picket("import", "curl", "curl -L https://a.test/").stdout
        self.assertIn("GET https://a.test/", typed)
        piped = self.picket("import", "curl", text="curl -L https://b.test/ -u me:made-up")
        self.assertIn("b-test", piped.stdout)
        self.assertIn("secrets to give to the agents: B_TEST_PASSWORD", piped.stderr)
        self.assertNotIn("made-up", piped.stdout)
        self.picket("import", "har", str(DATA / "gatus.yaml"), wanted=3)
        self.picket("import", "har", "no-such-file", wanted=3)

    def test_exported_rules_are_valid(self):
        rules = self.path / "checks.rules.yml"
        self.picket("export", "prometheus-rules", "-o", str(rules))
        text = rules.read_text()
        self.assertIn("PicketShopHomeDown", text)
        self.assertNotIn("draft", text)
        self.promtool("check", "rules", str(rules))

    def promtool(self, *arguments):
        program = shutil.which("promtool")
        self.assertTrue(program, "promtool is not installed: ./dev setup")
        done = subprocess.run([program, *arguments], cwd=self.path, capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_exported_rules_find_each_verdict_and_no_other(self):
        """As promtool evaluates them over the gauges of one verdict, of a pause and of nothing."""
        self.picket("export", "prometheus-rules", "-o", str(self.path / "checks.rules.yml"))
        alerts = {"down": "Down", "regional": "Regional", "degraded": "Degraded",
                  "no_data": "NoData"}
        worlds = [(holds, alerts.get(holds)) for holds in (*VERDICTS, "paused")]
        tests = [rule_test(holds, fires, alerts.values()) for holds, fires in worlds]
        tests.append(rule_test(None, "NoData", alerts.values()))
        file = {"rule_files": ["checks.rules.yml"], "evaluation_interval": "1m", "tests": tests}
        (self.path / "verdicts.yml").write_text(json.dumps(file))
        self.promtool("test", "rules", "verdicts.yml")

    def test_objectives_as_openslo(self):
        text = self.picket("export", "openslo").stdout
        self.assertEqual(text.count("apiVersion: openslo/v1"), 3)  # a service, two objectives
        for line in ("target: 0.9995", "target: 0.95", "duration: 30d", "kind: Service"):
            self.assertIn(line, text)

    def test_contexts_are_kept_and_used(self):
        self.assertIn("no contexts", self.picket("context", "list").stderr)
        self.picket("context", "set", "prod", "http://127.0.0.1:1", "--token-file", "prod.token")
        self.picket("context", "set", "lab", "http://127.0.0.1:2")
        file = self.path / "config/picket/contexts.json"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertEqual(self.picket("context", "list").stdout.splitlines()[1],
                         f"* prod  http://127.0.0.1:1  {self.path}/prod.token")
        self.picket("context", "use", "lab")
        self.assertIn("127.0.0.1:2", self.picket("context", "show").stdout)
        self.assertIn("127.0.0.1:2", self.picket("status", wanted=4).stderr)
        self.assertIn("127.0.0.1:3", self.picket("--controller", "http://127.0.0.1:3", "status",
                                                 wanted=4).stderr)
        self.assertIn("127.0.0.1:4", self.picket("status", wanted=4,
                                                 PICKET_CONTROLLER="http://127.0.0.1:4").stderr)
        self.assertIn("prod.token", self.picket("--context", "prod", "status", wanted=4,
                                                PICKET_CONTROLLER="http://127.0.0.1:4").stderr)
        self.assertIn("did you mean `prod`",
                      self.picket("--context", "prood", "status", wanted=2).stderr)
        self.picket("context", "use", "nowhere", wanted=4)
        self.picket("context", "set", "Bad Name", "http://127.0.0.1:1", wanted=2)
        self.picket("context", "set", "bad", "ftp://127.0.0.1", wanted=2)
        self.picket("context", "remove", "lab")
        self.picket("context", "show", wanted=4)
        file.write_text("{")
        self.assertIn("no file of contexts", self.picket("status", wanted=3).stderr)

    def test_a_token_goes_only_where_its_context_says(self):
        seen = []

        class Handler(loopback.Handler):
            protocol_version = "HTTP/1.0"  # one request after the other: no connection stays

            def do_GET(self):
                seen.append(self.headers.get("authorization"))
                self.answer(200, json.dumps({"regions": [], "checks": []}).encode())

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}"
        (self.path / "t").write_text("made-up-token")
        self.picket("context", "set", "here", url, "--token-file", "t")
        self.picket("status", "-o", "json")
        self.picket("status", "-o", "json", "--controller", url)
        self.assertEqual(seen, ["Bearer made-up-token", None])

    def complete(self, *words):
        """What bash itself would offer for the last word."""
        script = ('source <("$0" completion bash); COMP_WORDS=("$0" "$@"); COMP_CWORD=$#; '
                  '_picket; printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, PICKET, *words], cwd=self.path, text=True,
                              capture_output=True, timeout=60, env=self.environment, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_bash_completes_verbs_options_and_names(self):
        self.assertEqual(self.complete("val"), ["validate"])
        self.assertIn("import", self.complete(""))
        self.assertEqual(self.complete("import", "po"), ["postman"])
        self.assertIn("--strict", self.complete("validate", "--s"))
        self.assertIn("--controller", self.complete("validate", "--co"))
        self.assertEqual(self.complete("status", "-o", ""), ["text", "json"])
        self.assertEqual(self.complete("run", "--check", "shop-h"), ["shop-home"])
        self.picket("context", "set", "prod", "http://127.0.0.1:1")
        self.assertEqual(self.complete("--context", "p"), ["prod"])
        self.assertEqual(self.complete("context", "use", ""), ["prod"])
        self.assertEqual(self.complete("run", "--allow", ""), [])
        self.assertNotIn("words", self.complete("completion", ""))

    def test_the_other_shells_have_scripts(self):
        for shell in ("zsh", "fish"):
            script = self.picket("completion", shell).stdout
            self.assertIn("completion words --", script)
            if shutil.which(shell):
                done = subprocess.run([shell, "-n"], input=script, text=True, capture_output=True,
                                      timeout=60, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
