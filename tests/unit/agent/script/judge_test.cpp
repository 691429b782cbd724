#include "agent/script/judge.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/script/world.h"

using namespace picket;
using namespace picket::agent;

namespace {

const std::string kHome = "https://shop.test/";

Value text(const char* value) { return Value{std::string{value}}; }

test::Reply page(std::string body, std::string type = "text/html") {
  test::Reply reply;
  reply.status = 200;
  reply.body = std::move(body);
  reply.headers = {{"content-type", std::move(type)}};
  return reply;
}

// The one step's result.
StepResult run(const test::Reply& reply, const std::vector<Expectation>& expectations,
               const std::vector<Capture>& captures = {}) {
  World w;
  w.http.on("GET", kHome, reply);
  Step step = http_step("home", "GET", kHome);
  step.expect = expectations;
  step.captures = captures;
  return w.run(check_of({step})).attempts.at(0).steps.at(0);
}

// Empty: it holds.
std::string said(const test::Reply& reply, const Expectation& expectation) {
  const StepResult result = run(reply, {expectation});
  return result.failures.empty() ? "" : result.failures.front().message;
}

Expectation cookie(std::vector<ExpectedPart> parts, std::vector<Matcher> matchers = {}) {
  Expectation made;
  made.subject = Subject::cookie;
  made.key = "s";
  made.parts = std::move(parts);
  made.matchers = std::move(matchers);
  return made;
}

Matcher word(MatchOp op, Value operand) {
  Matcher made;
  made.op = op;
  made.operand = std::move(operand);
  return made;
}

test::Reply cookies(std::vector<std::string> headers) {
  test::Reply reply = page("");
  for (std::string& header : headers) reply.headers.emplace_back("set-cookie", std::move(header));
  return reply;
}

const test::Reply kPage = page(R"(<html><head><link rel="canonical" href="https://shop.test/">
  </head><body><h1> The  shop </h1><ul><li class=tag>new</li><li class="tag hot">sale</li></ul>
  <form action="/login"><input name=_csrf value="tok&amp;1"><input name=_csrf value=other></form>
  </body></html>)");

}  // namespace

