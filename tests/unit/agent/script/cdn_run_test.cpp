// The cdn kind, run and judged over scripted answers.
#include <catch2/catch.hpp>

#include "agent/probe/cdn_probe.h"
#include "tests/unit/agent/script/world.h"

using namespace picket;
using namespace picket::agent;
using Texts = std::vector<std::string>;

namespace {

const std::string kEdge = "https://cdn.test/app.js";
const std::string kOrigin = "https://origin.test/app.js";

test::Reply edge_reply() {
  test::Reply reply;
  reply.body = "one";
  reply.headers = {{"x-served-by", "cache-fra-eddf8230123-FRA"},
                   {"x-cache", "HIT"},
                   {"x-cache-hits", "7"},
                   {"age", "1541"},
                   {"etag", "W/\"v1\""},
                   {"cache-control", "public, max-age=86400, immutable"}};
  return reply;
}

test::Reply origin_reply() {
  test::Reply reply;
  reply.body = "one";
  reply.headers = {{"etag", "\"v1\""}};
  return reply;
}

Step cdn_step() {
  Step step;
  step.name = "cdn";
  CdnAction action;
  action.edge.url = kEdge;
  step.action = action;
  return step;
}

CdnAction& cdn_of(Step& step) { return std::get<CdnAction>(step.action); }

Expectation fact(const std::string& name, MatchOp op, Value operand) {
  return expect(Subject::fact, name, op, std::move(operand));
}

StepResult run(World& w, const Step& step) { return w.run(check_of({step})).attempts[0].steps[0]; }

Texts labels_of(const StepResult& result) {
  Texts out;
  for (const RequestResult& request : result.requests) out.push_back(request.label);
  return out;
}

std::optional<Value> value_of(const StepResult& result, const std::string& name) {
  for (const NamedFact& fact : result.facts)
    if (fact.name == name) return fact.value;
  return std::nullopt;
}

}  // namespace

TEST_CASE("a cdn step shows whose edge answered, from which cache, and what may be cached",
          "[cdn]") {
  World w;
  w.http.on("GET", kEdge, edge_reply());
  Step step = cdn_step();
  step.expect = {fact("provider", MatchOp::equals, std::string{"fastly"}),
                 fact("pop", MatchOp::starts_with, std::string{"FR"}),
                 fact("cache.status", MatchOp::equals, std::string{"HIT"}),
                 fact("cache.hit", MatchOp::equals, true),
                 fact("cache.age", MatchOp::lt, std::int64_t{3'600'000}),
                 fact("cache.control.max_age", MatchOp::gte, std::int64_t{86'400'000}),
                 fact("cache.control.directives", MatchOp::includes, std::string{"immutable"})};
  const StepResult result = run(w, step);
  CHECK(result.failures.empty());
  CHECK(labels_of(result) == Texts{""});
  CHECK(value_of(result, "cache.control.directives") ==
        Value{std::string{"public, max-age, immutable"}});
  CHECK(value_of(result, "etag") == Value{std::string{"W/\"v1\""}});
}

TEST_CASE("what the headers do not tell fails an expectation on it", "[cdn]") {
  World w;
  w.http.on("GET", kEdge, test::Reply{});
  Step step = cdn_step();
  step.expect = {fact("cache.hit", MatchOp::equals, true),
                 fact("pop", MatchOp::equals, std::string{"FRA"}),
                 fact("cache.status", MatchOp::exists, false)};
  const StepResult result = run(w, step);
  REQUIRE(result.failures.size() == 2);
  CHECK(result.failures[0].message.starts_with("expect.cache.hit: wanted true"));
}

TEST_CASE("warm-ups come first, then the origin, and the edge is judged", "[cdn]") {
  World w;
  int asked = 0;
  w.http.answer("GET", kEdge, [&](const http::Request&) {
    test::Reply reply = edge_reply();
    reply.headers[1].second = ++asked > 2 ? "HIT" : "MISS";
    return reply;
  });
  w.http.on("GET", kOrigin, origin_reply());
  Step step = cdn_step();
  cdn_of(step).warm_up = 2;
  cdn_of(step).origin = kOrigin;
  cdn_of(step).compare = {"etag", "body.sha256"};
  step.expect = {fact("cache.status", MatchOp::equals, std::string{"HIT"}),
                 fact("same_as_origin.etag", MatchOp::equals, std::string{"same"}),
                 fact("same_as_origin.body.sha256", MatchOp::equals, std::string{"same"})};
  const StepResult result = run(w, step);
  CHECK(result.failures.empty());
  CHECK(labels_of(result) == Texts{"warm-up 1", "warm-up 2", "origin", "edge"});
  CHECK(value_of(result, "origin.duration").has_value());
}

TEST_CASE("the phases are of the edge, not of warm-ups and the origin", "[cdn]") {
  World w;
  test::Reply slow = origin_reply();
  slow.delay = Seconds{2};
  w.http.on("GET", kOrigin, slow);
  test::Reply cold = edge_reply();
  cold.delay = Seconds{1};
  w.http.on("GET", kEdge, cold);
  test::Reply warm = edge_reply();
  warm.delay = Millis{20};
  w.http.on("GET", kEdge, warm);
  Step step = cdn_step();
  cdn_of(step).warm_up = 1;
  cdn_of(step).origin = kOrigin;
  step.expect = {expect(Subject::phase, "wait", MatchOp::equals, std::int64_t{20})};
  const StepResult result = run(w, step);
  CHECK(result.failures.empty());
  REQUIRE(result.requests.size() == 3);
  CHECK(result.requests[0].beside);
  CHECK(result.requests[1].beside);
  CHECK_FALSE(result.requests[2].beside);
  test::Reply refused;
  refused.failure = FailureKind::connect_refused;
  World broken;
  broken.http.on("GET", kEdge, refused);
  const StepResult failed = run(broken, step);
  REQUIRE(failed.requests.size() == 1);
  CHECK_FALSE(failed.requests[0].beside);  // the step ends with it
}

