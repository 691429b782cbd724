#include "controller/evaluate/flapping.h"

namespace picket::controller {

double flap_rate(std::string_view rounds) {
  if (rounds.size() < 2) return 0;
  const auto changes = static_cast<double>(rounds.size() - 1);
  double rate = 0;
  for (std::size_t i = 1; i < rounds.size(); ++i) {
    if (rounds[i] == rounds[i - 1]) continue;
    const double age = changes <= 1 ? 1 : static_cast<double>(i - 1) / (changes - 1);
    rate += (0.8 + 0.4 * age) / changes;
  }
  return rate;
}

void count_flaps(CheckState& state, RoundMark mark) {
  if (mark != RoundMark::good && mark != RoundMark::bad) return;
  Flap& flap = state.flap;
  flap.rounds += mark == RoundMark::good ? 'g' : 'b';
  if (flap.rounds.size() > kFlapRounds) flap.rounds.erase(0, 1);
  const double rate = flap_rate(flap.rounds);
  if (flap.rounds.size() >= kFlapRoundsLeast && rate >= kFlapBegins) flap.holds = true;
  if (rate < kFlapEnds) flap.holds = false;
}

}  // namespace picket::controller
