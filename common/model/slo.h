// A service level objective of a check and its error budget. Plain values and the rules of burn
// rates. Source of the windows and factors: Google, "The Site Reliability Workbook", chapter 5,
// "Alerting on SLOs", multiwindow and multi-burn-rate alerts.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "common/core/time.h"

namespace picket {

enum class BudgetBy {
  rounds,  // a round is bad while the check is down
  runs,    // each scheduled run of each region counts
};
std::string_view to_string(BudgetBy by);

struct LatencyObjective {
  Millis under{0};
  double objective{0};  // percent of the good runs that must be faster
  bool operator==(const LatencyObjective&) const = default;
};

struct Slo {
  double objective{99.9};  // percent, above 0 and below 100
  Millis window{hours{24 * 30}};
  BudgetBy budget_by{BudgetBy::rounds};
  std::optional<LatencyObjective> latency;
  bool burn_alerts{true};  // two burn_rate alerts where the check has none of its own
  bool operator==(const Slo&) const = default;
};

// A burn rate of 1 spends the budget of the window exactly.
struct BurnWindow {
  double factor;
  Millis long_window;
  Millis short_window;  // nominal: at least two intervals are looked at
  bool urgent;          // looked at by alerts of severity critical and error; else by the others
};
inline constexpr std::array kBurnWindows{
    BurnWindow{14.4, hours{1}, minutes{5}, true},
    BurnWindow{6, hours{6}, minutes{30}, true},
    BurnWindow{3, hours{24}, hours{2}, false},
    BurnWindow{1, hours{72}, hours{6}, false},
};

// A long window with fewer bad rounds (or runs) raises nothing: at low rates a single one would.
inline constexpr int kBurnBadLeast = 3;

}  // namespace picket