TEST_CASE("how edge and origin differ is told by the failure", "[cdn]") {
  World w;
  w.http.on("GET", kEdge, edge_reply());
  test::Reply other = origin_reply();
  other.body = "two";
  other.headers = {{"content-type", "text/html"}};
  w.http.on("GET", kOrigin, other);
  Step step = cdn_step();
  cdn_of(step).origin = kOrigin;
  cdn_of(step).compare = {"etag", "body.sha256", "header.content-type", "status"};
  for (const std::string& name : cdn_of(step).compare)
    step.expect.push_back(fact("same_as_origin." + name, MatchOp::equals, std::string{"same"}));
  const StepResult result = run(w, step);
  REQUIRE(result.failures.size() == 3);
  CHECK(result.failures[0].message.find("origin nothing") != std::string::npos);
  CHECK(result.failures[1].message.find("differs: edge 7692c3ad3540..") != std::string::npos);
  CHECK(result.failures[2].message.find("edge nothing, origin text/html") != std::string::npos);
}

TEST_CASE("what this agent cannot compare is never the same", "[cdn]") {
  World w;
  w.http.on("GET", kEdge, edge_reply());
  w.http.on("GET", kOrigin, edge_reply());
  Step step = cdn_step();
  cdn_of(step).origin = kOrigin;
  cdn_of(step).compare = {"header.x-absent", "etagg"};
  for (const std::string& name : cdn_of(step).compare)
    step.expect.push_back(fact("same_as_origin." + name, MatchOp::equals, std::string{"same"}));
  const StepResult result = run(w, step);
  REQUIRE(result.failures.size() == 1);
  CHECK(result.failures[0].message.find("same_as_origin.etagg") != std::string::npos);
  CHECK(result.failures[0].message.find("not compared") != std::string::npos);
}

TEST_CASE("an origin that fails is told by the comparison, a warm-up that fails by the step",
          "[cdn]") {
  World w;
  w.http.on("GET", kEdge, edge_reply());
  test::Reply refused;
  refused.failure = FailureKind::connect_refused;
  w.http.on("GET", kOrigin, refused);
  Step step = cdn_step();
  cdn_of(step).origin = kOrigin;
  cdn_of(step).compare = {"etag"};
  step.expect = {fact("same_as_origin.etag", MatchOp::equals, std::string{"same"})};
  const StepResult compared = run(w, step);
  REQUIRE(compared.failures.size() == 1);
  CHECK(compared.failures[0].kind == FailureKind::expectation);
  CHECK(compared.failures[0].message.find("not compared: the origin failed") != std::string::npos);

  World cold;
  cold.http.on("GET", kEdge, refused);
  cdn_of(step).warm_up = 1;
  const StepResult result = run(cold, step);
  REQUIRE(result.failures.size() == 1);
  CHECK(result.failures[0].kind == FailureKind::connect_refused);
  CHECK(labels_of(result) == Texts{"warm-up 1"});
}

TEST_CASE("secret headers of a cdn step stay at the origin they are for", "[cdn]") {
  World w;
  w.secrets.values["KEY"] = "edge-key-canary";
  test::Reply moved;
  moved.status = 302;
  moved.headers = {{"location", "https://elsewhere.test/"}};
  w.http.on("GET", kEdge, moved);
  w.http.on("GET", "https://elsewhere.test/", test::Reply{});
  Step step = cdn_step();
  cdn_of(step).edge.headers = {{"x-edge-key", "${{ secrets.KEY }}"}};
  Check check = check_of({step});
  check.secrets = {"KEY"};
  w.run(check);
  REQUIRE(w.http.requests().size() == 2);
  CHECK(http::find_header(w.http.requests()[0].headers, "x-edge-key") == "edge-key-canary");
  CHECK_FALSE(http::find_header(w.http.requests()[1].headers, "x-edge-key"));
}

TEST_CASE("a plain http step shows cache facts when they are asked for, and only then", "[cdn]") {
  World w;
  w.http.on("GET", kEdge, edge_reply());
  Step step = http_step("home", "GET", kEdge);
  CHECK(run(w, step).facts.empty());
  step.expect = {fact("cache.hit", MatchOp::equals, true)};
  step.same_across_regions = {"etag", "body.sha256", "header.content-encoding"};
  step.pop_near_region = true;
  const StepResult result = run(w, step);
  CHECK(result.failures.empty());
  CHECK(value_of(result, "cache.hit") == Value{true});
  CHECK(value_of(result, "pop") == Value{std::string{"FRA"}});
  CHECK(value_of(result, "body.sha256").has_value());
  CHECK_FALSE(value_of(result, "header.content-encoding").has_value());
}

TEST_CASE("headers are read as the provider's that the check names", "[cdn]") {
  World w;
  test::Reply reply;
  reply.headers = {{"server-timing", "cdn-cache; desc=HIT"}, {"cf-ray", "8f1d2c3b-AMS"}};
  w.http.on("GET", kEdge, reply);
  Step step = cdn_step();
  CHECK(value_of(run(w, step), "pop") == Value{std::string{"AMS"}});
  cdn_of(step).provider = "akamai";
  const StepResult result = run(w, step);
  CHECK(value_of(result, "provider") == Value{std::string{"akamai"}});
  CHECK(value_of(result, "cache.status") == Value{std::string{"HIT"}});
}
