// What the long poll does when answers are lost, too quick or make no sense.
#include <catch2/catch.hpp>

#include "tests/unit/agent/link/link_world.h"

using namespace picket;
using namespace picket::agent;

TEST_CASE("a lost poll is followed by short ones, so that the agent is heard soon", "[link]") {
  World w;
  w.start();
  Fault lost = broken(FailureKind::timeout);
  w.controller.faults = {lost, lost};
  w.pass(minutes{2});
  std::vector<std::string> polls;
  for (const auto& request : w.controller.requests)
    if (request.url.find("/poll") != std::string::npos) polls.push_back(request.url);
  // Of 50 s, lost; two short ones, the first lost; then of 50 s again.
  std::vector<bool> is_short;
  for (const std::string& url : polls) is_short.push_back(url.find("&hold=3") != std::string::npos);
  const auto long_one = std::find(is_short.begin(), is_short.end(), false);  // the first is short
  const auto first = std::find(long_one, is_short.end(), true);
  REQUIRE(is_short.end() - first >= 3);
  CHECK(first[1]);
  CHECK_FALSE(first[2]);
}

TEST_CASE("a controller that answers no short poll gets a long one in the end", "[link]") {
  World w;
  w.controller.always = broken(FailureKind::timeout);
  w.start();
  w.pass(minutes{2});
  int shorts = 0;
  for (const auto& request : w.controller.requests)
    shorts += request.url.find("&hold=") != std::string::npos ? 1 : 0;
  CHECK(shorts == 3);
}

TEST_CASE("the first poll is a short one, so that its loss does not cost a minute", "[link]") {
  World w;
  w.controller.faults = {broken(FailureKind::timeout)};
  w.start();
  w.pass(Seconds{15});
  CHECK(w.link->stats().connected);
}

TEST_CASE("after refused connections, too, a poll that is lost is a short one", "[link]") {
  World w;
  w.controller.always = broken(FailureKind::connect_refused);
  w.start();
  w.pass(minutes{2});
  w.controller.always.reset();
  const Fault lost = broken(FailureKind::timeout);
  w.controller.faults = {lost, lost};
  w.pass(Seconds{80});  // of 90 until the region is offline
  CHECK(w.link->stats().connected);
}

TEST_CASE("a controller that answers polls at once is not polled in a loop", "[link]") {
  World w;
  w.controller.poll_hold = Nanos{0};
  w.start();
  w.pass(minutes{1});
  CHECK(w.controller.polls <= 62);
}

TEST_CASE("an answer to a poll that was lost brings its orders again", "[link]") {
  World w;
  Fault lost = broken(FailureKind::connect_reset);
  lost.after_taking = true;
  w.controller.faults.push_back(lost);
  w.controller.order(order_for("a", kStart + 60'000));
  w.start();
  w.pass(Seconds{5});
  CHECK(w.orders.size() == 1);
}

namespace {

// Polls that are no goodbyes, and goodbyes.
std::pair<int, int> polls_of(const World& w) {
  return {w.requests_to("/poll?") - w.requests_to("&draining=1"), w.requests_to("&draining=1")};
}

}  // namespace

TEST_CASE("a goodbye ends the polls and is said until it is heard; results go on", "[link]") {
  World w;
  w.start();
  w.pass(Seconds{5});
  const int before = polls_of(w).first;
  w.controller.faults = {broken(FailureKind::timeout), status(503)};
  w.tasks.spawn("goodbye", w.link->say_goodbye());
  w.pass(minutes{2});
  CHECK(polls_of(w) == std::pair{before, 3});
  CHECK(w.requests_to("&draining=1&hold=0") == 3);  // nobody waits for news
  w.append("late");
  w.pass(Seconds{1});
  CHECK(w.controller.records.size() == 1);
  w.tasks.spawn("drain", w.link->drain(Deadline::after(w.clock.now(), Seconds{5})));
  w.pass(Seconds{6});
  CHECK(polls_of(w).second == 3);  // it was heard
}

TEST_CASE("a drain without a goodbye that was heard says it once more", "[link]") {
  World w;
  w.start();
  w.pass(Seconds{5});  // one that never polled has nothing to say
  w.tasks.spawn("drain", w.link->drain(Deadline::after(w.clock.now(), Seconds{5})));
  w.pass(Seconds{6});
  CHECK(polls_of(w).second == 1);
}

TEST_CASE("a drain waits no longer than it may for a controller that is away", "[link]") {
  World w;
  w.start();
  w.controller.always = broken(FailureKind::timeout);
  bool drained = false;
  const auto drain = [](Link& link, Deadline deadline, bool& done) -> async::Task<void> {
    co_await link.drain(deadline);
    done = true;
  };
  w.tasks.spawn("drain", drain(*w.link, Deadline::after(w.clock.now(), Seconds{5}), drained));
  w.pass(Seconds{5});
  CHECK(drained);
}
