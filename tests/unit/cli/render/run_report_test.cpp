#include "cli/render/run_report.h"

#include <catch2/catch.hpp>

#include "cli/render/run_text.h"
#include "cli/render/waterfall.h"
#include "tests/support/run_results.h"

using namespace picket;
using namespace picket::cli;
using test::golden;

namespace {

RunReport report() {
  return {{test::failed_journey(), test::passed_on_retry(), test::unmeasured()},
          {CheckName{"slow"}}};
}

std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    most = std::max(most, code_points(std::string_view{text}.substr(at, end - at)));
    at = end + 1;
  }
  return most;
}

}  // namespace

TEST_CASE("JUnit has a case per step, an error where nothing was measured", "[report][golden]") {
  const std::string text = render_junit(report());
  CHECK(text == golden("run.junit.xml", text));
}

TEST_CASE("TAP has a point per check", "[report][golden]") {
  const std::string text = render_tap(report());
  CHECK(text == golden("run.tap", text));
}

TEST_CASE("annotations name file, line and column", "[report][golden]") {
  const std::string text = render_run_github(report());
  CHECK(text == golden("run.github", text));
  CHECK(
      text.starts_with("::error file=checks/a%2Cb.check.yaml,line=41,col=11,"
                       "title=shop-checkout%3A add \"A & B\" to basket::expect.status: "));
}

TEST_CASE("a failure that a retry could not measure again stands in JUnit", "[report]") {
  RunResult result = test::passed_on_retry();
  result.verdict = RunVerdict::fail;
  result.attempts[1] = test::unmeasured().attempts[0];
  const std::string text = render_junit({{result}, {}});
  CHECK(text.find("tests=\"2\" failures=\"1\" errors=\"1\"") != std::string::npos);
  CHECK(text.find("name=\"first attempt\"") != std::string::npos);
}

TEST_CASE("reports of several regions say which", "[report]") {
  RunResult other = test::unmeasured();
  other.key.region = RegionName{"eu-west-1"};
  const RunReport both{{test::unmeasured(), other}, {}};
  CHECK(title_of(both, other) == "payments #1 (eu-west-1)");
  CHECK(render_tap(both).find("not ok 2 - payments \\#1 (eu-west-1)\n") != std::string::npos);
}

TEST_CASE("verbose shows full exchanges and the waterfall", "[report][golden]") {
  const std::string text = render_run_text(test::failed_journey(), {.verbose = true});
  CHECK(text == golden("run.verbose.txt", text));
  RunTextOptions narrow{.style = {.columns = 40}, .verbose = true};
  CHECK(render_run_text(test::failed_journey(), narrow).find("▒") == std::string::npos);
  narrow.waterfall = true;
  CHECK(render_run_text(test::failed_journey(), narrow).find("▒") != std::string::npos);
}

TEST_CASE("the waterfall fits its columns and is ASCII where it must be", "[waterfall][golden]") {
  const Attempt attempt = test::failed_journey().attempts[0];
  const std::string ascii = render_waterfall(attempt, {.unicode = false});
  CHECK(ascii == golden("run.waterfall.txt", ascii));
  for (const char c : ascii) CHECK(static_cast<unsigned char>(c) < 0x80);
  CHECK(ascii.find('\x1b') == std::string::npos);
  for (const int columns : {60, 80, 120, 200})
    CHECK(widest(render_waterfall(attempt, {.columns = columns})) <=
          static_cast<std::size_t>(columns));
  CHECK(render_waterfall(attempt, {.color = true}).find("\x1b[33m▒") != std::string::npos);
  CHECK(render_waterfall(Attempt{}, {}).empty());
}

TEST_CASE("every hop has a cell, and hops of older agents follow one another", "[waterfall]") {
  Attempt attempt = test::failed_journey().attempts[0];
  for (StepResult& step : attempt.steps)
    for (RequestResult& request : step.requests) request.start = Nanos{0};
  const auto placed = place_hops(attempt);
  REQUIRE(placed.size() == 4);
  CHECK(placed[0].start == Nanos{0});
  CHECK(placed[1].start == Millis{212});
  CHECK(placed[2].start == Millis{430});
  attempt.steps[0].requests[0].phases = {};
  attempt.steps[0].requests[0].phases.wait = Nanos{1};
  const std::string bars = render_waterfall(attempt, {.unicode = false});
  CHECK(bars.substr(0, bars.find('\n')).find('w') != std::string::npos);
}
