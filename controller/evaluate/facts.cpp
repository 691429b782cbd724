#include "controller/evaluate/facts.h"

#include <algorithm>

namespace picket::controller {
namespace {

// The newest runs of a region, at most `count`, without those that a gap of days left behind.
template <class Predicate>
int count_newest(const std::vector<RunBrief>& runs, std::size_t count, Millis reach,
                 Predicate&& predicate) {
  int found = 0;
  const std::size_t first = runs.size() > count ? runs.size() - count : 0;
  for (std::size_t i = first; i < runs.size(); ++i)
    if (runs[i].at >= runs.back().at - reach && predicate(runs[i])) ++found;
  return found;
}

template <class Predicate>
int count_trailing(const std::vector<RunBrief>& runs, Predicate&& predicate) {
  const auto end = std::find_if_not(runs.rbegin(), runs.rend(), predicate);
  return static_cast<int>(end - runs.rbegin());
}

bool failed(const RunBrief& run) { return run.verdict == RunVerdict::fail; }
bool warned(const RunBrief& run) { return run.verdict == RunVerdict::degraded; }

RegionFacts look_at(const RegionState& region, const Check& check, WallTime now) {
  RegionFacts facts;
  const auto& runs = region.runs;
  const bool fresh = !runs.empty() && now - runs.back().at <= fresh_for(check);
  const bool seeing = region.flags.online && !region.flags.blind;
  facts.reporting = fresh && !region.flags.blind;
  facts.counts = fresh && seeing;
  facts.attempt_failed = seeing && region.attempt_failed.has_value();
  if (runs.empty()) return facts;

  const auto y = static_cast<std::size_t>(std::max(1, check.failing_y));
  const auto reach = [&](std::size_t n) {
    return check.interval * static_cast<std::int64_t>(n) + check.timeout;
  };
  facts.fails_of_5 = count_newest(runs, kPersistWindow, reach(kPersistWindow), failed);
  facts.passes = count_trailing(runs, [](const RunBrief& run) { return !failed(run); });
  facts.clean =
      count_trailing(runs, [](const RunBrief& run) { return !failed(run) && !warned(run); });
  if (!facts.counts) return facts;
  facts.failing = count_newest(runs, y, reach(y), failed) >= std::max(1, check.failing_x);
  facts.newest_failed = failed(runs.back());
  facts.keeps_failing = facts.newest_failed && facts.fails_of_5 >= kPersistFails;
  facts.warning = warned(runs.back());
  facts.keeps_warning = facts.warning && count_newest(runs, kPersistWindow, reach(kPersistWindow),
                                                      warned) >= kPersistFails;
  return facts;
}

bool counts_those_seeing(Quorum::Kind kind) {
  return kind == Quorum::Kind::percent || kind == Quorum::Kind::majority ||
         kind == Quorum::Kind::all;
}

}  // namespace

Millis fresh_for(const Check& check) { return check.interval * 2 + check.timeout; }

WallTime attempt_expiry(const Check& check, WallTime attempt_failed) {
  return attempt_failed + run_limit(check) + Millis{60'000};
}

CheckFacts look(const CheckState& state, WallTime now) {
  CheckFacts facts;
  facts.assigned = static_cast<int>(state.regions.size());
  int seeing = 0;
  for (const auto& [name, region] : state.regions) {
    const RegionFacts of = look_at(region, *state.check, now);
    seeing += region.flags.online && !region.flags.blind ? 1 : 0;
    facts.failing += of.failing ? 1 : 0;
    facts.warning += of.warning ? 1 : 0;
    facts.reporting += of.reporting ? 1 : 0;
    const WallTime excused = std::max(region.flags.drains_until, region.awaited_until);
    facts.drains += !of.reporting && now < excused ? 1 : 0;
    facts.regions.emplace_hint(facts.regions.end(), name, of);
  }
  const Quorum& quorum = state.check->quorum;
  facts.quorum = quorum_of(quorum, counts_those_seeing(quorum.kind) ? seeing : facts.assigned);
  facts.needed = std::max({1, facts.quorum, (facts.assigned + 1) / 2});
  return facts;
}

}  // namespace picket::controller
