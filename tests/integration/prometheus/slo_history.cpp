// One random, bursty history of rounds for two judges: writes the picket_slo_* series that the
// controller would show as OpenMetrics with timestamps to a file, and to standard output, a line a
// minute, whether the controller's own burn-rate alerts hold: "UNIX_SECONDS FAST SLOW".
// usage: slo_history SEED INTERVAL_SECONDS DAYS rounds|runs FILE
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "common/core/random.h"
#include "common/model/schedule.h"
#include "controller/api/slo_series.h"
#include "controller/evaluate/budget.h"

namespace {

using namespace picket;
using namespace picket::controller;

constexpr Millis kStep = minutes{1};  // of scrapes and of evaluations
constexpr int kRegions = 3;

// Calm with a rare fault, then a burst in which much fails, or nothing can be measured.
class Weather {
 public:
  explicit Weather(Random random) : random_(random) {}

  RoundSummary next(const Check& check, WallTime round) {
    if (left_-- <= 0) change();
    RoundSummary summary;
    summary.check = check.name;
    summary.round = round;
    summary.mark = RoundMark::good;
    if (random_.chance(bad_)) summary.mark = RoundMark::bad;
    if (random_.chance(unmeasured_)) summary.mark = RoundMark::unmeasured;
    if (random_.chance(excluded_)) summary.mark = RoundMark::excluded;
    for (int i = 0; i < kRegions; ++i) {
      SlotOutcome slot;
      slot.region = RegionName{"r" + std::to_string(i)};
      slot.end = summary.mark == RoundMark::unmeasured ? SlotEnd::missed : SlotEnd::ran;
      slot.verdict = random_.chance(bad_) ? RunVerdict::fail : RunVerdict::pass;
      slot.duration = Millis{random_.chance(bad_) ? 3'000 : 300};
      summary.slots.push_back(slot);
    }
    return summary;
  }

 private:
  void change() {
    burst_ = !burst_;
    left_ = static_cast<int>(random_.below(burst_ ? 40 : 400)) + 1;
    constexpr double kStrength[] = {0.03, 0.1, 0.3, 0.6, 1};
    bad_ = burst_ ? kStrength[random_.below(5)] : 0.0005;
    unmeasured_ = random_.chance(0.2) ? 0.5 : 0.01;
    excluded_ = random_.chance(0.1) ? 1 : 0;
  }

  Random random_;
  bool burst_{true};
  int left_{0};
  double bad_{0};
  double unmeasured_{0};
  double excluded_{0};
};

std::shared_ptr<const Check> make_check(Millis interval, BudgetBy by) {
  Check check;
  check.name = CheckName{"shop"};
  check.owner = "web";
  check.service = "shop";
  check.interval = interval;
  check.slo.emplace();
  check.slo->objective = 99;
  check.slo->budget_by = by;
  return std::make_shared<const Check>(check);
}

void scrape(const CheckState& state, WallTime at, std::ostream& out) {
  CheckView view;
  view.check = state.check;
  view.slo = slo_status(state);
  GaugeText gauges;
  add_slo_series(gauges, view);
  std::istringstream lines{gauges.render()};
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#')) out << line << ' ' << at.unix_ms() / 1000 << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: slo_history SEED INTERVAL_SECONDS DAYS rounds|runs FILE\n";
    return 2;
  }
  Weather weather{Random{std::strtoull(argv[1], nullptr, 10)}};
  const Millis interval = Seconds{std::atoi(argv[2])};
  const Millis span = hours{24 * std::atoi(argv[3])};
  const BudgetBy by = std::string{argv[4]} == "runs" ? BudgetBy::runs : BudgetBy::rounds;
  std::ofstream out{argv[5]};

  CheckState state;
  state.check = make_check(interval, by);
  const AlertState told_nothing;            // of alerts that do not fire
  const Millis closes_after = Seconds{90};  // after the end of the round
  const WallTime start = WallTime::from_unix_ms(1'800'000'000'000);
  WallTime round = round_start(start, interval);
  for (WallTime now = start; now < start + span; now = now + kStep) {
    for (; round + interval + closes_after <= now; round = round + interval)
      count_round(state, weather.next(*state.check, round));
    state.now = now;
    scrape(state, now, out);
    std::cout << now.unix_ms() / 1000 << ' ' << judge_burn(state, told_nothing, true).holds << ' '
              << judge_burn(state, told_nothing, false).holds << '\n';
  }
  out << "# EOF\n";
  return out.good() ? 0 : 1;
}
