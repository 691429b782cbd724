#!/usr/bin/env python3
"""`picket run` for CI and for people who look closely: -v, --har, --report-junit, tap, github."""
import http.server
import json
import os
import pathlib
import ssl
import stat
import subprocess
import tempfile
import threading
import unittest
import xml.etree.ElementTree

import jsonschema
import loopback

PICKET = os.environ["PICKET"]
ROOT = pathlib.Path(__file__).resolve().parents[3]
HAR_SCHEMA = json.loads((ROOT / "tests/data/har/har-1.2.schema.json").read_text())
SECRET = "hunter22-canary"


class Shop(loopback.Handler):
    def do_GET(self):
        if self.path == "/login":
            self.answer(302, location="/welcome?lang=de&x", set_cookie="sid=s3ss10n-cookie; Path=/")
        else:
            self.answer(200, b"x" * 5000, content_type="text/plain")

    def do_POST(self):
        self.answer(500, b"you sent " + self.rfile.read(int(self.headers["content-length"])))


class ReportTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="picket-report-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem", "-out",
                        "cert.pem", "-days", "30", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost"], cwd=self.path, check=True, timeout=30,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.plain = self.serve(None)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path / "cert.pem", self.path / "key.pem")
        self.secure = self.serve(context)
        (self.path / "a.check.yaml").write_text(f"""version: 1
defaults: {{owner: shop, timeout: 20s, regions: all, notify: pagerduty/shop, retries: 1}}
checks:
  - name: shop
    steps:
      - name: log in
        http: GET https://localhost:{self.secure}/login
      - name: add to basket
        http:
          method: POST
          url: http://127.0.0.1:{self.plain}/basket?token=${{{{ secrets.TOKEN }}}}
          bearer: ${{{{ secrets.TOKEN }}}}
          form: {{password: "${{{{ secrets.TOKEN }}}}", item: "1"}}
        expect: {{status: 201}}
      - name: pay
        http: GET http://127.0.0.1:{self.plain}/pay
""")

    def serve(self, context):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_port

    def run_picket(self, *arguments, wanted=1, **environment):
        done = subprocess.run(
            [PICKET, "run", "--allow", "127.0.0.0/8", "--ca-file", "cert.pem", *arguments],
            cwd=self.path, text=True, timeout=60, check=False, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "PICKET_SECRET_TOKEN": SECRET, **environment})
        self.assertEqual(done.returncode, wanted, done.stdout + done.stderr)
        return done.stdout

    def har(self, *arguments):
        self.run_picket("--har", "out.har", *arguments)
        return json.loads((self.path / "out.har").read_text())["log"]

    def test_a_har_is_valid_and_its_times_add_up(self):
        log = self.har()
        jsonschema.Draft7Validator.check_schema(HAR_SCHEMA)
        jsonschema.Draft7Validator(HAR_SCHEMA).validate({"log": log})
        self.assertEqual([page["id"] for page in log["pages"]], ["shop/local/1", "shop/local/2"])
        self.assertEqual(len(log["entries"]), 6)
        for entry in log["entries"]:
            timings = entry["timings"]
            parts = [timings[name] for name in
                     ("blocked", "dns", "connect", "send", "wait", "receive")]
            self.assertAlmostEqual(entry["time"], sum(part for part in parts if part > 0), 3)
            self.assertLessEqual(timings["ssl"], timings["connect"])
            self.assertEqual(entry["serverIPAddress"], "127.0.0.1")
        starts = [entry["startedDateTime"] for entry in log["entries"]]
        self.assertEqual(starts, sorted(starts))
        self.assertGreater(log["entries"][0]["timings"]["ssl"], 0)
        self.assertEqual(log["entries"][2]["timings"]["ssl"], -1)

    def test_the_har_schema_refuses_what_is_wrong(self):
        log = self.har()
        for spoil in (lambda entry: entry.pop("timings"),
                      lambda entry: entry.update(extra=1),
                      lambda entry: entry["response"].update(status="200"),
                      lambda entry: entry["request"].update(bodySize=-2)):
            bad = json.loads(json.dumps(log))
            spoil(bad["entries"][0])
            with self.assertRaises(jsonschema.ValidationError):
                jsonschema.validate({"log": bad}, HAR_SCHEMA)

    def test_a_har_shows_the_exchange(self):
        first, second, third = self.har()["entries"][:3]
        self.assertEqual(first["response"]["redirectURL"], "/welcome?lang=de&x")
        self.assertEqual(first["response"]["cookies"],
                         [{"name": "sid", "value": "***", "path": "/"}])
        self.assertEqual(second["request"]["cookies"], [{"name": "sid", "value": "***"}])
        self.assertEqual(second["request"]["queryString"],
                         [{"name": "lang", "value": "de"}, {"name": "x", "value": ""}])
        self.assertEqual(second["response"]["content"],
                         {"size": 5000, "mimeType": "text/plain", "text": "x" * 5000})
        self.assertEqual(third["request"]["postData"]["text"], "password=***&item=1")
        self.assertEqual(third["response"]["content"]["text"], "you sent password=***&item=1")

    def test_no_secret_stands_in_any_output(self):
        for arguments in (("-v",), *(("-o", form) for form in
                                     ("text", "json", "junit", "tap", "github"))):
            out = self.run_picket(*arguments, "--har", "out.har", "--report-junit", "out.xml")
            out += (self.path / "out.har").read_text() + (self.path / "out.xml").read_text()
            self.assertNotIn(SECRET, out)
            self.assertNotIn("s3ss10n-cookie", out)

    def test_junit_is_xml_with_a_case_per_step(self):
        out = self.run_picket("-o", "junit", "--report-junit", "out.xml")
        self.assertEqual(out, (self.path / "out.xml").read_text())
        suites = xml.etree.ElementTree.fromstring(out)
        self.assertEqual(suites.attrib["failures"], "1")
        cases = {case.attrib["name"]: [child.tag for child in case]
                 for case in suites.iter("testcase")}
        self.assertEqual(cases, {"log in": [], "add to basket": ["failure"], "pay": ["skipped"]})

    def test_verbose_shows_both_sides_tls_and_a_waterfall(self):
        out = self.run_picket("-v", COLUMNS="100")
        for wanted in ("      > GET https://localhost:", "      < HTTP/1.1 302 Found",
                       "      * TLSv1.3, TLS_", ", CN=localhost, expires 20", "(29 days)",
                       "      > authorization: Bearer ***", "      > password=***&item=1",
                       "      * 127.0.0.1:", "═ tls   ▒ wait"):
            self.assertIn(wanted, out)
        self.assertNotIn("▒ wait", self.run_picket("-v", COLUMNS="50"))
        self.assertNotIn("▒ wait", self.run_picket())
        plain = self.run_picket("--waterfall", LC_ALL="C")
        self.assertIn("= tls   w wait", plain)
        plain.encode("ascii")

    def test_tap_and_annotations(self):
        out = self.run_picket("-o", "tap")
        self.assertTrue(out.startswith("TAP version 14\n1..1\nnot ok 1 - shop\n  ---\n"), out)
        out = self.run_picket("-o", "github")
        self.assertIn("::error file=a.check.yaml,line=14,col=18,title=shop%3A add to basket::"
                      "expect.status: wanted 201, got 500\n", out)

    def test_files_are_written_whole_and_keep_their_mode(self):
        har = self.path / "out.har"
        har.write_text("old")
        har.chmod(0o600)
        (self.path / "link.har").symlink_to("out.har")
        self.run_picket("--har", "link.har")
        self.assertTrue((self.path / "link.har").is_symlink())
        self.assertEqual(stat.S_IMODE(har.stat().st_mode), 0o600)
        self.assertEqual(json.loads(har.read_text())["log"]["version"], "1.2")
        self.assertEqual(sorted(path.name for path in self.path.glob("*har*")),
                         ["link.har", "out.har"])

    def test_a_report_that_cannot_be_written_is_told_and_ends_with_4(self):
        out = self.run_picket("--har", "missing/out.har", wanted=4)
        self.assertIn("1 failed", out)


if __name__ == "__main__":
    unittest.main()
