#include "controller/api/delivery_performance.h"

#include <algorithm>
#include <map>
#include <utility>

namespace picket::controller {
namespace {

constexpr double kDayMs = 86'400'000.0;

struct Samples {
  DeliveryPerformance figures;
  std::vector<Millis> detect;
  std::vector<Millis> acknowledge;
  std::vector<Millis> restore;
};

void add_span(std::vector<Millis>& spans, const std::optional<WallTime>& from,
              const std::optional<WallTime>& to) {
  if (from && to) spans.push_back(std::max(Millis{0}, *to - *from));
}

MedianTime median_of(std::vector<Millis> spans) {
  if (spans.empty()) return {};
  std::sort(spans.begin(), spans.end());
  const std::size_t middle = spans.size() / 2;
  const Millis median =
      spans.size() % 2 == 1 ? spans[middle] : (spans[middle - 1] + spans[middle]) / 2;
  return {median, spans.size()};
}

}  // namespace

std::vector<DeliveryPerformance> measure_delivery(const std::vector<DeploymentOutcome>& deployments,
                                                  const std::vector<IncidentTimes>& incidents,
                                                  Millis span) {
  std::map<std::pair<std::string, std::string>, Samples> groups;
  for (const DeploymentOutcome& one : deployments) {
    DeliveryPerformance& figures = groups[{one.row.service, one.row.team}].figures;
    ++figures.deployments;
    if (one.failed) ++figures.failures;
  }
  for (const IncidentTimes& one : incidents) {
    Samples& samples = groups[{one.service, one.owner}];
    ++samples.figures.incidents;
    add_span(samples.detect, one.started, one.paged);
    add_span(samples.acknowledge, one.paged, one.acknowledged);
    add_span(samples.restore, one.started ? one.started : std::optional{one.opened}, one.restored);
  }
  std::vector<DeliveryPerformance> out;
  for (auto& [name, samples] : groups) {
    DeliveryPerformance& figures = samples.figures;
    figures.service = name.first;
    figures.team = name.second;
    const auto count = static_cast<double>(figures.deployments);
    if (span.count() > 0) figures.per_day = count * kDayMs / static_cast<double>(span.count());
    if (figures.deployments > 0)
      figures.failure_rate = static_cast<double>(figures.failures) / count;
    figures.detect = median_of(std::move(samples.detect));
    figures.acknowledge = median_of(std::move(samples.acknowledge));
    figures.restore = median_of(std::move(samples.restore));
    out.push_back(std::move(figures));
  }
  return out;
}

}  // namespace picket::controller
