#include "controller/api/round_grid.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

char letter_of(RunVerdict verdict) {
  switch (verdict) {
    case RunVerdict::pass: return 'p';
    case RunVerdict::pass_on_retry: return 'r';
    case RunVerdict::degraded: return 'd';
    case RunVerdict::fail: return 'f';
    case RunVerdict::unknown: return 'u';
  }
  return '.';
}

// The worse of two rounds of an interval before, which one slot of the present one spans.
char worse(char one, char other) {
  constexpr std::string_view kOrder = ".prduf";
  return kOrder.find(one) < kOrder.find(other) ? other : one;
}

double rounded(float ms) { return std::round(static_cast<double>(ms) * 10) / 10; }

}  // namespace

void RoundGrid::put(const GridRun& run, bool newer) {
  std::vector<Cell>& cells = cells_[run.check][run.region];
  const Cell cell{run.round.unix_ms(),
                  std::chrono::duration<float, std::milli>(run.duration).count(), run.verdict};
  const auto place = std::lower_bound(
      cells.begin(), cells.end(), cell.round_ms,
      [](const Cell& one, std::int64_t round_ms) { return one.round_ms < round_ms; });
  if (place == cells.end() || place->round_ms != cell.round_ms)
    cells.insert(place, cell);
  else if (newer)
    *place = cell;
  if (cells.size() > kRoundsKept) cells.erase(cells.begin());
}

std::string RoundGrid::render(const std::vector<GridCheck>& checks, std::size_t rounds,
                              bool durations) const {
  rounds = std::clamp<std::size_t>(rounds, 1, kRoundsKept);
  static const std::map<RegionName, std::vector<Cell>> kNoRegions;
  static const std::vector<Cell> kNoCells;
  Json json{{"schema_version", 1}, {"rounds", rounds}, {"checks", Json::array()}};
  for (const GridCheck& check : checks) {
    const auto known = cells_.find(check.check);
    const auto& regions = known == cells_.end() ? kNoRegions : known->second;
    std::int64_t last = check.closed.unix_ms();
    for (const auto& [region, cells] : regions)
      if (!cells.empty()) last = std::max(last, cells.back().round_ms);
    const std::int64_t interval = std::max<std::int64_t>(1, check.interval.count());
    last -= last % interval;  // the newest may be a round of a shorter interval, before a change
    const std::int64_t span = static_cast<std::int64_t>(rounds - 1) * interval;
    Json one{{"check", check.check.value}, {"interval_ms", check.interval.count()}};
    one["last_round"] = render_rfc3339(WallTime{Millis{last}});
    one["regions"] = Json::array();
    for (const RegionName& region : check.regions) {
      const auto found = regions.find(region);
      std::string verdicts(rounds, '.');
      Json spans = Json::array();
      if (durations) spans = std::vector<Json>(rounds);
      for (const Cell& cell : found == regions.end() ? kNoCells : found->second) {
        const std::int64_t offset = cell.round_ms - (last - span);
        if (offset < 0) continue;
        const auto slot = static_cast<std::size_t>(offset / interval);
        const char letter = letter_of(cell.verdict);
        if (worse(verdicts[slot], letter) != letter) continue;
        verdicts[slot] = letter;
        if (durations) spans[slot] = rounded(cell.duration_ms);
      }
      Json row{{"region", region.value}, {"verdicts", std::move(verdicts)}};
      if (durations) row["durations_ms"] = std::move(spans);
      one["regions"].push_back(std::move(row));
    }
    json["checks"].push_back(std::move(one));
  }
  return json.dump() + "\n";
}

}  // namespace picket::controller
