// One (host, credential): how much may be sent to it and whether it seems to be down. Pure; owned
// by the outbox machine, one per channel in use. It shortens the way to the fallback and limits
// the rate; it never stops attempts.
#pragma once

#include <deque>
#include <utility>

#include "common/core/time.h"
#include "common/model/check.h"
#include "controller/deliver/receivers.h"

namespace picket::controller {

struct ChannelLimits {
  std::size_t sends_per_minute{95};           // PagerDuty takes about 120 per routing key
  std::size_t below_critical_per_minute{80};  // the rest is kept for criticals
  std::size_t in_flight{8};
  Millis spacing{0};  // between the starts of two sends
};

// `usual`, or less where a kind of channel takes less: Slack about one message a second.
ChannelLimits limits_of(ReceiverKind kind, const ChannelLimits& usual);

class Channel {
 public:
  // When the next send of this severity fits the budget: `now` or later.
  WallTime free_at(Severity severity, WallTime now, const ChannelLimits& limits) const;

  void started(WallTime now);
  void ended() { --in_flight_; }
  std::size_t in_flight() const { return in_flight_; }

  bool succeeded() { return std::exchange(failures_, 0) > 0; }  // true: it failed before
  void failed(WallTime now);

  void clock_stepped(Millis by);

  // Three failures in a row, the last one not long ago.
  bool down(WallTime now) const;

 private:
  std::deque<WallTime> sent_;  // of the last minute
  std::size_t in_flight_{0};
  int failures_{0};
  WallTime last_failure_;
};

}  // namespace picket::controller