TEST_CASE("a document that cannot be searched is not one without the value", "[judge]") {
  std::string deep = "[1";
  for (int i = 0; i < 20'000; ++i) deep += ",{\"a\":1}";
  deep += "]";
  for (int i = 0; i < 100; ++i) deep = "[" + deep + "]";
  std::string tags;
  for (int i = 0; i < 200'000; ++i) tags += "<b>";
  const auto gone = [](Subject subject, const char* key) {
    return expect(subject, key, MatchOp::exists, false);
  };
  CHECK(said(page("<html>"), gone(Subject::jsonpath, "$.error")) ==
        "expect.jsonpath.$.error: the body is not JSON (byte 1)");
  CHECK(said(page(deep), gone(Subject::jsonpath, "$..[?@..error]")) ==
        "expect.jsonpath.$..[?@..error]: the path needs more than 1000000 steps in this document");
  CHECK(said(page(tags), gone(Subject::css, ".error")).find("the body cannot be read: ") !=
        std::string::npos);
  CHECK(said(page("<a>", "text/xml"), gone(Subject::xpath, "//b")).find("cannot be read") !=
        std::string::npos);
}

TEST_CASE("elements are judged by their texts and attributes", "[judge]") {
  struct Row {
    Expectation expectation;
    const char* attribute;
    const char* wrong;
  };
  for (const Row& row : {
           Row{expect(Subject::css, "h1", MatchOp::equals, text("The shop")), "", ""},
           Row{expect(Subject::css, "h1", MatchOp::includes, text("The shop")), "", ""},
           Row{expect(Subject::css, ".tag", MatchOp::includes, text("sale")), "", ""},
           Row{expect(Subject::css, ".tag", MatchOp::all_match, text("^[a-z]+$")), "", ""},
           Row{expect(Subject::css, ".tag.hot", MatchOp::equals, text("sale")), "", ""},
           Row{expect(Subject::css, ".error", MatchOp::exists, Value{false}), "", ""},
           Row{expect(Subject::css, ".error", MatchOp::not_equals, text("x")), "",
               "expect.css..error: wanted anything but \"x\", got nothing"},
           Row{expect(Subject::css, ".tag", MatchOp::equals, text("new")), "",
               "expect.css..tag: wanted \"new\", got [\"new\", \"sale\"] (a list: use includes, "
               "all_match, contains or count)"},
           Row{expect(Subject::css, "link", MatchOp::starts_with, text("https://shop")), "href",
               ""},
           Row{expect(Subject::css, "h1", MatchOp::exists, Value{true}), "href",
               "expect.css.h1[href]: wanted a value, got nothing"},
           Row{expect(Subject::xpath, "count(//li)", MatchOp::equals, Value{std::int64_t{2}}), "",
               ""},
           Row{expect(Subject::xpath, "//form/@action", MatchOp::equals, text("/login")), "", ""},
           Row{expect(Subject::xpath, "//form/@method", MatchOp::exists, Value{true}), "",
               "expect.xpath.//form/@method: wanted a value, got nothing"},
       }) {
    Expectation expectation = row.expectation;
    expectation.attribute = row.attribute;
    INFO(expectation.key);
    CHECK(said(kPage, expectation) == row.wrong);
  }
}

TEST_CASE("a cookie is judged with its attributes", "[judge]") {
  const auto reply = cookies({"s=1; Path=/; Secure; HttpOnly; SameSite=lax; Max-Age=7200"});
  const auto part = [](const char* name, MatchOp op, Value operand) {
    return cookie({{name, {word(op, std::move(operand))}}});
  };
  const Value yes{true};
  CHECK(said(reply, part("secure", MatchOp::equals, yes)).empty());
  CHECK(said(reply, part("http_only", MatchOp::equals, yes)).empty());
  CHECK(said(reply, part("same_site", MatchOp::equals, text("Lax"))).empty());
  CHECK(said(reply, part("path", MatchOp::equals, text("/"))).empty());
  CHECK(said(reply, part("domain", MatchOp::exists, Value{false})).empty());
  CHECK(said(reply, part("max_age", MatchOp::gte, Value{std::int64_t{7'200'000}})).empty());
  CHECK(said(reply, part("max_age", MatchOp::gt, Value{std::int64_t{7'200'000}})) ==
        "expect.cookies.s: max_age: wanted > 7200000 ms, got 7200000 ms");
  CHECK(said(cookies({"s=1"}), part("secure", MatchOp::equals, yes)) ==
        "expect.cookies.s: secure: wanted true, got false");
  CHECK(said(cookies({"s=1"}), part("max_age", MatchOp::gte, Value{std::int64_t{1}})) ==
        "expect.cookies.s: max_age: wanted >= 1 ms, got nothing");
  CHECK(said(cookies({"s=1"}), part("same_site", MatchOp::not_equals, text("None"))) ==
        "expect.cookies.s: same_site: wanted anything but \"None\", got nothing");
  CHECK(said(cookies({"t=1"}), part("secure", MatchOp::equals, yes)) ==
        "expect.cookies.s: wanted a cookie, got nothing");
  CHECK(said(cookies({"s=1; Domain=shop.test"}), part("domain", MatchOp::exists, yes)).empty());
}

TEST_CASE("one cookie of several meets all the words, or none does", "[judge]") {
  const auto both = cookies({"s=root; Path=/", "s=deep; Path=/account; Secure"});
  const auto wanted = [](const char* path, bool secure) {
    return cookie({{"path", {word(MatchOp::equals, Value{std::string{path}})}},
                   {"secure", {word(MatchOp::equals, Value{secure})}}},
                  {word(MatchOp::exists, Value{true})});
  };
  CHECK(said(both, wanted("/", false)).empty());
  CHECK(said(both, wanted("/account", true)).empty());
  CHECK(said(both, wanted("/", true)) ==
        "expect.cookies.s: path: wanted \"/\", got \"/account\" (the newest of 2 cookies)");
}

TEST_CASE("a cookie that the answer expires is not there", "[judge]") {
  const Expectation there = expect(Subject::cookie, "s", MatchOp::exists, Value{true});
  const Expectation gone = expect(Subject::cookie, "s", MatchOp::exists, Value{false});
  CHECK(said(cookies({"s=1"}), there).empty());
  CHECK_FALSE(said(cookies({"s=; Max-Age=0"}), there).empty());
  CHECK(said(cookies({"s=; Max-Age=0"}), gone).empty());
  CHECK_FALSE(said(cookies({"s=1", "s=; Path=/a; Max-Age=0"}), gone).empty());
  CHECK(said(cookies({"s=1; Path=/", "s=; Path=/; Max-Age=0"}), gone).empty());
}

TEST_CASE("facts of an answer: digest and sizes", "[judge]") {
  const auto reply = page("abc");
  CHECK(
      said(reply, expect(Subject::fact, "sha256", MatchOp::equals,
                         text("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")))
          .empty());
  CHECK(said(reply, expect(Subject::fact, "content_size", MatchOp::equals, Value{std::int64_t{3}}))
            .empty());
  CHECK(said(reply, expect(Subject::fact, "content_size", MatchOp::gt, Value{std::int64_t{3}})) ==
        "expect.content_size: wanted > 3 bytes, got 3 bytes");
}

TEST_CASE("captures take the first value and pass it through their filters", "[judge]") {
  World w;
  std::string url;
  test::Reply reply = kPage;
  reply.headers.emplace_back("x-next", "/go?code=a%2Fb");
  w.http.on("GET", kHome, reply);
  w.http.otherwise([&](const http::Request& request) {
    url = request.url;
    return page(R"({"items":[{"id":"A"},{"id":"B","l":[1,{"x":null}]}]})", "application/json");
  });
  const auto made = [](const char* name, CaptureSource source, const char* expression,
                       std::vector<Filter> filters = {}) {
    Capture capture = capture_of(name, source, expression);
    capture.filters = std::move(filters);
    return capture;
  };
  Step one = http_step("one", "GET", kHome);
  Capture csrf = made("csrf", CaptureSource::css, "input[name=_csrf]");
  csrf.attribute = "value";
  one.captures = {csrf, made("h", CaptureSource::xpath, "//h1", {{FilterOp::lower, {}}}),
                  made("code", CaptureSource::header, "x-next",
                       {{FilterOp::regex, "code=([^&]+)"}, {FilterOp::url_decode, {}}}),
                  made("n", CaptureSource::xpath, "count(//li)")};
  Step two = http_step("two", "GET", "https://shop.test/two");
  two.captures = {made("id", CaptureSource::jsonpath, "$.items[?@.l].id"),
                  made("all", CaptureSource::jsonpath, "$..id"),
                  made("list", CaptureSource::jsonpath, "$.items[1].l")};
  Step three = http_step("three", "GET", "https://shop.test/3");
  http_of(three).query = {{"q",
                           "${{ capture.csrf }}|${{ capture.h }}|${{ capture.code }}|"
                           "${{ capture.n }}|${{ capture.id }}|${{ capture.all }}|"
                           "${{ capture.list }}"}};
  const RunResult result = w.run(check_of({one, two, three}));
  CHECK(result.verdict == RunVerdict::pass);
  CHECK(url ==
        "https://shop.test/3?q=tok%261%7Cthe%20shop%7Ca%2Fb%7C2%7CB%7CA%7C%5B1%2C%7B%22x%22%"
        "3Anull%7D%5D");
}

TEST_CASE("a cookie is captured by its path, of several the newest", "[judge]") {
  Capture any = capture_of("c", CaptureSource::cookie, "s");
  Capture root = any;
  root.path = "/";
  Capture none = any;
  none.path = "/b";
  const auto judged = [&](const Capture& capture) {
    ProbeOutcome outcome;
    outcome.hops.emplace_back();
    outcome.cookies = {{.name = "s", .value = "root", .path = "/"},
                       {.name = "s", .value = "deep", .path = "/a"}};
    const Redactor redactor;
    return Judge{{.outcome = outcome, .kind = "http"}, redactor}.capture({capture});
  };
  CHECK(judged(any).values.at(0).value == "deep");
  CHECK(judged(root).values.at(0).value == "root");
  CHECK(judged(root).values.at(0).secret);
  CHECK(judged(none).failures.size() == 1);
}

TEST_CASE("a filter that fails makes the capture missing", "[judge]") {
  Capture capture = capture_of("t", CaptureSource::css, "h1");
  capture.filters = {{FilterOp::base64_decode, {}}};
  const StepResult failed = run(kPage, {}, {capture});
  REQUIRE(failed.failures.size() == 1);
  CHECK(failed.failures[0].kind == FailureKind::capture_missing);
  CHECK(failed.failures[0].message ==
        "capture.t: css h1 found a value, but filter base64_decode: not base64");
  capture.filters = {{FilterOp::regex, "^(x?)"}};
  CHECK(run(kPage, {}, {capture}).failures.at(0).message ==
        "capture.t: css h1 found a value, but its filters left nothing");
}

TEST_CASE("a secret is masked as the target sent it, too, when a filter changed its case",
          "[judge]") {
  Capture token = capture_of("token", CaptureSource::css, "h1");
  token.filters = {{FilterOp::regex, "is ([A-Z0-9]+)"}, {FilterOp::lower, {}}};
  ProbeOutcome outcome;
  outcome.hops.emplace_back();
  outcome.hops.back().exchange.body = "<h1>the key is AB12CD34 now</h1>";
  const Redactor redactor;
  const auto taken = Judge{{.outcome = outcome, .kind = "http"}, redactor}.capture({token});
  CHECK(taken.values.at(0).value == "ab12cd34");
  CHECK(taken.values.at(0).raw == "AB12CD34");
  CHECK(taken.values.at(0).secret);

  World w;
  w.keep_evidence = true;
  w.http.on("GET", kHome, page(outcome.hops.back().exchange.body));
  Step step = http_step("home", "GET", kHome);
  step.captures = {token};
  const RunResult result = w.run(check_of({step}));
  const auto& evidence = result.attempts.at(0).steps.at(0).requests.at(0).evidence;
  REQUIRE(evidence.has_value());
  CHECK(evidence->body_start.find("AB12CD34") == std::string::npos);
  CHECK(evidence->body_start.find("the key is ***") != std::string::npos);
}
