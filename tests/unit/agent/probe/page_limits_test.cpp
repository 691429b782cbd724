// What a page may cost: requests at once, in total, bytes, time; and what it says of who came new.
#include <catch2/catch.hpp>

#include "tests/unit/agent/probe/page_world.h"

using namespace picket;
using namespace picket::agent;

namespace {

std::string images(const std::string& host, int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += "<img src=https://" + host + "/" + std::to_string(i) + ".png>";
  return out;
}

std::int64_t number(const ProbeOutcome& outcome, const std::string& fact) {
  return std::get<std::int64_t>(outcome.facts.at(fact).values.front());
}

test::Reply after(Nanos delay) {
  test::Reply reply;
  reply.delay = delay;
  reply.body = "x";
  return reply;
}

}  // namespace

TEST_CASE("six at once for each host, sixteen in total", "[page]") {
  PageWorld one{images("a.example", 30)};
  one.http.otherwise([](const http::Request&) { return after(Millis{100}); });
  CHECK(number(one.run(), "page.duration") == 10 + 5 * 100);  // 30 in turns of 6
  PageWorld many{images("a.example", 6) + images("b.example", 6) + images("c.example", 6) +
                 images("d.example", 6) + images("e.example", 6) + images("f.example", 2)};
  many.http.otherwise([](const http::Request&) { return after(Millis{100}); });
  CHECK(number(many.run(), "page.duration") == 10 + 2 * 100);  // 32 in turns of 16
}

TEST_CASE("a slow host does not hold up the others", "[page]") {
  PageWorld w{images("slow.example", 8) + images("fast.example", 8)};
  w.http.otherwise([](const http::Request& request) {
    return after(request.url.find("slow") != std::string::npos ? Seconds{3} : Millis{100});
  });
  const ProbeOutcome outcome = w.run();
  CHECK(number(outcome, "origin.fast.example.duration") == 100);
  CHECK(number(outcome, "page.duration") == 6010);
  CHECK(outcome.remarks.at("page.duration").find("slow.example took 3.0 s: image ") == 0);
}

