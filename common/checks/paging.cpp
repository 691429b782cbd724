#include <fmt/format.h>

#include "common/checks/decoders.h"
#include "common/checks/paging_proof.h"

namespace picket::checks {
namespace {

Mark place_of(const Node& node, std::string_view key) {
  const Entry* entry = node.find(key);
  return entry == nullptr ? node.at : entry->value->at;
}

std::optional<int> fleet_of(const DecodeOptions& options) {
  if (options.fleet) return options.fleet;
  if (options.regions) return static_cast<int>(options.regions->size());
  return std::nullopt;
}

// Of listed regions semantics.cpp and metrics.cpp speak; here it is the fleet that is too small.
void check_fleet(Report& report, const Check& check, const Node& node, int fleet) {
  const bool wide = check.regions.all || !check.regions.labels.empty();
  if (!wide) return;
  if (check.quorum.kind == Quorum::Kind::count && check.quorum.number > fleet) {
    Diagnostic& mistake =
        report.add("W0206", place_of(node, "quorum"),
                   fmt::format("a quorum of {} is more than the {} regions there are",
                               check.quorum.number, fleet));
    mistake.note = "lowered: all of them have to fail";
  }
  if (check.regions.at_least && *check.regions.at_least > fleet)
    report.add("W0206", place_of(node, "regions"),
               fmt::format("at_least: {} is more than the {} regions there are",
                           *check.regions.at_least, fleet));
}

void check_samples(Report& report, const Check& check, const PagingProof& proof) {
  for (std::size_t i = 0; i < check.alerts.size(); ++i) {
    const Alert& alert = check.alerts[i];
    const AssignedRegions& regions = proof.regions;
    if (!alert.threshold || alert.threshold->aggregate == Aggregate::newest) continue;
    const std::int64_t most = (alert.threshold->over / check.interval + 1) * regions.count;
    if (alert.threshold->scope != ThresholdScope::pooled || most >= alert.threshold->samples)
      continue;
    report
        .add("W0206", {alert.at.line, alert.at.column, 1},
             fmt::format("a window of {} has at most {} runs in {} regions, {} are needed",
                         render_duration(alert.threshold->over), most, regions.count,
                         alert.threshold->samples))
        .help = "it could never fire: widen the window, or write samples: with a lower number";
  }
}

void check_objective(Report& report, const Check& check, const Node& node, int regions) {
  if (!check.slo || affordable(check, regions) >= 1) return;
  const bool runs = check.slo->budget_by == BudgetBy::runs;
  Diagnostic& mistake =
      report.add("W0205", place_of(node, "slo"),
                 fmt::format("an objective of {} % over {} allows {:.2f} bad {}",
                             check.slo->objective, render_duration(check.slo->window),
                             affordable(check, regions), runs ? "runs" : "rounds"));
  mistake.help = fmt::format(
      "with an interval of {} a single bad {} overspends the budget: lower "
      "`interval`, lower `objective`, or lengthen `window`",
      render_duration(check.interval), runs ? "run" : "round");
}

}  // namespace

void check_paging(Report& report, const Check& check, const Node& node,
                  const DecodeOptions& options) {
  if (windows_cover_everything(check.maintenance))
    report.add("E0302", place_of(node, "maintenance"), "the windows together leave no moment out")
        .help = "the check could never page: shorten one, or write rollout: shadow";
  const std::optional<int> fleet = fleet_of(options);
  const PagingProof proof = prove_paging(check, assigned_regions(check.regions, fleet));
  check_objective(report, check, node, proof.regions.count);
  if (!fleet) return;
  check_fleet(report, check, node, *fleet);
  if (check.regions.names.empty()) check_samples(report, check, proof);
}

}  // namespace picket::checks
