#include "controller/clock_follower.h"

#include "common/core/log.h"

namespace picket::controller {
namespace {

constexpr Millis kDisciplineEvery{10'000};
constexpr Millis kSmallSkew{500};
constexpr int kStepLooks = 60;  // a larger difference must last ten minutes to be believed

}  // namespace

async::Task<void> follow_machine_clock(async::Clock& machine, async::DisciplinedClock& clock,
                                       std::function<void(Millis by)> on_step) {
  int looks = 0;
  while (true) {
    co_await machine.sleep_for(kDisciplineEvery);
    const Millis skew = clock.machine_skew();
    const bool small = std::chrono::abs(skew) <= kSmallSkew;
    looks = small ? 0 : looks + 1;
    if (looks == 1)
      log::write(log::Level::error, "the machine's clock was stepped: not followed for ten minutes",
                 {{"skew_ms", skew.count()}});
    if (!small && looks < kStepLooks) continue;
    clock.discipline(machine.wall_now(), machine.now(), Millis{5});
    if (!small) {
      log::write(log::Level::warn, "the step of the machine's clock lasts: followed",
                 {{"skew_ms", skew.count()}});
      on_step(skew);
    }
    looks = 0;
  }
}

}  // namespace picket::controller
