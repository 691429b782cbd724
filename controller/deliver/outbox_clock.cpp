// The outbox and clocks that are set: rows that a clock which was ahead had made, and a clock that
// is set while rows wait.
#include <algorithm>

#include "controller/deliver/outbox_machine.h"

namespace picket::controller {
namespace {

constexpr Millis kLongestWait = minutes{2};   // Retry-After
constexpr Millis kLongestFence = minutes{5};  // a fence's

}  // namespace

// Everything is owed now or since some time.
void OutboxMachine::owe_now(OutboxRow& row, WallTime now) {
  row.due = std::min(row.due, now);
  row.next_attempt = std::min(row.next_attempt, now);
}

// Of an earlier life: it waits as long as there is a reason to, not until a clock that was ahead
// would have let it go.
void OutboxMachine::owe_still(OutboxRow& row, WallTime now) {
  row.due = std::min(row.due, now);
  if (row.next_attempt > now + (is_fence(row) ? kLongestFence : kLongestWait))
    row.next_attempt = now;
}

void OutboxMachine::clock_stepped(Millis by) {
  for (auto& [key, episode] : episodes_)
    for (auto& [position, entry] : episode.queue) {
      entry.row.due = entry.row.due + by;
      entry.row.next_attempt = entry.row.next_attempt + by;
      entry.started = entry.started + by;
    }
  for (auto& [name, channel] : channels_) channel.clock_stepped(by);
}

}  // namespace picket::controller
