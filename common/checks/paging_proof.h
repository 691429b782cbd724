// What a check can page and how soon, proven from its settings alone: for `picket validate`, `plan`
// and the controller's loading of checks. Pure; any thread. docs/reference/paging-proof.md explains
// the formulas, which stand at prove_paging().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/core/time.h"
#include "common/model/check.h"

namespace picket::checks {

inline constexpr int kRegionsAssumed = 3;  // what `all` stands for where nobody says
inline constexpr Millis kFastAttempt{1'000};
inline constexpr Millis kOnTheWay{8'000};  // L

// Over how many regions the proof goes, and who says so.
struct AssignedRegions {
  int count{0};
  std::string source;  // "listed", "assumed: 3 regions", "of the controller"
};

// The listed ones, else `fleet` (how many `all` stands for), else `at_least`, else the assumption.
AssignedRegions assigned_regions(const RegionSelector& selector, std::optional<int> fleet);

struct AlertProof {
  std::string id;
  AlertCondition condition{AlertCondition::down};
  Severity severity{Severity::critical};
  std::vector<std::string> notify;
  int smallest{1};               // failing (silent, for no_data) regions that can fire it
  std::optional<Millis> fast;    // from a fault everywhere to the alert when attempts fail fast
  std::optional<Millis> worst;   // the same when every attempt hangs
  std::optional<Millis> narrow;  // when only the smallest set of regions sees it; hanging
  std::string never;             // why it pages nobody, ever; empty: it can page
  std::string note;              // what the numbers rest on, one line; may be empty
};

struct PagingProof {
  CheckName check;
  AssignedRegions regions;
  int quorum{1};
  Millis gap{0};                   // the longest span in which nobody looks
  std::vector<AlertProof> alerts;  // in the order of the definition
};

// G: worst gap between two looks of any region (of phase_of), I: interval, N: regions, q: quorum,
// A: one attempt (1 s when the fault is fast, the limit of an attempt when it hangs),
// R = (1 + retries) A: one run, L: kOnTheWay, X: of `failing`.
//   down everywhere   min(G + C + (X - 1)(60 s + R + L), X I + R + L), C the confirmations:
//                     L + max(R, 2A) when those ordered first suffice, else 2L + max(R, 3A);
//                     with N > q at most 2L + 3A
//   down in q regions X I + R + L (each of them looks once per interval, whatever the others say)
//   regional          min(I + R + L + 2(60 s + R + L), 3 I + R + L): three failing runs
//   no_data           2 I + timeout: when the last run is no longer fresh
//   degraded          3 I + R + L (soft expectations), 3 I + R + 60 s (conditions of the round)
//   threshold         newest: the k looks of k regions + R + L; windows: window + G (or I) + R + L
//   burn rate         (n + 1) I + R + 60 s, n the bad rounds that all windows of one rate need
// `for` is added to each. Lost orders, blind and offline regions and spent budgets are not in it.
PagingProof prove_paging(const Check& check, const AssignedRegions& regions);

// Whether recurring windows (alone or together) and one-off windows of a year and more leave no
// moment of a year in which a page would go out.
bool windows_cover_everything(const std::vector<MaintenanceWindow>& windows);

// Of the rounds (or runs) in the objective's window, how many may be bad; below 1 a single one
// overspends the budget, and the interval cannot tell how much. Requires check.slo.
double affordable(const Check& check, int regions);

}  // namespace picket::checks
