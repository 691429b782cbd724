#include "agent/probe/page_probe.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/probe/page_world.h"

using namespace picket;
using namespace picket::agent;

namespace {

std::int64_t number(const ProbeOutcome& outcome, const std::string& fact) {
  INFO(fact);
  const auto found = outcome.facts.find(fact);
  REQUIRE(found != outcome.facts.end());
  REQUIRE(found->second.values.size() == 1);
  return std::get<std::int64_t>(found->second.values.front());
}

bool flag(const ProbeOutcome& outcome, const std::string& fact) {
  return outcome.facts.at(fact).values.front() == Value{true};
}

void fails(const ProbeOutcome& outcome, FailureKind kind, const std::string& message) {
  REQUIRE(outcome.failure.has_value());
  CHECK(to_string(outcome.failure->kind) == to_string(kind));
  CHECK(outcome.failure->message == message);
}

std::string warnings(const ProbeOutcome& outcome) {
  std::string out;
  for (const Failure& warning : outcome.warnings) out += warning.message + "\n";
  return out;
}

constexpr std::string_view kShop = R"(<link rel=stylesheet href=/app.css><script src=/app.js>
</script><script src=https://cdn.example/lib.js></script><img src=logo.png>)";

}  // namespace

TEST_CASE("a page and what it needs are fetched at once, and counted", "[page]") {
  PageWorld w{std::string(kShop)};
  w.serve("https://shop.test/app.css", "@import 'base.css'; @font-face{src:url(f.woff2)}");
  w.serve("https://shop.test/base.css", "@import 'deeper.css'; @font-face{src:url(g.woff2)}");
  w.serve("https://shop.test/f.woff2");
  w.serve("https://shop.test/g.woff2");
  w.serve("https://shop.test/app.js", std::string(1000, 'a'));
  w.serve("https://shop.test/logo.png");
  w.serve("https://cdn.example/lib.js", std::string(500, 'b'), Millis{200});
  const ProbeOutcome outcome = w.run();
  CHECK_FALSE(outcome.failure.has_value());
  CHECK(warnings(outcome).empty());
  CHECK_FALSE(w.was_asked("https://shop.test/deeper.css"));  // imports go one level deep
  CHECK(number(outcome, "page.requests") == 8);
  CHECK(number(outcome, "page.origins") == 2);
  CHECK(number(outcome, "page.failed") == 0);
  CHECK(number(outcome, "page.duration") == 210);  // the page, then everything at once
  CHECK(number(outcome, "third_party.duration") == 200);
  CHECK(number(outcome, "third_party.requests") == 1);
  CHECK(number(outcome, "third_party.origins") == 1);
  CHECK(number(outcome, "third_party.transfer") >= 500);
  CHECK(number(outcome, "page.transfer") >= 1500);
  CHECK(number(outcome, "origin.cdn.example.duration") == 200);
  CHECK(flag(outcome, "origin.cdn.example.ok"));
  CHECK(outcome.facts.at("third_party.slowest").values.front() ==
        Value{std::string{"cdn.example"}});
  CHECK(outcome.remarks.at("third_party.duration") ==
        "cdn.example took 200 ms: script https://cdn.example/lib.js, wait 200 ms");
}

TEST_CASE("the page itself stays the answer that is judged", "[page]") {
  PageWorld w{"<script src=a.js></script>"};
  w.serve("https://shop.test/a.js");
  const ProbeOutcome outcome = w.run();
  REQUIRE(outcome.hops.size() == 2);
  CHECK(outcome.hops.back().request.url == "https://shop.test/");
  CHECK(outcome.hops.back().exchange.body == "<script src=a.js></script>");
  CHECK_FALSE(outcome.hops.back().beside);
  CHECK(outcome.hops.front().beside);
  CHECK(outcome.hops.front().label == "script");
}

TEST_CASE("a page that fails or is refused is not loaded", "[page]") {
  PageWorld broken{"x"};
  broken.action.url = "https://gone.test/";
  const ProbeOutcome none = broken.run();
  REQUIRE(none.failure.has_value());
  CHECK(none.failure->kind == FailureKind::dns_nxdomain);
  PageWorld refused{"x"};
  refused.action.url = "https://shop.test/down";
  refused.answer("https://shop.test/down", 503);
  const ProbeOutcome down = refused.run();
  CHECK_FALSE(down.failure.has_value());  // the status is judged by `expect`
  CHECK(down.facts.empty());
  CHECK(refused.urls().size() == 1);
}

