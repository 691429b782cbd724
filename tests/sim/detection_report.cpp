#include "tests/sim/detection_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <optional>

#include "tests/sim/detection_fault.h"

namespace picket::sim {
namespace {

using Pick = std::optional<Millis> FaultOutcome::*;

double seconds(Millis span) { return static_cast<double>(span.count()) / 1000.0; }

std::vector<Millis> sorted(const std::vector<FaultOutcome>& faults, Pick pick) {
  std::vector<Millis> spans;
  for (const FaultOutcome& fault : faults)
    if (fault.*pick) spans.push_back(*(fault.*pick));
  std::sort(spans.begin(), spans.end());
  return spans;
}

// Nearest rank; zero of nothing.
Millis quantile(const std::vector<Millis>& spans, double q) {
  if (spans.empty()) return Millis{0};
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(spans.size())));
  return spans[std::clamp<std::size_t>(rank, 1, spans.size()) - 1];
}

std::string spread(const std::vector<Millis>& spans) {
  if (spans.empty()) return fmt::format("{:>7} {:>7} {:>7}", "-", "-", "-");
  return fmt::format("{:7.1f} {:7.1f} {:7.1f}", seconds(quantile(spans, 0.5)),
                     seconds(quantile(spans, 0.95)), seconds(spans.back()));
}

std::string bound(const std::optional<Millis>& span) {
  return span ? fmt::format("{:.0f}", seconds(*span)) : "-";
}

int count_missed(const std::vector<FaultOutcome>& faults) {
  return static_cast<int>(std::count_if(faults.begin(), faults.end(),
                                        [](const auto& fault) { return !fault.detected; }));
}

struct Bounds {
  std::string detection{"-"};  // median/worst
  std::string recovery{"-"};
};

std::string row(std::string_view name, const std::vector<FaultOutcome>& faults,
                const Bounds& bounds, std::ptrdiff_t false_pages) {
  return fmt::format("{:<32} {:>6} {} {:>7} {} {:>5} {:>6} {:>6}\n", name, faults.size(),
                     spread(sorted(faults, &FaultOutcome::detected)), bounds.detection,
                     spread(sorted(faults, &FaultOutcome::recovered)), bounds.recovery,
                     count_missed(faults), false_pages);
}

}  // namespace

DetectionResult merge(std::vector<DetectionResult> results) {
  DetectionResult all;
  for (DetectionResult& result : results) {
    std::move(result.faults.begin(), result.faults.end(), std::back_inserter(all.faults));
    std::move(result.false_pages.begin(), result.false_pages.end(),
              std::back_inserter(all.false_pages));
    std::move(result.violations.begin(), result.violations.end(),
              std::back_inserter(all.violations));
    all.simulated += result.simulated;
  }
  return all;
}

int missed(const DetectionResult& result) { return count_missed(result.faults); }

std::string render_table(const DetectionResult& result, const std::string& title) {
  std::string text =
      fmt::format("{}\n{:<32} {:>6} {:^23} {:>7} {:^23} {:>5}\n", title, "", "", "fault to page, s",
                  "bound", "end to resolve, s", "bound") +
      fmt::format("{:<32} {:>6} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>5} {:>6} {:>6}\n",
                  "fault", "count", "median", "p95", "worst", "med/max", "median", "p95", "worst",
                  "max", "missed", "false");
  const auto& kinds = fault_kinds();
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    std::vector<FaultOutcome> faults;
    for (const FaultOutcome& fault : result.faults)
      if (fault.kind == kind) faults.push_back(fault);
    const auto wrong = std::count_if(result.false_pages.begin(), result.false_pages.end(),
                                     [&](const auto& page) { return page.kind == kind; });
    Bounds bounds{bound(kinds[kind].median_bound) + "/" + bound(kinds[kind].worst_bound),
                  bound(kinds[kind].recovery_bound)};
    if (!kinds[kind].worst_bound) bounds.detection = "-";
    text += row(kinds[kind].name, faults, bounds, wrong);
  }
  const auto all_false = static_cast<std::ptrdiff_t>(result.false_pages.size());
  return text + row("all", result.faults, {}, all_false) +
         fmt::format("simulated: {} days\n", result.simulated / Millis{hours{24}});
}

std::string render_last_line(const DetectionResult& result) {
  const auto spans = sorted(result.faults, &FaultOutcome::detected);
  return fmt::format("detection: faults {}, missed {}, false {}, median {:.1f} s, worst {:.1f} s",
                     result.faults.size(), missed(result), result.false_pages.size(),
                     seconds(quantile(spans, 0.5)), seconds(quantile(spans, 1)));
}

}  // namespace picket::sim
