#!/usr/bin/env python3
"""Shows what scripts/coro_lint.py finds, and that it leaves good coroutines alone."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import coro_lint  # noqa: E402  pylint: disable=wrong-import-position


def rules(*body, head="awaitable<void> f(Clock& clock)"):
    """The rules that a coroutine with this body breaks, with lines counted within the body."""
    with tempfile.TemporaryDirectory() as folder:
        text = f"{head} {{\n" + "\n".join(body) + "\n}\n"
        (pathlib.Path(folder) / "a.cpp").write_text(text)
        return [f"{finding.line - 1}: {finding.rule}" for finding in coro_lint.run(folder)]


class Temporaries(unittest.TestCase):
    def test_an_aggregate_made_in_the_statement_is_found(self):
        for statement in ("co_await g(Options{.t = t});",
                          "auto r = co_await g(1, http::Request{url});",
                          "co_return co_await g(Rows<Row>{a, b});",
                          "if (auto r = co_await g(Options{t}); r) {}",
                          "if (co_await g(Options{t})) return;",
                          "auto r = h(Options{t}, co_await g());",
                          "co_await g({.t = t});",
                          "co_await g(a, {t, u});"):
            self.assertEqual(rules("x();", statement), ["2: await-temporary"], statement)

    def test_a_lambda_that_captures_by_value_is_found(self):
        for statement in ("co_await offload(pool, [s] { return s; });",
                          "co_await offload(pool, [this, s = std::move(s)] { return s; });",
                          "co_await offload(pool, [=] { return s; });"):
            self.assertEqual(rules(statement), ["1: await-temporary"], statement)

    def test_the_line_is_that_of_the_temporary(self):
        self.assertEqual(rules("co_await g(a,", "    b,", "    Options{t});"),
                         ["3: await-temporary"])

    def test_named_values_and_harmless_temporaries_pass(self):
        for statement in ("Options o{.t = t}; co_await g(std::move(o));",
                          "co_await g(Options{});",
                          "co_await g(Deadline{now + 5s});",
                          "co_await g(std::string(a), make_options(t));",
                          "co_await offload(pool, [this, &s] { return s; });",
                          "co_await g(a[i], table[b](c));",
                          "auto f = [s] { return s; }; co_await offload(pool, std::move(f));",
                          'co_await g("Options{1}");  // Options{2}',
                          "group.spawn([s]() -> awaitable<void> { co_await g(s); }, Options{1});",
                          "if (x) { y(Options{1}); } else { co_await g(); }",
                          "for (auto& a : as) { co_await g(a); } Options o{1};"):
            self.assertEqual(rules(statement), [], statement)


class Loops(unittest.TestCase):
    def test_an_await_in_the_condition_and_in_a_bare_body_is_found(self):
        self.assertEqual(rules("x();", "while (!co_await g(a)) co_await clock.sleep_for(1s);"),
                         ["2: await-loop"])

    def test_one_of_them_alone_passes(self):
        for statement in ("while (co_await g()) { }", "while (more()) co_await g();",
                          "while (co_await g()) x();", "while (true) { co_await g(); }"):
            self.assertEqual(rules(statement), [], statement)


class Lifetimes(unittest.TestCase):
    def test_views_as_parameters_are_found(self):
        for parameter in ("std::string_view s", "std::span<const int> s", "std::string&& s"):
            self.assertEqual(rules("co_await g();", head=f"awaitable<void> f({parameter})"),
                             ["0: await-view"], parameter)
        self.assertEqual(rules("co_await g();", head="awaitable<void> f(std::string s)"), [])
        self.assertEqual(rules("return g();", head="int f(std::string_view s)"), [])

    def test_a_capturing_lambda_coroutine_called_on_the_spot_is_found(self):
        self.assertEqual(rules("spawn([this]() -> awaitable<void> { co_await g(); }());"),
                         ["1: await-lambda"])
        self.assertEqual(rules("spawn([]() -> awaitable<void> { co_await g(); }());"), [])
        self.assertEqual(rules("spawn([this]() -> awaitable<void> { co_await g(); });"), [])

    def test_a_lock_held_across_an_await_is_found(self):
        self.assertEqual(rules("std::lock_guard lock(m);", "co_await g();"), ["1: await-lock"])
        self.assertEqual(rules("{ std::lock_guard lock(m); x(); }", "co_await g();"), [])


if __name__ == "__main__":
    unittest.main()
