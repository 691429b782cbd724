// What probes report beside their exchanges, as gauges of the last run (fact_metrics.def), and what
// blackbox_exporter tells of HTTP and TLS. Pure. Bounded: no URL, text, run id or POP is a label,
// of the origins of a page only the slowest are shown, and what is dropped is counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/model/run.h"

namespace picket::controller {

constexpr std::size_t kOriginsShown = 10;    // of a check and region
constexpr std::size_t kFactSamplesMax = 40;  // of a check and region

struct FactSample {
  std::size_t metric{0};  // of fact_metric_heads()
  std::string labels;     // ",phase=\"rtt\"", or empty
  double value{0};
  bool operator==(const FactSample&) const = default;
};

struct MetricHead {
  std::string_view name;
  std::string_view help;
};
const std::vector<MetricHead>& fact_metric_heads();

// Of several steps with one fact the last counts. `dropped` grows by what the bounds leave out.
std::vector<FactSample> make_fact_samples(const Attempt& attempt, std::uint64_t& dropped);

}  // namespace picket::controller
