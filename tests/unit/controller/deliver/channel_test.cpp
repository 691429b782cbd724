#include "controller/deliver/channel.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

WallTime at(std::int64_t seconds) { return WallTime::from_unix_ms(seconds * 1000); }

}  // namespace

TEST_CASE("no minute has more sends than the budget, criticals have a reserve", "[deliver]") {
  Channel channel;
  const ChannelLimits limits{5, 3, 8, Millis{0}};
  for (int i = 0; i < 3; ++i) {
    CHECK(channel.free_at(Severity::warning, at(i), limits) == at(i));
    channel.started(at(i));
  }
  CHECK(channel.free_at(Severity::warning, at(3), limits) == at(60));
  CHECK(channel.free_at(Severity::critical, at(3), limits) == at(3));
  channel.started(at(3));
  channel.started(at(4));
  CHECK(channel.free_at(Severity::critical, at(5), limits) == at(60));
  CHECK(channel.free_at(Severity::warning, at(5), limits) == at(62));
  CHECK(channel.free_at(Severity::critical, at(61), limits) == at(61));
}

TEST_CASE("Slack takes one message a second, one after the other", "[deliver]") {
  const ChannelLimits limits = limits_of(ReceiverKind::slack, {});
  CHECK(limits.in_flight == 1);
  Channel channel;
  CHECK(channel.free_at(Severity::info, at(0), limits) == at(0));
  channel.started(at(0));
  CHECK(channel.free_at(Severity::critical, at(0), limits) == at(0) + Millis{1100});
  CHECK(channel.free_at(Severity::critical, at(2), limits) == at(2));
}

TEST_CASE("kinds without a limit of their own keep the usual ones", "[deliver]") {
  const ChannelLimits usual;
  for (const auto kind :
       {ReceiverKind::pagerduty, ReceiverKind::webhook, ReceiverKind::alertmanager}) {
    const ChannelLimits limits = limits_of(kind, usual);
    CHECK(limits.in_flight == usual.in_flight);
    CHECK(limits.sends_per_minute == usual.sends_per_minute);
    CHECK(limits.spacing == Millis{0});
  }
  CHECK(limits_of(ReceiverKind::email, usual).in_flight == 2);
}

TEST_CASE("a channel is down after three failures in a row, for five minutes", "[deliver]") {
  Channel channel;
  channel.failed(at(0));
  channel.failed(at(1));
  CHECK_FALSE(channel.down(at(1)));
  channel.failed(at(2));
  CHECK(channel.down(at(2)));
  CHECK(channel.down(at(301)));
  CHECK_FALSE(channel.down(at(302)));
  CHECK(channel.succeeded());
  CHECK_FALSE(channel.down(at(3)));
  CHECK_FALSE(channel.succeeded());
}
