#include "cli/export/export.h"

#include <catch2/catch.hpp>

#include "common/checks/load.h"

namespace picket::cli {
namespace {

std::vector<Check> checks_of(const std::string& alerts, const std::string& more = "") {
  const auto loaded = checks::load_check_text(
      "x.check.yaml",
      "version: 1\nchecks:\n  - name: home\n    owner: shop\n    interval: 1m\n    timeout: 10s\n"
      "    http: GET https://a.test/\n" +
          more + "    alerts: [" + alerts + "]\n");
  REQUIRE(loaded.errors() == 0);
  return loaded.checks;
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  INFO(part);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("verdicts are rules over the controller's gauges", "[export]") {
  const std::string text = render_prometheus_rules(checks_of("{when: down, for: 90s}"));
  CHECK(says(text, "alert: PicketHomeDown"));
  CHECK(says(text, R"(expr: "picket_check_verdict{job=\"home\",verdict=\"down\"} == 1")"));
  CHECK(says(text, "for: 90s"));
  CHECK(says(text, "alert: PicketHomeRegional"));
  CHECK(says(text, "severity: critical"));
}

TEST_CASE("comparisons of durations become PromQL, others are told", "[export]") {
  const std::string text = render_prometheus_rules(
      checks_of("{when: p95(duration) > 1.5s over 10m}, {when: \"duration > 2s in 2 regions\"}, "
                "{when: \"max(dns) > 1s over 10m\"}"));
  CHECK(says(text,
             "histogram_quantile(0.95, sum by (job, le) "
             "(increase(probe_all_duration_seconds_bucket{job=\\\"home\\\"}[10m]))) > 1.5"));
  CHECK(says(text, "count(probe_duration_seconds{job=\\\"home\\\"} > 2) >= 2"));
  CHECK(says(text, "# not carried: max(dns) > 1s over 10m"));
}

TEST_CASE("burn rates use the recordings, with all rows of their urgency", "[export]") {
  const std::string text = render_prometheus_rules(
      checks_of("{when: down}", "    slo: {objective: 99.9, window: 30d}\n"));
  CHECK(says(text,
             "picket:slo_burn_rate:1h{job=\\\"home\\\"} >= 14.4 and "
             "picket:slo_burn_rate:short5m{job=\\\"home\\\"} >= 14.4 and "
             "picket:slo_bad:1h{job=\\\"home\\\"} >= 3"));
  CHECK(says(text,
             "picket:slo_burn_rate:3d{job=\\\"home\\\"} >= 1 and "
             "picket:slo_burn_rate:short6h{job=\\\"home\\\"} >= 1"));
}

TEST_CASE("shadow checks and those paused for good have no rules", "[export]") {
  CHECK_FALSE(
      says(render_prometheus_rules(checks_of("{when: down}", "    rollout: shadow\n")), "alert:"));
  CHECK_FALSE(
      says(render_prometheus_rules(checks_of("{when: down}", "    paused: {reason: moved}\n")),
           "alert:"));
  CHECK(says(render_prometheus_rules(checks_of(
                 "{when: down}", "    paused: {until: 2026-12-01T08:00:00Z, reason: moved}\n")),
             "alert:"));
}

TEST_CASE("objectives are OpenSLO documents, latency by itself", "[export]") {
  const std::string text = render_openslo(checks_of(
      "{when: down}",
      "    slo: {objective: 99.95, window: 28d, latency: {under: 800ms, objective: 95}}\n"));
  CHECK(says(text, "kind: Service"));
  CHECK(says(text, "name: home-latency"));
  CHECK(says(text, "target: 0.9995"));
  CHECK(says(text, "duration: 28d"));
  CHECK(says(text, R"(query: "picket_slo_good{job=\"home\",sli=\"latency\"}")"));
  CHECK(render_openslo(checks_of("{when: down}")).empty());
}

}  // namespace picket::cli
