#include "agent/schedule/due_queue.h"

#include <algorithm>

#include "common/core/text.h"
#include "common/model/schedule.h"
#include "common/model/template.h"

namespace picket::agent {
namespace {

constexpr int kPassedMax = 1'000;          // of one check; more is a clock that was wrong
constexpr std::size_t kMissedMax = 1'000;  // told in one pass over all checks

// After its end the controller has counted it as missed by itself.
bool has_closed(const Slot& slot, WallTime now) {
  const Check& check = *slot.assignment.check;
  return round_close(slot.round, check.interval, run_limit(check)) <= now;
}

WallTime round_at_or_after(WallTime at, Millis interval) {
  const WallTime round = round_start(at, interval);
  return round < at ? round + interval : round;
}

}  // namespace

Millis DueQueue::phase_in(const Entry& entry, WallTime round) {
  const bool of_last_plan = entry.before && round < entry.assignment.first_round;
  return of_last_plan ? entry.before->first : entry.assignment.phase;
}

void DueQueue::place(Entry& entry, WallTime from) {
  const Millis interval = entry.assignment.check->interval;
  const WallTime first = entry.before ? entry.before->second : entry.assignment.first_round;
  WallTime round = std::max(round_start(from, interval), round_at_or_after(first, interval));
  if (entry.last_round && round <= *entry.last_round) round = *entry.last_round + interval;
  while (round + phase_in(entry, round) < from) round = round + interval;
  entry.round = round;
  entry.due = round + phase_in(entry, round);
}

void DueQueue::update(Entry& entry, const Assignment& assignment, WallTime now) {
  const Assignment last = std::exchange(entry.assignment, assignment);
  const Millis interval = assignment.check->interval;
  if (last.check->interval != interval) {
    entry.before.reset();
    entry.last_round.reset();
    place(entry, now);
    return;
  }
  const WallTime held_from = entry.before ? entry.before->second : last.first_round;
  if (last.phase == assignment.phase) {
    entry.assignment.first_round = std::min(last.first_round, assignment.first_round);
  } else {
    const bool of_before = entry.before && round_start(now, interval) < last.first_round;
    entry.before = {of_before ? entry.before->first : last.phase, held_from};
  }
  if (entry.before && assignment.first_round <= held_from) entry.before.reset();
  const bool about_to_be_taken = entry.due <= now;
  if (!about_to_be_taken) place(entry, now);
}

void DueQueue::assign(const std::vector<Assignment>& assignments, WallTime now) {
  std::map<CheckName, Entry> kept;
  for (const auto& assignment : assignments) {
    const CheckName& name = assignment.check->name;
    auto node = entries_.extract(name);
    if (node.empty()) {
      Entry entry{assignment, std::nullopt, std::nullopt, {}, {}};
      place(entry, now);
      kept.emplace(name, std::move(entry));
    } else {
      update(node.mapped(), assignment, now);
      kept.insert(std::move(node));
    }
  }
  entries_ = std::move(kept);
  order_.clear();
  for (const auto& [name, entry] : entries_) order_.emplace(entry.due, name);
}

void DueQueue::take_one(Entry& entry, WallTime now, Taken& taken) {
  for (int i = 0; entry.due <= now; ++i) {
    const Slot slot{entry.assignment, entry.round, entry.due};
    entry.last_round = entry.round;
    place(entry, i < kPassedMax ? entry.due : now);
    if (is_paused(*slot.assignment.check, slot.due)) continue;
    const bool late = slot.due + useful_span(slot.assignment.check->interval) < now;
    if (entry.due > now && !late)
      taken.due.push_back(slot);
    else if (taken.missed.size() < kMissedMax && !has_closed(slot, now))
      taken.missed.push_back({slot.assignment.check->name, slot.round, MissReason::clock});
    else
      ++taken.untold;
  }
}

DueQueue::Taken DueQueue::take_due(WallTime now) {
  Taken taken;
  while (!order_.empty() && order_.begin()->first <= now) {
    const CheckName name = order_.begin()->second;
    order_.erase(order_.begin());
    Entry& entry = entries_.at(name);
    take_one(entry, now, taken);
    order_.emplace(entry.due, name);
  }
  return taken;
}

std::optional<WallTime> DueQueue::next_due() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

void DueQueue::restart(WallTime now, Millis step) {
  order_.clear();
  for (auto& [name, entry] : entries_) {
    const bool small = std::chrono::abs(step) < entry.assignment.check->interval;
    if (!small) entry.last_round.reset();
    const bool jumped_over = small && entry.due <= now;
    if (!jumped_over) place(entry, now);
    order_.emplace(entry.due, name);
  }
}

const Assignment* DueQueue::find(const CheckName& check) const {
  const auto it = entries_.find(check);
  return it == entries_.end() ? nullptr : &it->second.assignment;
}

Millis useful_span(Millis interval) { return std::min(interval / 2, Millis{30'000}); }

std::string target_host(const Check& check) {
  const auto has_target = [](const Step& step) { return !target_of(step.action).empty(); };
  const auto step = std::find_if(check.steps.begin(), check.steps.end(), has_target);
  if (step == check.steps.end()) return {};
  const std::string_view written = target_of(step->action);
  const auto lookup = [&check](const Reference& reference) -> std::optional<std::string> {
    const auto var = check.vars.find(reference.name);
    if (reference.scope == "vars" && var != check.vars.end()) return var->second;
    return "<" + reference.scope + "." + reference.name + ">";
  };
  return authority_of(substitute(written, lookup).value_or(std::string{written}));
}

}  // namespace picket::agent
