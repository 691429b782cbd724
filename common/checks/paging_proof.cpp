#include "common/checks/paging_proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/calendar/calendar.h"
#include "common/model/schedule.h"

namespace picket::checks {
namespace {

// Of the evaluator; a test holds them against its own.
constexpr Millis kRecheckEvery{60'000};
constexpr int kOrdersPerHour = 120;
constexpr int kPersistFails = 3;
constexpr int kFirstAttempts = 24;
constexpr Millis kCloseAfter{60'000};
constexpr int kYearDays = 366;

std::vector<Millis> gaps_of(const Check& check, int regions) {
  std::vector<Millis> phases;
  for (int i = 0; i < regions; ++i)
    phases.push_back(phase_of(check.name, static_cast<std::size_t>(i),
                              static_cast<std::size_t>(regions), check.interval));
  std::sort(phases.begin(), phases.end());
  std::vector<Millis> gaps;
  for (std::size_t i = 0; i < phases.size(); ++i)
    gaps.push_back(i + 1 < phases.size() ? phases[i + 1] - phases[i]
                                         : phases.front() + check.interval - phases.back());
  return gaps;
}

// The longest span in which only k - 1 regions look.
Millis looks_of(const std::vector<Millis>& gaps, int k) {
  Millis worst{0};
  for (std::size_t first = 0; first < gaps.size(); ++first) {
    Millis span{0};
    for (int i = 0; i < k; ++i) span += gaps[(first + static_cast<std::size_t>(i)) % gaps.size()];
    worst = std::max(worst, span);
  }
  return worst;
}

bool judges_softly(const Check& check) {
  for (const Step& step : check.steps)
    for (const Expectation& one : step.expect)
      if (one.warn) return true;
  return false;
}

bool watches_rounds(const Check& check) {
  return std::any_of(check.steps.begin(), check.steps.end(), [](const Step& step) {
    return !step.same_across_regions.empty() || step.pop_near_region;
  });
}

// The bounds for one length of an attempt.
class Bounds {
 public:
  Bounds(const Check& check, int regions, Millis attempt)
      : check_(check),
        regions_(regions),
        gaps_(gaps_of(check, regions)),
        attempt_(attempt),
        run_(attempt * (1 + check.retries)),
        quorum_(quorum_of(check.quorum, regions)) {}

  Millis gap() const { return looks_of(gaps_, 1); }

  Millis down() const {
    const int x = std::max(1, check_.failing_x);
    Millis best = scheduled(x);
    if (quorum_ == 1 && x == 1) return gap() + run_ + kOnTheWay;
    if (x == 1) best = std::min(best, looks_of(gaps_, quorum_) + run_ + kOnTheWay);
    const int orders = regions_ - 1 + (x - 1) * regions_;
    const int confirm = check_.confirm_regions.value_or(quorum_ - 1);
    if (confirm < 1 || x > kPersistFails || orders > kOrdersPerHour) return best;
    Millis looks = confirm >= quorum_ - 1 ? std::max(run_, 2 * attempt_) + kOnTheWay
                                          : std::max(run_, 3 * attempt_) + 2 * kOnTheWay;
    if (regions_ > quorum_) looks = std::min(looks, 3 * attempt_ + 2 * kOnTheWay);
    if (x > 1) looks = std::max(run_, 3 * attempt_) + 2 * kOnTheWay;
    return std::min(best, gap() + looks + (kRecheckEvery + run_ + kOnTheWay) * (x - 1));
  }

  // Each failing region has failed so often by its own schedule.
  Millis scheduled(int runs) const { return check_.interval * runs + run_ + kOnTheWay; }

  Millis regional() const {
    const Millis rechecked = check_.interval + run_ + kOnTheWay +
                             (kRecheckEvery + run_ + kOnTheWay) * (kPersistFails - 1);
    return std::min(rechecked, scheduled(kPersistFails));
  }

  Millis degraded() const {
    if (judges_softly(check_)) return scheduled(kPersistFails);
    if (watches_rounds(check_)) return check_.interval * 3 + run_limit(check_) + kCloseAfter;
    return check_.interval * ((kFirstAttempts + regions_ - 1) / regions_) + run_ + kOnTheWay;
  }

  Millis threshold(const Threshold& threshold, int needed) const {
    const Millis end = run_ + kOnTheWay;
    if (threshold.aggregate == Aggregate::newest) return looks_of(gaps_, needed) + end;
    const bool pooled = threshold.scope == ThresholdScope::pooled;
    return threshold.over + (pooled ? gap() : check_.interval) + end;
  }

  int quorum() const { return quorum_; }

 private:
  const Check& check_;
  int regions_;
  std::vector<Millis> gaps_;
  Millis attempt_;
  Millis run_;
  int quorum_;
};

int needed_regions(const Threshold& threshold, int regions, int quorum) {
  const bool newest = threshold.aggregate == Aggregate::newest;
  const int wanted = threshold.scope == ThresholdScope::regions      ? threshold.regions
                     : threshold.scope == ThresholdScope::any_region ? 1
                     : newest                                        ? quorum
                                                                     : 1;
  return std::clamp(wanted, 1, std::max(1, regions));
}

Millis fast_attempt(const Check& check) { return std::min(kFastAttempt, check.timeout); }

// Bad rounds in a row that reach the rate in both windows; nothing: no number does.
std::optional<std::int64_t> rounds_to_burn(const Check& check, const BurnWindow& window,
                                           int regions) {
  const Slo& slo = *check.slo;
  const double spent = window.factor * (1 - slo.objective / 100);
  const std::int64_t in_long = window.long_window / check.interval;
  const Millis nominal = std::max(window.short_window, check.interval * 2);
  const auto in_short = static_cast<double>(nominal / check.interval);
  const int each = slo.budget_by == BudgetBy::runs ? std::max(1, regions) : 1;
  const std::int64_t least = (kBurnBadLeast + each - 1) / each;
  if (spent > 1 || in_long < least) return std::nullopt;
  const auto ceil = [](double value) { return static_cast<std::int64_t>(std::ceil(value - 1e-9)); };
  return std::max({least, ceil(spent * static_cast<double>(in_long)), ceil(spent * in_short)});
}

void prove_burn(const Check& check, const Alert& alert, int regions, AlertProof& proof) {
  const bool urgent = alert.severity == Severity::critical || alert.severity == Severity::error;
  if (!check.slo) return void(proof.never = "the check has no objective");
  for (const BurnWindow& window : kBurnWindows) {
    const auto rounds =
        window.urgent == urgent ? rounds_to_burn(check, window, regions) : std::nullopt;
    if (!rounds) continue;
    const Millis took = check.interval * (*rounds + 1) + run_limit(check) + kCloseAfter;
    if (proof.worst && *proof.worst <= took) continue;
    proof.worst = took;
    proof.note = fmt::format("{} bad rounds in a row at {}x over {}; `down` tells sooner", *rounds,
                             window.factor, render_duration(window.long_window));
  }
  proof.fast = proof.worst;
  proof.smallest = check.slo->budget_by == BudgetBy::runs || check.slo->latency
                       ? 1
                       : quorum_of(check.quorum, regions);
  if (!proof.worst)
    proof.never = fmt::format(
        "with an objective of {} % and an interval of {} no window burns fast "
        "enough",
        check.slo->objective, render_duration(check.interval));
}

void prove_threshold(const Check& check, const Threshold& threshold, int regions,
                     AlertProof& proof) {
  const Bounds slow(check, regions, check.timeout + always_allowance(check));
  proof.smallest = needed_regions(threshold, regions, slow.quorum());
  proof.fast = Bounds(check, regions, fast_attempt(check)).threshold(threshold, proof.smallest);
  proof.worst = slow.threshold(threshold, proof.smallest);
  if (threshold.aggregate == Aggregate::newest) {
    proof.narrow = slow.scheduled(1);
    return;
  }
  proof.note = "when it holds for every run since the fault";
  const bool pooled = threshold.scope == ThresholdScope::pooled;
  const std::int64_t most = (threshold.over / check.interval + 1) * (pooled ? regions : 1);
  if (most < threshold.samples)
    proof.never = fmt::format("a window of {} has at most {} runs, {} are needed",
                              render_duration(threshold.over), most, threshold.samples);
}

void prove_verdict(const Check& check, int regions, AlertProof& proof) {
  const Bounds fast(check, regions, fast_attempt(check));
  const Bounds slow(check, regions, check.timeout + always_allowance(check));
  switch (proof.condition) {
    case AlertCondition::down:
      proof.smallest = slow.quorum();
      proof.fast = fast.down();
      proof.worst = slow.down();
      proof.narrow = slow.scheduled(std::max(1, check.failing_x));
      break;
    case AlertCondition::regional:
      proof.fast = fast.regional();
      proof.narrow = proof.worst = slow.regional();
      if (slow.quorum() == 1 && check.failing_x <= 1)
        proof.never = "a single failing region is `down` already";
      break;
    case AlertCondition::no_data:
      proof.smallest = regions - std::max({1, slow.quorum(), (regions + 1) / 2}) + 1;
      proof.fast = proof.worst = check.interval * 2 + check.timeout + Millis{1};
      proof.note = "silent regions";
      break;
    case AlertCondition::degraded:
      proof.fast = fast.degraded();
      proof.narrow = proof.worst = slow.degraded();
      if (!judges_softly(check) && !watches_rounds(check))
        proof.note = "no soft expectation: only first attempts that fail, 6 of 24";
      break;
    case AlertCondition::burn_rate:
    case AlertCondition::threshold: break;
  }
}

// What holds for every alert of the check, before anything is computed.
std::string never_at_all(const Check& check, int regions) {
  if (regions < 1) return "no region is assigned";
  if (check.shadow) return "rollout: shadow: recorded, never paged";
  if (check.paused && !check.paused->until) return "the check is paused";
  if (windows_cover_everything(check.maintenance)) return "maintenance covers every moment";
  return {};
}

}  // namespace

AssignedRegions assigned_regions(const RegionSelector& selector, std::optional<int> fleet) {
  const int listed = static_cast<int>(selector.names.size());
  const bool wide = selector.all || !selector.labels.empty();
  if (!wide) return {listed, "listed"};
  if (fleet) return {std::max(*fleet, listed), "given"};
  if (selector.at_least) return {std::max(*selector.at_least, listed), "at_least"};
  return {std::max(kRegionsAssumed, listed), "assumed"};
}

PagingProof prove_paging(const Check& check, const AssignedRegions& regions) {
  PagingProof proof{check.name, regions};
  const int count = std::max(1, regions.count);
  proof.quorum = quorum_of(check.quorum, count);
  proof.gap = looks_of(gaps_of(check, count), 1);
  const std::string never = never_at_all(check, regions.count);
  for (const Alert& alert : check.alerts) {
    AlertProof one{alert.id, alert.condition, alert.severity,
                   alert.notify.empty() ? check.notify : alert.notify};
    if (alert.condition == AlertCondition::burn_rate)
      prove_burn(check, alert, count, one);
    else if (alert.threshold)
      prove_threshold(check, *alert.threshold, count, one);
    else
      prove_verdict(check, count, one);
    for (auto* bound : {&one.fast, &one.worst, &one.narrow})
      if (*bound) **bound += alert.hold;
    if (!never.empty()) one.never = never;
    if (one.never.empty() && one.notify.empty())
      one.never =
          "no route: `notify` names nobody (a default receiver of the controller would be "
          "told)";
    proof.alerts.push_back(std::move(one));
  }
  return proof;
}

bool windows_cover_everything(const std::vector<MaintenanceWindow>& windows) {
  const Millis year = hours{24} * kYearDays;
  std::vector<MaintenanceWindow> recurring;
  for (const MaintenanceWindow& window : windows) {
    if (!window.from) recurring.push_back(window);
    if (window.from && window.until && *window.until - *window.from >= year) return true;
  }
  if (recurring.empty()) return false;
  // Any year will do: both changes of the clocks are in it.
  WallTime at = WallTime::from_unix_ms(1'767'225'600'000);  // 2026-01-01T00:00:00Z
  const WallTime end = at + year;
  while (at < end) {
    WallTime until = at;
    for (const MaintenanceWindow& window : recurring)
      if (const auto span = calendar::span_at(window, at)) until = std::max(until, span->end);
    if (until == at) return false;
    at = until;
  }
  return true;
}

double affordable(const Check& check, int regions) {
  const Slo& slo = *check.slo;
  const double each = slo.budget_by == BudgetBy::runs ? std::max(1, regions) : 1;
  return (1 - slo.objective / 100) * each *
         static_cast<double>(slo.window.count() / check.interval.count());
}

}  // namespace picket::checks
