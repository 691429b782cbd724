#!/usr/bin/env python3
"""The examples of configs/checks, the very files, against real servers: all pass while these are
well, and each of the faults below is found at the step that it breaks."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import unittest

import domains
import namespace
import world

PICKET = os.environ["PICKET"]
EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "configs/checks"
TRIES = 3  # of what failed for its duration only: no test depends on the load of the machine


def run_examples(servers, *names):
    """{check: its last attempt, with the run's verdict}; without names of all examples."""
    arguments = [f"--check={name}" for name in names]
    done = subprocess.run(
        [PICKET, "run", "-o", "json", "--resolver", f"{domains.RESOLVER}:53",
         "--ca-file", servers.root / "ca.pem", "--secrets-dir", servers.root / "secrets",
         *arguments, EXAMPLES],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240, check=False)
    if not done.stdout:
        raise AssertionError(done.stderr)
    return {run["check"]: {**run["attempts"][-1], "verdict": run["verdict"]}
            for run in json.loads(done.stdout)["runs"]}


def failures(attempt):
    """[(step, kind, message)] of what failed the attempt."""
    return [(step["name"], failure["kind"], failure["message"])
            for step in attempt["steps"] for failure in step["failures"]]


def warnings(attempt):
    return [warning["message"] for step in attempt["steps"] for warning in step["warnings"]]


def is_about_time(message):
    return any(word in message for word in ("duration", "phases", "timeout", "in time"))


class ExamplesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = world.World()
        cls.addClassCleanup(cls.servers.close)

    def assert_passes(self, *names):
        """Green: no failure, and no warning but for slowness."""
        told = run_examples(self.servers, *names)
        for _ in range(TRIES - 1):
            slow = [name for name, attempt in told.items() if failures(attempt) and
                    all(is_about_time(message) for _, _, message in failures(attempt))]
            told |= run_examples(self.servers, *slow) if slow else {}
        for name, attempt in told.items():
            with self.subTest(name):
                self.assertEqual(failures(attempt), [])
                self.assertEqual([w for w in warnings(attempt) if not is_about_time(w)], [])
                self.assertIn(attempt["verdict"], ("pass", "pass_on_retry", "degraded"))
        return told

    def test_every_example_passes(self):
        told = self.assert_passes()
        self.assertGreaterEqual(len(told), 24)

    def test_a_fault_is_found_where_it_is(self):
        """(check, what is broken, the step that fails, its kind, words of its message)"""
        broken, provider = self.servers.broken, self.servers.provider_broken
        table = (
            ("shop-home", broken("shop-home"), "http", "expectation", "Add to basket"),
            ("shop-checkout", broken("checkout"), "pay with the test card", "http_status", "500"),
            ("api-health", broken("api-health"), "http", "expectation", "starting"),
            ("shop-events", broken("shop-events"), "websocket", "websocket_handshake", "502"),
            ("third-party-tag", broken("third-party-tag"), "http", "expectation", "text/html"),
            ("cdn-app-js", self.servers.deployed(), "cdn", "expectation", "same_as_origin"),
            ("cache-answers", self.servers.cache_loading(), "tcp", "expectation", "LOADING"),
            ("home-page-weight", broken("stripe"), "page", "third_party", "js.stripe.com"),
            ("sso-login", provider(token_status=503), "get tokens", "oauth_token", "503"),
            ("sso-redirect", provider(jwks="empty"), "keys are published", "expectation", "keys"),
            ("api-machine-token", provider(token_status=503), "get a token", "oauth_token", "503"),
        )
        for name, fault, step, kind, words in table:
            with self.subTest(name):
                self.assert_passes(name)
                with fault:
                    self.assert_fails(name, step, kind, words)
                self.assert_passes(name)

    def assert_fails(self, name, step, kind, words):
        attempt = run_examples(self.servers, name)[name]
        told = [found for found in failures(attempt) if not is_about_time(found[2])]
        self.assertEqual(attempt["verdict"], "fail")
        self.assertEqual(told[0][:2], (step, kind), told)
        self.assertEqual({at for at, _, _ in told}, {step}, told)
        self.assertTrue(any(words in message for _, _, message in told), told)


class LastFaultsTest(unittest.TestCase):
    """Faults that stay: a world of their own."""

    def test_servers_that_end_or_stay_behind(self):
        with contextlib.closing(world.World()) as servers:
            servers.stop_orders()
            servers.domains.serve_older_zone()
            told = run_examples(servers, "orders-grpc-draining", "orders-grpc", "zone-servers")
            self.assertEqual([found[:2] for found in failures(told["orders-grpc-draining"])],
                             [("grpc", "connect_refused")])
            # nginx before it answers with a page of its own
            self.assertEqual(failures(told["orders-grpc"])[0][:2], ("grpc", "grpc_protocol"))
            self.assertEqual(failures(told["zone-servers"])[0][:2], ("dns", "expectation"))
            self.assertIn("serial_agreement", failures(told["zone-servers"])[0][2])


if __name__ == "__main__":
    if not namespace.enter():
        print("SKIPPED: examples-namespace: making a network namespace is not allowed", flush=True)
        sys.exit(0)
    if not world.has_npm_servers():
        print("SKIPPED: npm-servers: node or the packages of tests/servers are missing", flush=True)
        sys.exit(0)
    unittest.main()
