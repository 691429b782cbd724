#include "controller/health/health_judge.h"

#include <algorithm>
#include <utility>

namespace picket::controller {
namespace {

constexpr Millis kCalm = minutes{5};

FleetTransition transition_of(const HealthJudge::Open& open, AlertPhase phase, WallTime now) {
  FleetTransition t{.subject = kControllerSubject, .alert_id = open.alert_id};
  t.severity = open.severity;
  t.phase = phase;
  t.at = now;
  t.opening_round = open.since;
  t.title = open.title;
  t.reason = open.title;
  return t;
}

// "disk" and "warning" of "disk.warning".
std::pair<std::string, std::string> split_id(const std::string& alert_id) {
  const auto dot = alert_id.rfind('.');
  if (dot == std::string::npos) return {alert_id, {}};
  return {alert_id.substr(0, dot), alert_id.substr(dot + 1)};
}

}  // namespace

void HealthJudge::restore(const std::vector<IncidentRow>& unresolved) {
  for (const IncidentRow& row : unresolved) {
    if (row.subject != kControllerSubject) continue;
    const auto [name, level_name] = split_id(row.alert_id);
    const HealthLevel* level = find_health_level(level_name);
    if (level == nullptr) continue;
    Cause& cause = causes_[name];
    if (cause.open && cause.open->rank > level->rank) continue;
    cause.open = Open{row.alert_id, level->rank, row.severity, row.opening_round, row.title};
  }
}

void HealthJudge::judge_cause(Cause& cause, const Finding* finding, const std::string& name,
                              WallTime now, std::vector<FleetTransition>& out) {
  const HealthLevel* level = finding == nullptr ? nullptr : find_health_level(finding->level);
  const int rank = level == nullptr ? 0 : level->rank;
  const int was = cause.open ? cause.open->rank : 0;
  if (rank <= was) cause.worse_since.reset();
  if (rank >= was) cause.better_since.reset();
  if (rank == was) return;
  auto& since = rank > was ? cause.worse_since : cause.better_since;
  if (!since) since = now;
  if (now - *since < (rank > was ? finding->hold : kCalm)) return;

  const std::optional<Open> before = std::exchange(cause.open, std::nullopt);
  cause.worse_since.reset();
  cause.better_since.reset();
  if (level != nullptr) {
    cause.open =
        Open{name + "." + std::string{level->name}, rank, level->severity, now, finding->title};
    out.push_back(transition_of(*cause.open, AlertPhase::fires, now));
  }
  if (!before) return;
  FleetTransition clears = transition_of(*before, AlertPhase::clears, now);
  clears.reason = level == nullptr ? "it has been good for " + render_duration(kCalm)
                                   : "by now: " + finding->title;
  out.push_back(std::move(clears));
}

std::vector<FleetTransition> HealthJudge::judge(const std::vector<Finding>& found, WallTime now) {
  std::vector<FleetTransition> out;
  for (const Finding& finding : found) causes_[finding.cause];
  for (auto& [name, cause] : causes_) {
    const auto finding = std::find_if(found.begin(), found.end(),
                                      [&](const Finding& one) { return one.cause == name; });
    judge_cause(cause, finding == found.end() ? nullptr : &*finding, name, now, out);
  }
  return out;
}

std::map<std::string, HealthJudge::Open> HealthJudge::open() const {
  std::map<std::string, Open> out;
  for (const auto& [name, cause] : causes_)
    if (cause.open) out.emplace(name, *cause.open);
  return out;
}

std::vector<std::string> HealthJudge::titles() const {
  std::vector<std::string> out;
  for (const auto& [name, cause] : causes_)
    if (cause.open) out.push_back(cause.open->title);
  return out;
}

}  // namespace picket::controller
