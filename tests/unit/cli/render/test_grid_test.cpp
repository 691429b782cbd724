#include "cli/render/test_grid.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::cli;

namespace {

RunResult result(const std::string& check, const std::string& region, RunVerdict verdict) {
  RunResult made;
  made.key.check = CheckName{check};
  made.key.region = RegionName{region};
  made.verdict = verdict;
  return made;
}

}  // namespace

TEST_CASE("the grid of a test has a row per check and a mark per region", "[test_grid]") {
  const std::vector<RunResult> results{result("shop", "eu-west-1", RunVerdict::pass),
                                       result("shop", "us-east-1", RunVerdict::fail),
                                       result("home", "eu-west-1", RunVerdict::unknown)};
  const std::vector<MissingRun> missing{
      {CheckName{"home"}, RegionName{"us-east-1"}, "no agent polls there"}};
  CHECK(render_test_grid(results, missing, {}) ==
        "      euw1  use1\n"
        "home  ?     ∅\n"
        "shop  ✓     ✗\n"
        "? could not be measured   ✗ failed   ∅ no result   ✓ passed\n");
  const std::string ascii = render_test_grid(results, missing, {.unicode = false});
  for (const char c : ascii) CHECK(static_cast<unsigned char>(c) < 0x80);
  CHECK(render_test_grid(results, missing, {.color = true}).find("\x1b[31m✗\x1b[0m") !=
        std::string::npos);
}

TEST_CASE("checks that run in other regions leave their cell empty", "[test_grid]") {
  const std::vector<RunResult> results{result("a", "eu-west-1", RunVerdict::degraded),
                                       result("b", "us-east-1", RunVerdict::pass_on_retry)};
  CHECK(render_test_grid(results, {}, {.unicode = false}) ==
        "   euw1  use1\n"
        "a  ~\n"
        "b        r\n"
        "~ degraded   r passed on a retry\n");
}
