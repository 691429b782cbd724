#include "controller/evaluate/rounds.h"

#include <algorithm>
#include <utility>

#include "common/model/schedule.h"
#include "controller/evaluate/budget.h"
#include "controller/evaluate/flapping.h"

namespace picket::controller {
namespace {

constexpr int kRoundsAtOnce = 1'000;  // after a long absence older rounds are not summarised

bool was_paused(const CheckState& state, WallTime from, WallTime until) {
  return std::any_of(state.pauses.begin(), state.pauses.end(), [&](const PausedSpan& pause) {
    return pause.from < until && (!pause.until || from < *pause.until);
  });
}

SlotOutcome unheard(const CheckState& state, const RegionName& region, WallTime round) {
  const bool skipped = was_paused(state, round, round + state.check->interval);
  return {.region = region, .end = skipped ? SlotEnd::skipped : SlotEnd::missed};
}

void close_round(CheckState& state, WallTime round, Effects& effects) {
  RoundSummary summary{state.check->name, round, state.now, state.verdict, {}, {}};
  const auto known = state.rounds.find(round);
  for (const auto& [name, region] : state.regions) {
    if (region.first_round > round) continue;
    const bool heard = known != state.rounds.end() && known->second.contains(name);
    summary.slots.push_back(heard ? known->second.at(name) : unheard(state, name, round));
  }
  if (known != state.rounds.end()) state.rounds.erase(known);
  summary.mark = mark_round(state, round, summary.slots);
  count_round(state, summary);
  count_flaps(state, summary.mark);
  effects.rounds.push_back(std::move(summary));
}

}  // namespace

void begin_rounds(CheckState& state, WallTime at) {
  state.rounds.clear();
  state.next_close = round_start(at, state.check->interval) + state.check->interval;
}

void record_slot(CheckState& state, WallTime round, const SlotOutcome& outcome) {
  const auto region = state.regions.find(outcome.region);
  if (region == state.regions.end() || round < state.next_close) return;
  if (round < region->second.first_round) return;
  if (round_start(round, state.check->interval) != round) return;  // of another interval
  if (round > state.now + state.check->interval) return;           // nobody runs the future
  state.rounds[round].try_emplace(outcome.region, outcome);
}

void note_pause(CheckState& state) {
  const bool running = !state.pauses.empty() && !state.pauses.back().until;
  const bool paused = is_paused(*state.check, state.now);
  if (paused && !running) state.pauses.push_back({state.now, std::nullopt});
  if (paused || !running) return;
  PausedSpan& span = state.pauses.back();
  span.until = state.now;
  // Nobody may have listened when it ended.
  const auto& planned = state.check->paused;
  if (planned && planned->until && *planned->until >= span.from)
    span.until = std::min(state.now, *planned->until);
}

WallTime next_round_close(const CheckState& state) {
  return round_close(state.next_close, state.check->interval, run_limit(*state.check));
}

void close_rounds(CheckState& state, Effects& effects) {
  note_pause(state);
  const Millis interval = state.check->interval;
  const WallTime oldest = round_start(state.now, interval) - interval * kRoundsAtOnce;
  if (state.next_close < oldest) state.next_close = oldest;
  while (next_round_close(state) <= state.now) {
    close_round(state, state.next_close, effects);
    state.next_close = state.next_close + interval;
  }
  std::erase_if(state.pauses, [&](const PausedSpan& pause) {
    return pause.until && *pause.until <= state.next_close;
  });
}

void close_all_rounds(CheckState& state, Effects& effects) {
  while (!state.rounds.empty()) close_round(state, state.rounds.begin()->first, effects);
}

}  // namespace picket::controller
