#include "controller/api/fact_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "common/model/value.h"
#include "controller/api/blackbox_series.h"
#include "controller/api/origin_facts.h"
#include "controller/api/series.h"

namespace picket::controller {
namespace {

struct Row {
  std::string_view fact;
  std::string_view metric;
  std::string_view labels;
  double scale;
  std::string_view help;
};

constexpr std::array kRows{
#define PICKET_FACT_METRIC(fact, metric, labels, scale, help) \
  Row{fact, metric, labels, scale, help},
#include "controller/api/fact_metrics.def"
#undef PICKET_FACT_METRIC
};

constexpr std::string_view kOriginFact = "origin.*.duration";

std::size_t index_of(std::string_view metric) {
  const auto& heads = fact_metric_heads();
  const auto found = std::find_if(heads.begin(), heads.end(),
                                  [&](const MetricHead& head) { return head.name == metric; });
  return static_cast<std::size_t>(found - heads.begin());
}

class Samples {
 public:
  explicit Samples(std::uint64_t& dropped) : dropped_(dropped) {}

  void add(std::string_view metric, std::string labels, double value) {
    if (all_.size() == kFactSamplesMax) {
      ++dropped_;
      return;
    }
    all_.push_back({index_of(metric), std::move(labels), value});
  }

  // The slowest first; equal ones by name, so that scrapes agree.
  void add_origins(const std::map<std::string, double>& origins, const Row& row) {
    std::vector<std::pair<std::string, double>> sorted{origins.begin(), origins.end()};
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (i >= kOriginsShown)
        ++dropped_;
      else
        add(row.metric, fmt::format(",origin=\"{}\"", escape_label(sorted[i].first)),
            sorted[i].second / row.scale);
    }
  }

  std::vector<FactSample> take() { return std::move(all_); }

 private:
  std::uint64_t& dropped_;
  std::vector<FactSample> all_;
};

void add_facts(const std::map<std::string, Value>& facts, Samples& samples) {
  for (const Row& row : kRows) {
    const auto found = facts.find(std::string{row.fact});
    const auto number = found == facts.end() ? std::nullopt : gauge_of(found->second);
    if (number) samples.add(row.metric, std::string{row.labels}, *number / row.scale);
    if (row.fact != kOriginFact) continue;
    std::map<std::string, double> origins;
    for (const auto& [name, value] : facts) {
      const auto origin = parse_origin_fact(name);
      const auto duration = gauge_of(value);
      if (origin && origin->what == "duration" && duration)
        origins.emplace(origin->host, *duration);
    }
    samples.add_origins(origins, row);
  }
}

}  // namespace

const std::vector<MetricHead>& fact_metric_heads() {
  static const std::vector<MetricHead> heads = [] {
    std::vector<MetricHead> made;
    for (const BlackboxMetric& metric : blackbox_metrics())
      made.push_back({metric.name, metric.help});
    for (const Row& row : kRows) {
      const bool known = std::any_of(made.begin(), made.end(), [&](const MetricHead& head) {
        return head.name == row.metric;
      });
      if (!known) made.push_back({row.metric, row.help});
    }
    return made;
  }();
  return heads;
}

std::vector<FactSample> make_fact_samples(const Attempt& attempt, std::uint64_t& dropped) {
  Samples samples{dropped};
  for (NamedSample& sample : make_blackbox_samples(attempt))
    samples.add(sample.metric, std::move(sample.labels), sample.value);
  std::map<std::string, Value> facts;
  for (const StepResult& step : attempt.steps)
    for (const NamedFact& fact : step.facts) facts.insert_or_assign(fact.name, fact.value);
  if (!facts.empty()) add_facts(facts, samples);
  return samples.take();
}

}  // namespace picket::controller
