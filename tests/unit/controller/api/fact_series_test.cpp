#include "controller/api/fact_series.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <set>

#include "controller/api/series.h"

using namespace picket;
using namespace picket::controller;

namespace {

Attempt with_facts(std::vector<NamedFact> facts) {
  Attempt attempt;
  StepResult step;
  step.facts = std::move(facts);
  attempt.steps.push_back(std::move(step));
  return attempt;
}

// "metric labels value", in order.
std::vector<std::string> shown(const Attempt& attempt, std::uint64_t& dropped) {
  std::vector<std::string> out;
  for (const FactSample& sample : make_fact_samples(attempt, dropped))
    out.push_back(fmt::format("{}{} {}", fact_metric_heads()[sample.metric].name, sample.labels,
                              sample.value));
  return out;
}

std::vector<std::string> shown(const Attempt& attempt) {
  std::uint64_t dropped = 0;
  auto out = shown(attempt, dropped);
  CHECK(dropped == 0);
  return out;
}

}  // namespace

TEST_CASE("facts of probes are gauges in seconds, ratios and flags", "[series]") {
  CHECK(shown(with_facts({{"cache.age", Value{std::int64_t{90'000}}},
                          {"cache.hit", Value{true}},
                          {"cache.status", Value{std::string{"HIT"}}},
                          {"loss", Value{25.0}},
                          {"rtt.avg", Value{1.5}},
                          {"serial", Value{std::int64_t{2026112800}}},
                          {"token.cached", Value{false}}})) ==
        std::vector<std::string>{"probe_icmp_duration_seconds,phase=\"rtt\" 0.0015",
                                 "probe_dns_serial 2026112800", "picket_cdn_cache_hit 1",
                                 "picket_cdn_age_seconds 90", "picket_icmp_loss_ratio 0.25",
                                 "picket_token_cached 0"});
}

TEST_CASE("a text where a number is wanted makes no series", "[series]") {
  CHECK(shown(with_facts({{"serial", Value{std::string{"2026"}}}, {"cache.hit", Value{Null{}}}}))
            .empty());
}

TEST_CASE("of a page's origins the slowest are shown, the rest is counted", "[series]") {
  std::vector<NamedFact> facts;
  for (int i = 0; i < 15; ++i)
    facts.push_back({fmt::format("origin.o{:02}.test.duration", i), Value{std::int64_t{i * 100}}});
  facts.push_back({"origin.\"}\n.duration", Value{std::int64_t{5'000}}});
  facts.push_back({"origin.duration", Value{std::int64_t{20}}});
  std::uint64_t dropped = 0;
  const auto all = shown(with_facts(facts), dropped);
  REQUIRE(all.size() == kOriginsShown + 1);
  CHECK(all[0] == "picket_cdn_duration_seconds,part=\"origin\" 0.02");
  CHECK(all[1] == "picket_third_party_duration_seconds,origin=\"\\\"} \" 5");
  CHECK(all[2] == "picket_third_party_duration_seconds,origin=\"o14.test\" 1.4");
  CHECK(dropped == 6);
}

TEST_CASE("versions of HTTP and TLS and redirects are told of the run", "[series]") {
  Attempt attempt = with_facts({});
  RequestResult moved;
  moved.status = 302;
  moved.http_version = "1.1";
  RequestResult last;
  last.status = 304;
  last.http_version = "2";
  last.tls.emplace();
  last.tls->version = "TLSv1.3";
  attempt.steps[0].requests = {moved, last};
  CHECK(shown(attempt) == std::vector<std::string>{"probe_http_version 2", "probe_http_redirects 1",
                                                   "probe_tls_version_info,version=\"TLS 1.3\" 1"});
}

TEST_CASE("no run makes more samples than the bound", "[series]") {
  std::vector<NamedFact> facts;
  for (int step = 0; step < 3; ++step)
    for (int i = 0; i < 100; ++i)
      facts.push_back({fmt::format("origin.{}-{}.duration", step, i), Value{std::int64_t{i}}});
  std::uint64_t dropped = 0;
  CHECK(shown(with_facts(facts), dropped).size() <= kFactSamplesMax);
  CHECK(dropped == 300 - kOriginsShown);
}

TEST_CASE("each metric of facts has one head and no label that grows", "[series]") {
  std::set<std::string_view> names;
  for (const MetricHead& head : fact_metric_heads()) {
    INFO(head.name);
    CHECK(names.insert(head.name).second);
    CHECK((head.name.starts_with("probe_") || head.name.starts_with("picket_")));
    CHECK_FALSE(head.help.empty());
  }
}

TEST_CASE("the book shows facts of the last run with the labels of its series", "[series]") {
  SeriesBook book;
  Check check;
  check.name = CheckName{"cdn"};
  check.interval = minutes{5};
  book.define(check);
  RunResult run;
  run.started = WallTime::from_unix_ms(1'800'000'000'000);
  run.key = {check.name, RegionName{"eu-west-1"}, run.started, RunKind::scheduled, 0};
  run.verdict = RunVerdict::pass;
  run.attempts.push_back(with_facts({{"cache.hit", Value{true}}}));
  book.observe(run);
  const std::string text = book.render(run.started);
  CHECK(text.find("# TYPE picket_cdn_cache_hit gauge\npicket_cdn_cache_hit{job=\"cdn\","
                  "instance=\"\",probe=\"eu-west-1\"} 1\n") != std::string::npos);
  CHECK(text.find("picket_icmp_loss_ratio") == std::string::npos);
}
