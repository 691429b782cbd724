// A step with several answers, each judged by itself.
#include <catch2/catch.hpp>

#include "tests/unit/agent/script/world.h"

using namespace picket;
using namespace picket::agent;

TEST_CASE("each address of a name is held against the expectations, by its name", "[runner]") {
  World world;
  world.http.answer("GET", "https://a.test/", [](const http::Request& request) {
    test::Reply reply;
    reply.status = request.address == "192.0.2.2" ? 500 : 200;
    reply.body = request.address == "192.0.2.3" ? "other" : "hello";
    reply.addresses = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
    return reply;
  });
  Step step = http_step("everywhere", "GET", "https://a.test/");
  http_of(step).route.every_address = true;
  step.expect = {expect_status(200, 299),
                 expect(Subject::body, "", MatchOp::equals, std::string{"hello"})};
  const RunResult result = world.run(check_of({step}));
  const StepResult& told = result.attempts.back().steps.front();
  REQUIRE(told.failures.size() == 2);
  CHECK(told.failures[0].message == "192.0.2.2: expect.status: wanted 2xx, got 500");
  CHECK_THAT(told.failures[1].message, Catch::StartsWith("192.0.2.3: expect.body: "));
  REQUIRE(told.requests.size() == 3);
  CHECK(told.requests[0].label == "192.0.2.1");
  CHECK(told.requests[1].label == "192.0.2.3");
  CHECK(told.requests[2].label == "192.0.2.2");  // the first that failed is whom a page names
  CHECK(summarize_failure(result)->status == 500);
}

TEST_CASE("a cookie counts for the address that set it", "[runner]") {
  World world;
  world.http.answer("GET", "https://a.test/", [](const http::Request& request) {
    test::Reply reply;
    if (request.address != "192.0.2.2") reply.headers = {{"set-cookie", "session=abc"}};
    reply.addresses = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
    return reply;
  });
  Step step = http_step("everywhere", "GET", "https://a.test/");
  http_of(step).route.every_address = true;
  step.expect = {expect(Subject::cookie, "session", MatchOp::exists, true)};
  const RunResult result = world.run(check_of({step}));
  const StepResult& told = result.attempts.back().steps.front();
  REQUIRE(told.failures.size() == 1);
  CHECK_THAT(told.failures[0].message, Catch::StartsWith("192.0.2.2: expect.cookie"));
}
