#include "controller/api/slo_series.h"

#include <chrono>

namespace picket::controller {
namespace {

void add_budget(GaugeText& gauges, const CheckView& view, const BudgetStatus& status,
                const char* sli) {
  const GaugeText::Labels labels{{"job", view.check->name.value},
                                 {"service", view.check->service},
                                 {"owner", view.check->owner},
                                 {"sli", sli}};
  const auto add = [&](const char* name, const char* help, double value) {
    gauges.add(name, help, value, labels);
  };
  add("picket_slo_objective_ratio", "What must be good, 0 to 1", status.objective / 100);
  add("picket_slo_interval_seconds", "Interval of the check's rounds",
      std::chrono::duration<double>(view.check->interval).count());
  add("picket_slo_good", "Good rounds or runs since the objective was defined",
      static_cast<double>(status.good_total));
  add("picket_slo_bad", "Bad rounds or runs since the objective was defined",
      static_cast<double>(status.bad_total));
  if (status.left)
    add("picket_slo_budget_left_ratio", "Error budget left in the window, below 0 when overspent",
        *status.left);
  for (const BurnStatus& burn : status.burn) {
    if (!burn.rate_long) continue;
    auto with_window = labels;
    with_window.emplace_back("window", render_duration(burn.long_window));
    gauges.add("picket_slo_burn_rate", "How fast the budget burns, 1 spends it exactly",
               *burn.rate_long, with_window);
  }
}

}  // namespace

void add_slo_series(GaugeText& gauges, const CheckView& view) {
  if (!view.slo) return;
  add_budget(gauges, view, view.slo->availability, "availability");
  if (view.slo->latency) add_budget(gauges, view, *view.slo->latency, "latency");
}

}  // namespace picket::controller
