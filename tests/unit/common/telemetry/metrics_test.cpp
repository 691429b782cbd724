#include <catch2/catch.hpp>

#include "common/telemetry/metrics.h"

using namespace picket::telemetry;
using Catch::Matchers::Contains;

TEST_CASE("counters, gauges and histograms are rendered as Prometheus text", "[telemetry]") {
  Metrics metrics;
  auto runs = metrics.counter("picket_runs_total", "Runs.", {{"verdict", "fail"}});
  runs.add();
  runs.add(2);
  metrics.gauge("picket_queue", "Waiting runs.").set(7);
  metrics.histogram("picket_lateness_seconds", "Lateness.", {0.1, 1}).observe(0.5);
  const std::string text = metrics.render();
  CHECK_THAT(text, Contains("# TYPE picket_runs_total counter"));
  CHECK_THAT(text, Contains("picket_runs_total{verdict=\"fail\"} 3"));
  CHECK_THAT(text, Contains("picket_queue 7"));
  CHECK_THAT(text, Contains("picket_lateness_seconds_bucket{le=\"0.1\"} 0"));
  CHECK_THAT(text, Contains("picket_lateness_seconds_bucket{le=\"1\"} 1"));
  CHECK_THAT(text, Contains("picket_lateness_seconds_count 1"));
}

TEST_CASE("one name and one set of labels is one series", "[telemetry]") {
  Metrics metrics;
  metrics.counter("a_total", "A.", {{"x", "1"}}).add();
  metrics.counter("a_total", "A.", {{"x", "1"}}).add();
  metrics.counter("a_total", "A.", {{"x", "2"}}).add();
  CHECK(metrics.counter("a_total", "A.", {{"x", "1"}}).value() == 2);
  CHECK_THAT(metrics.render(), Contains("a_total{x=\"2\"} 1"));
}

TEST_CASE("families are ordered by name and labels are escaped", "[telemetry]") {
  Metrics metrics;
  metrics.gauge("b", "B.", {{"text", "a\"b\n"}}).set(1);
  metrics.gauge("a", "A.").set(1);
  const std::string text = metrics.render();
  CHECK(text.find("# HELP a ") < text.find("# HELP b "));
  CHECK_THAT(text, Contains(R"(text="a\"b\n")"));
}
