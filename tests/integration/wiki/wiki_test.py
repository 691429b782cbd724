#!/usr/bin/env python3
"""A journey through an application that others wrote: DokuWiki, with its session cookies, redirects
and CSRF tokens, healthy and broken in the ways such applications break."""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest
import urllib.parse
import urllib.request

import dokuwiki

PICKET = os.environ["PICKET"]
CHECK = pathlib.Path(__file__).with_name("members.check.yaml")
BASE = "https://wiki.example.com"
STEPS = ["strangers see nothing", "open the login form", "log in", "read what members read",
         "open the editor", "save the page", "log out"]


def number_of(step):
    return STEPS.index(step)


class Run:
    """One run of the check, from `picket run -o json`."""

    def __init__(self, base, text, password):
        environment = {"PICKET_SECRET_WIKI_USER": dokuwiki.USER,
                       "PICKET_SECRET_WIKI_PASSWORD": password, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [PICKET, "run", "-o", "json", "--allow", "127.0.0.0/8", text], env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        self.code, self.output = done.returncode, done.stdout
        if not done.stdout:
            raise AssertionError(done.stderr)
        attempt = json.loads(done.stdout)["runs"][0]["attempts"][0]
        self.base, self.id, self.steps = base, attempt["run_id"], attempt["steps"]

    def statuses(self):
        return {step["name"]: step["status"] for step in self.steps}

    def requests(self, step):
        """(method, path, status) of each hop."""
        return [(hop["method"], hop["url"].removeprefix(self.base), hop.get("status"))
                for hop in self.steps[number_of(step)]["requests"]]

    def failures(self, step):
        """(kind, message) of each."""
        return [(failure["kind"], failure["message"])
                for failure in self.steps[number_of(step)]["failures"]]


class WikiTest(unittest.TestCase):
    def start(self, **options):
        wiki = dokuwiki.DokuWiki(**options)
        self.addCleanup(wiki.close)
        return wiki

    def run_check(self, wiki, front="plain", password=dokuwiki.PASSWORD, edit=None):
        """Runs the check with another base URL and, in `edit`, a text and what replaces it."""
        text = CHECK.read_text()
        for old, new in ((BASE, wiki.url(front)), *([edit] if edit else [])):
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new)
        path = wiki.root / "members.check.yaml"
        path.write_text(text)
        return Run(wiki.url(front), path, password)

    def assert_fails(self, run, step, kind, pattern):
        """The run fails at `step` and nowhere before, `kind` first; what follows is skipped."""
        self.assertEqual(run.code, 1, run.output)
        last = number_of("log out")
        wanted = {name: "passed" for name in STEPS[:number_of(step)]}
        wanted[step] = "failed"
        wanted |= {name: "skipped" for name in STEPS[number_of(step) + 1:last]}
        told = run.statuses()
        told.pop("log out")
        self.assertEqual(told, wanted, run.output)
        found, message = run.failures(step)[0]
        self.assertEqual(found, kind, run.output)
        self.assertRegex(message, pattern)

    def test_a_member_logs_in_reads_writes_and_logs_out(self):
        wiki = self.start()
        for _ in range(2):  # the second run edits the page that the first one has made
            run = self.run_check(wiki)
            self.assertEqual(run.code, 0, run.output)
            self.assertEqual(run.statuses(), {name: "passed" for name in STEPS})
            page = "/doku.php?id=members"
            self.assertEqual(run.requests("log in"), [("POST", page, 302), ("GET", page, 200)])
            note = "/doku.php?id=probe:note"
            self.assertEqual(run.requests("save the page"),
                             [("POST", note, 302), ("GET", note, 200)])
            self.assertEqual(run.requests("log out")[0][2], 302)
            self.assertEqual(wiki.saved("probe/note"), f"Seen by run {run.id}")

    def test_what_is_secret_is_in_no_output(self):
        wiki = self.start()
        run = self.run_check(wiki)
        self.assertEqual(run.code, 0, run.output)
        self.assertNotIn(dokuwiki.PASSWORD, run.output)
        self.assertNotIn(dokuwiki.PASSWORD.replace(" ", "+"), run.output)
        self.assertNotRegex(run.output, r"sectok[^*]{0,30}[0-9a-f]{32}")
        sessions = wiki.sessions()
        self.assertNotEqual(sessions, [])
        for cookie in sessions:
            self.assertNotIn(cookie, run.output)

    def test_a_wrong_password_fails_the_login_and_not_a_later_step(self):
        wiki = self.start()
        run = self.run_check(wiki, password="wrong horse")
        self.assert_fails(run, "log in", "http_status", "expect.status: wanted 200, got 403")
        self.assertNotIn("wrong horse", run.output)

    def test_a_wrong_token_is_seen_though_the_answer_has_status_200(self):
        wiki = self.start()
        run = self.run_check(wiki, edit=("sectok: ${{ capture.token }}\n",
                                         "sectok: 0123456789abcdef0123456789abcdef\n"))
        self.assertIsNone(wiki.saved("probe/note"))
        self.assert_fails(run, "save the page", "expectation",
                          r"expect\.css\.div\.error: wanted nothing, got .*Security Token did not")

    def test_a_token_of_an_older_session_is_seen(self):
        wiki = self.start()
        stale = self.token_of_another_session(wiki)
        run = self.run_check(wiki, edit=("sectok: ${{ capture.token }}\n", f"sectok: {stale}\n"))
        self.assertIsNone(wiki.saved("probe/note"))
        self.assert_fails(run, "save the page", "expectation", r"expect\.css\.")

    def token_of_another_session(self, wiki):
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        login = {"do": "login", "id": "members", "u": dokuwiki.USER, "p": dokuwiki.PASSWORD}
        page = wiki.url() + "/doku.php?id=members"
        with opener.open(page, urllib.parse.urlencode(login).encode(), timeout=30) as answer:
            return re.search(r"do=logout&amp;sectok=([0-9a-f]{32})", answer.read().decode())[1]

    def test_a_proxy_that_drops_cookies_shows_before_the_login(self):
        run = self.run_check(self.start(), "drops_cookies")  # the wiki sends a second session
        self.assert_fails(run, "open the login form", "expectation", r"expect\.cookies\.DokuWiki")

    def test_secure_cookies_are_lost_without_tls_and_the_login_is_none(self):
        run = self.run_check(self.start(), "claims_https")
        self.assert_fails(run, "log in", "expectation", r"expect\.css\.li\.user: .*got nothing")
        self.assertEqual([hop[2] for hop in run.requests("log in")], [302, 200])

    def test_php_that_ends_in_between_is_a_bad_gateway_at_that_step(self):
        # 2 answers before the login, 2 for the login, 1 each for the page and the editor
        run = self.run_check(self.start(php_requests=6))
        self.assert_fails(run, "save the page", "http_status", "expect.status: wanted 200, got 502")
        self.assertEqual(run.statuses()["log out"], "failed")

    def test_an_exception_in_the_application_is_its_status_500(self):
        wiki = self.start()
        wiki.refuse_saves()
        run = self.run_check(wiki)
        self.assert_fails(run, "save the page", "http_status", "expect.status: wanted 200, got 500")
        self.assertEqual(run.statuses()["log out"], "passed")  # `always` ends the session

    def test_a_stopped_server_refuses_the_first_step(self):
        wiki = self.start()
        wiki.stop_nginx()
        run = self.run_check(wiki)
        self.assert_fails(run, STEPS[0], "connect_refused", "refused")


if __name__ == "__main__":
    if not dokuwiki.installed():
        print("SKIPPED: dokuwiki: DokuWiki or php-cgi is not installed", flush=True)
        sys.exit(0)
    unittest.main()