TEST_CASE("scripts and styles of our own fail the run, images warn", "[page]") {
  PageWorld w{"<script src=app.js></script><img src=logo.png>"};
  w.answer("https://shop.test/app.js", 404);
  w.answer("https://shop.test/logo.png", 500);
  const ProbeOutcome outcome = w.run();
  fails(outcome, FailureKind::page_resource,
        "script https://shop.test/app.js answered 404 after 10 ms");
  CHECK(warnings(outcome) == "image https://shop.test/logo.png answered 500 after 10 ms\n");
  CHECK(number(outcome, "page.failed") == 2);
}

TEST_CASE("a third party that fails is a warning, unless it is required", "[page]") {
  constexpr const char* kPay = "<script src=https://js.pay.example/v3/></script>";
  PageWorld w{kPay};
  w.refuse("https://js.pay.example/v3/", FailureKind::connect_refused);
  const ProbeOutcome warned = w.run();
  CHECK_FALSE(warned.failure.has_value());
  CHECK(warnings(warned).find("third party js.pay.example: script https://js.pay.example/v3/: "
                              "connect_refused, ") == 0);
  CHECK(number(warned, "third_party.failed") == 1);
  CHECK_FALSE(flag(warned, "origin.js.pay.example.ok"));

  PageWorld needed{kPay};
  needed.action.required = {"js.pay.example"};
  needed.answer("https://js.pay.example/v3/", 503);
  fails(needed.run(), FailureKind::third_party,
        "required origin js.pay.example: script https://js.pay.example/v3/ answered 503 after "
        "10 ms");

  PageWorld missing{"<p>nothing"};
  missing.action.required = {"js.pay.example"};
  fails(missing.run(), FailureKind::third_party,
        "required origin js.pay.example: the page has nothing from it");
}

TEST_CASE("first parties are the page's host and what is named", "[page]") {
  PageWorld w{"<script src=https://static.shop-cdn.test/a.js></script>"};
  w.action.first_party = {"*.shop-cdn.test"};
  w.answer("https://static.shop-cdn.test/a.js", 404);
  const ProbeOutcome outcome = w.run();
  REQUIRE(outcome.failure.has_value());
  CHECK(outcome.failure->kind == FailureKind::page_resource);
  CHECK(number(outcome, "third_party.requests") == 0);
}

TEST_CASE("a resource that is not the one named fails the run", "[page]") {
  constexpr const char* kPage =
      "<script src=https://cdn.example/a.js "
      "integrity='sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='></script>";
  PageWorld good{kPage};
  good.serve("https://cdn.example/a.js", "abc");
  CHECK_FALSE(good.run().failure.has_value());
  PageWorld bad{kPage};
  bad.serve("https://cdn.example/a.js", "abd");
  const ProbeOutcome outcome = bad.run();
  REQUIRE(outcome.failure.has_value());
  CHECK(outcome.failure->kind == FailureKind::page_integrity);
  CHECK(outcome.failure->message ==
        "script https://cdn.example/a.js is "
        "sha256-pS0VnyYrLG3bckphhAvvw26zDIiHekAwtly+himESck=, not "
        "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

TEST_CASE("blocked hosts are never asked, also not by a redirect", "[page]") {
  PageWorld w{"<img src=https://ads.example/pixel><img src=https://ok.example/a>"};
  w.action.block = {"*ads.example", "*.tracker.test"};
  w.answer("https://ok.example/a", 302, "https://x.tracker.test/b");
  const ProbeOutcome outcome = w.run();
  CHECK(w.urls() == std::vector<std::string>{"https://shop.test/", "https://ok.example/a"});
  CHECK(number(outcome, "page.blocked") == 2);
  CHECK(number(outcome, "page.failed") == 0);
}

TEST_CASE("redirects of resources are followed and belong to each host", "[page]") {
  PageWorld w{"<script src=https://a.example/1></script>"};
  w.answer("https://a.example/1", 302, "https://b.example/2");
  w.serve("https://b.example/2");
  const ProbeOutcome outcome = w.run();
  CHECK(number(outcome, "third_party.requests") == 2);
  CHECK(number(outcome, "third_party.origins") == 2);
  CHECK(number(outcome, "origin.a.example.duration") == 20);
  PageWorld loop{"<script src=https://a.example/1></script>"};
  loop.answer("https://a.example/1", 302, "/1");
  const ProbeOutcome endless = loop.run();
  CHECK(warnings(endless).find("redirect_limit, more than 10 redirects") != std::string::npos);
  CHECK(loop.urls().size() == 1 + 11);
}
