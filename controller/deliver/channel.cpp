#include "controller/deliver/channel.h"

#include <algorithm>

namespace picket::controller {
namespace {

constexpr Millis kWindow = Seconds{60};
constexpr int kFailuresToOpen = 3;
constexpr Millis kFailureCounts = minutes{5};

constexpr Millis kSlackSpacing{1100};
constexpr std::size_t kMailsInFlight = 2;

}  // namespace

ChannelLimits limits_of(ReceiverKind kind, const ChannelLimits& usual) {
  ChannelLimits limits = usual;
  if (kind == ReceiverKind::slack) {
    limits.spacing = kSlackSpacing;
    limits.in_flight = 1;  // messages of two attempts may arrive the other way round
  }
  if (kind == ReceiverKind::email) limits.in_flight = kMailsInFlight;
  return limits;
}

WallTime Channel::free_at(Severity severity, WallTime now, const ChannelLimits& limits) const {
  const std::size_t allowed =
      severity == Severity::critical ? limits.sends_per_minute : limits.below_critical_per_minute;
  const WallTime spaced = sent_.empty() ? now : std::max(now, sent_.back() + limits.spacing);
  if (sent_.size() < allowed) return spaced;
  return std::max(spaced, sent_[sent_.size() - allowed] + kWindow);
}

void Channel::started(WallTime now) {
  while (!sent_.empty() && sent_.front() + kWindow <= now) sent_.pop_front();
  sent_.push_back(now);
  ++in_flight_;
}

void Channel::failed(WallTime now) {
  ++failures_;
  last_failure_ = now;
}

void Channel::clock_stepped(Millis by) {
  for (WallTime& sent : sent_) sent = sent + by;
  last_failure_ = last_failure_ + by;
}

bool Channel::down(WallTime now) const {
  return failures_ >= kFailuresToOpen && now - last_failure_ < kFailureCounts;
}

}  // namespace picket::controller