TEST_CASE("a resource has its own timeout, and the page the step's", "[page]") {
  PageWorld w{"<script src=https://hang.example/a.js></script><img src=ok.png>"};
  w.serve("https://shop.test/ok.png");
  w.serve("https://hang.example/a.js", "x", minutes{5});
  w.action.resource_timeout = Millis{2'000};
  const ProbeOutcome outcome = w.run();
  CHECK(w.taken == Millis{2'010});
  REQUIRE(outcome.warnings.size() == 1);
  CHECK(outcome.warnings[0].message.find("third party hang.example: script "
                                         "https://hang.example/a.js: timeout, ") == 0);
  PageWorld hurried{"<script src=https://hang.example/a.js></script>"};
  hurried.serve("https://hang.example/a.js", "x", minutes{5});
  hurried.run(Seconds{1});
  CHECK(hurried.taken == Seconds{1});
}

TEST_CASE("the number of requests is bounded, and the rest is told", "[page]") {
  PageWorld w{images("a.example", 400)};
  w.http.otherwise([](const http::Request&) { return after(Millis{1}); });
  const ProbeOutcome outcome = w.run();
  CHECK(w.urls().size() == 1 + 300);
  CHECK(number(outcome, "page.skipped") == 100);
  CHECK(outcome.warnings.back().message ==
        "the page has 100 resources more than the probe fetches");
  CHECK(outcome.hops.size() == 64);
  CHECK(outcome.hops.back().request.url == "https://shop.test/");
}

TEST_CASE("the bytes are bounded, for each resource and in total", "[page]") {
  PageWorld w{images("a.example", 40)};
  const std::string large(5 << 20, 'x');
  w.http.otherwise([&](const http::Request&) {
    test::Reply reply = after(Millis{1});
    reply.body = large;
    return reply;
  });
  const ProbeOutcome outcome = w.run();
  CHECK(number(outcome, "page.skipped") > 10);
  CHECK(outcome.warnings.front().message.find("body_too_large") != std::string::npos);
  CHECK(outcome.warnings.size() <= 10);
}

TEST_CASE("what is too large for the probe is left out, and no fault of the page", "[page]") {
  PageWorld w{"<script src=app.js></script><link rel=stylesheet href=https://cdn.test/all.css>"};
  w.action.required = {"cdn.test"};
  w.http.otherwise([](const http::Request&) {
    test::Reply reply = after(Millis{1});
    reply.body.assign(5 << 20, 'x');
    return reply;
  });
  const ProbeOutcome outcome = w.run();
  CHECK_FALSE(outcome.failure);
  REQUIRE(outcome.warnings.size() == 2);
  CHECK(outcome.warnings[0].kind == FailureKind::page_resource);
  CHECK(outcome.warnings[1].kind == FailureKind::third_party);
  CHECK(outcome.warnings[1].message.find("third party cdn.test: style ") == 0);
  CHECK(outcome.warnings[0].message.find("app.js: body_too_large") != std::string::npos);
  CHECK(number(outcome, "page.skipped") == 2);
  CHECK(number(outcome, "page.failed") == 0);
}

TEST_CASE("new third parties are listed when the known ones are", "[page]") {
  PageWorld w{images("new.example", 1) + images("known.example", 1) + images("pay.example", 1)};
  w.http.otherwise([](const http::Request&) { return after(Millis{1}); });
  w.action.known_origins = {"*nown.example"};
  w.action.required = {"pay.example"};
  const Found fresh = w.run().facts.at("third_party.new_origins");
  CHECK(fresh.is_list);
  CHECK(fresh.values == std::vector<Value>{std::string{"new.example"}});
  PageWorld silent{"<p>"};
  CHECK_FALSE(silent.run().facts.contains("third_party.new_origins"));
}

TEST_CASE("budgets that are passed are facts", "[page]") {
  PageWorld w{images("a.example", 3)};
  w.http.otherwise([](const http::Request&) { return after(Millis{500}); });
  w.action.budgets = {{"page", "requests", 4},
                      {"third_party", "duration", 499},
                      {"third_party", "requests", 3},
                      {"origin.a.example", "transfer", 1}};
  const ProbeOutcome outcome = w.run();
  CHECK(outcome.facts.at("over_budget.page").values.front() == Value{false});
  CHECK(outcome.facts.at("over_budget.third_party").values.front() == Value{true});
  CHECK(outcome.facts.at("over_budget.origins").values.front() == Value{true});
}

TEST_CASE("the device chooses the image and the user agent", "[page]") {
  constexpr const char* kPage = "<img src=small.png srcset='large.png 2x'>";
  for (const bool mobile : {false, true}) {
    PageWorld w{kPage};
    w.http.otherwise([](const http::Request&) { return after(Millis{1}); });
    w.action.device = mobile ? "mobile" : "desktop";
    w.run();
    const std::string image = mobile ? "large.png" : "small.png";
    CHECK(w.was_asked("https://shop.test/" + image));
    const auto agent = http::find_header(w.http.requests().back().headers, "user-agent").value();
    CHECK((agent.find("Mobile") != std::string::npos) == mobile);
    CHECK(agent.ends_with(" picket/1"));
  }
}

TEST_CASE("headers of the check go to the page's own origin only", "[page]") {
  PageWorld w{"<img src=own.png><img src=https://other.test/a.png>"};
  w.http.otherwise([](const http::Request&) { return after(Millis{1}); });
  w.action.headers = {{"x-preview", "token"}};
  w.run();
  for (const http::Request& request : w.http.requests()) {
    const bool own = request.url.starts_with("https://shop.test/");
    INFO(request.url);
    CHECK(http::find_header(request.headers, "x-preview").has_value() == own);
  }
}

TEST_CASE("frames are loaded with what they need, not their frames", "[page]") {
  PageWorld w{"<base href=/deep/><iframe src=f.html></iframe>"};
  w.page("https://shop.test/deep/f.html", "<img src=i.png><iframe src=g.html></iframe>");
  w.serve("https://shop.test/deep/i.png");
  w.run();
  CHECK(w.urls() == std::vector<std::string>{"https://shop.test/", "https://shop.test/deep/f.html",
                                             "https://shop.test/deep/i.png"});
}

TEST_CASE("a page that cannot be read says why", "[page]") {
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "<div>";
  PageWorld w{deep};
  const ProbeOutcome outcome = w.run();
  REQUIRE(outcome.failure.has_value());
  CHECK(outcome.failure->kind == FailureKind::page_unreadable);
  CHECK(outcome.failure->message == "the document is nested deeper than 256 elements");
}

TEST_CASE("a content type is read in any case", "[page]") {
  PageWorld w{"x"};
  w.action.url = "https://shop.test/loud";
  w.http.on("GET", "https://shop.test/loud", PageWorld::reply("<img src=a>", "Text/HTML"));
  w.serve("https://shop.test/a");
  w.run();
  CHECK(w.was_asked("https://shop.test/a"));
}

TEST_CASE("what is no markup has nothing to fetch", "[page]") {
  PageWorld w{"x"};
  w.action.url = "https://shop.test/api";
  w.http.on("GET", "https://shop.test/api", PageWorld::reply("<img src=a>", "application/json"));
  const ProbeOutcome outcome = w.run();
  CHECK_FALSE(outcome.failure.has_value());
  CHECK(number(outcome, "page.requests") == 1);
}

TEST_CASE("our own failure is an error, not a verdict", "[page]") {
  PageWorld w{images("a.example", 20)};
  w.http.otherwise([](const http::Request&) {
    test::Reply reply = after(Millis{5});
    reply.error = Error{ErrorCode::resource_exhausted, "no descriptors", ""};
    return reply;
  });
  w.run();
  REQUIRE(w.error.has_value());
  CHECK(w.error->code == ErrorCode::resource_exhausted);
}
