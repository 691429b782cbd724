#include "controller/ingest/slot_history.h"

#include <algorithm>
#include <cmath>

#include "common/model/schedule.h"
#include "controller/ingest/duration_scale.h"

namespace picket::controller {
namespace {

constexpr Seconds kKnownSteps[] = {
    Seconds{10}, Seconds{20}, Seconds{30}, minutes{1},    minutes{2},   minutes{5},
    minutes{10}, minutes{15}, minutes{30}, hours{1},      hours{2},     hours{4},
    hours{6},    hours{12},   hours{24},   hours{24 * 2}, hours{24 * 7}};

constexpr int kRounderMost = 4;  // a known step may be so much longer than needed

HistoryGrid grid_of(WallTime from, WallTime until, Millis step) {
  const WallTime begin = round_start(from, step);
  const std::int64_t length = (until - begin).count();
  return {begin, step, static_cast<std::size_t>((length + step.count() - 1) / step.count())};
}

void count(LedgerCode code, std::uint8_t duration, SlotBucket& bucket) {
  switch (code) {
    case LedgerCode::open: return;
    case LedgerCode::ran_good: ++bucket.good; break;
    case LedgerCode::ran_degraded: ++bucket.degraded; break;
    case LedgerCode::ran_bad: ++bucket.bad; return;
    case LedgerCode::ran_unknown: ++bucket.unknown; return;
    case LedgerCode::missed_offline:
    case LedgerCode::missed_overloaded:
    case LedgerCode::missed_no_definition:
    case LedgerCode::missed_clock: ++bucket.missed; return;
    case LedgerCode::skipped: ++bucket.skipped; return;
  }
  if (duration != 0) bucket.durations.add(duration);
}

}  // namespace

HistoryGrid make_history_grid(WallTime from, WallTime until, Millis interval, std::size_t points) {
  const auto fits = [&](Millis step) { return grid_of(from, until, step).buckets <= points; };
  const std::int64_t length = (until - from).count();
  std::int64_t rounds =
      std::max<std::int64_t>(1, length / interval.count() / static_cast<std::int64_t>(points));
  while (!fits(interval * rounds)) rounds += std::max<std::int64_t>(1, rounds / 16);
  const Millis least = interval * rounds;
  for (const Millis step : kKnownSteps)
    if (step >= least && step <= least * kRounderMost && step % interval == Millis{0} && fits(step))
      return grid_of(from, until, step);
  return grid_of(from, until, least);
}

void DurationCounts::add(std::uint8_t code) {
  const auto place =
      std::lower_bound(counts_.begin(), counts_.end(), code,
                       [](const auto& one, std::uint8_t wanted) { return one.first < wanted; });
  if (place != counts_.end() && place->first == code)
    ++place->second;
  else
    counts_.insert(place, {code, 1});
  ++total_;
}

double DurationCounts::quantile(double share) const {
  const double rank = std::ceil(share * static_cast<double>(total_));
  double seen = 0;
  for (const auto& [code, times] : counts_) {
    seen += times;
    if (seen >= rank) return duration_ms(code);
  }
  return duration_ms(counts_.back().first);
}

std::vector<SlotBucket>& SlotHistory::buckets_of(const RegionName& region) {
  auto& buckets = regions_[region];
  buckets.resize(grid_.buckets);
  return buckets;
}

void SlotHistory::add(const RegionName& region, std::int64_t day, const SlotBytes& codes,
                      const SlotBytes& durations) {
  static const std::vector<std::uint8_t> kNone;
  auto& buckets = buckets_of(region);
  for (const auto& [interval, bytes] : codes) {
    const auto known = durations.find(interval);
    const auto& spans = known == durations.end() ? kNone : known->second;
    for (std::size_t index = 0; index < bytes.size() * 2; ++index) {
      const WallTime round = slot_round(day, interval, index);
      if (round < grid_.from || round >= grid_.until()) continue;
      const auto at = static_cast<std::size_t>((round - grid_.from) / grid_.step);
      count(code_at(bytes, index), index < spans.size() ? spans[index] : std::uint8_t{0},
            buckets[at]);
    }
  }
}

}  // namespace picket::controller
