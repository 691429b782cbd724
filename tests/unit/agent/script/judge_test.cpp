#include "agent/script/judge.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/script/world.h"

using namespace picket;
using namespace picket::agent;

namespace {

const std::string kHome = "https://shop.test/";

}  // namespace

TEST_CASE("a document that cannot be searched is not one without the value", "[judge]") {
  std::string deep = "[" + std::string(5000, ' ') + "1";
  for (int i = 0; i < 20'000; ++i) deep += ",{\"a\":1}";
  deep += "]";
  for (int i = 0; i < 100; ++i) deep = "[" + deep + "]";
  for (const auto& [body, path, message] :
       {std::tuple{std::string{"<html>"}, "$.error", "the body is not JSON (byte 1)"},
        {deep, "$..[?@..error]", "the path needs more than 1000000 steps in this document"}}) {
    World w;
    w.http.on("GET", kHome, {.status = 200, .body = body});
    Step step = http_step("home", "GET", kHome);
    step.expect = {expect(Subject::jsonpath, path, MatchOp::exists, false)};
    const RunResult result = w.run(check_of({step}));
    CHECK(result.verdict == RunVerdict::fail);
    CHECK(result.attempts[0].steps[0].failures.at(0).message ==
          std::string{"expect.jsonpath."} + path + ": " + message);
  }
}
