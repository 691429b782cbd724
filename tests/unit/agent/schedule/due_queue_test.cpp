#include "agent/schedule/due_queue.h"

#include <catch2/catch.hpp>

#include "common/core/random.h"
#include "common/model/schedule.h"

using namespace picket;
using namespace picket::agent;

namespace {

constexpr std::int64_t kStart = 1'800'000'000'000;  // a multiple of five minutes

WallTime at(std::int64_t seconds) { return WallTime::from_unix_ms(kStart + seconds * 1'000); }

Assignment assignment(const std::string& name, int phase_s, std::int64_t first_round_s = 0,
                      int interval_s = 300) {
  Check check;
  check.name = CheckName{name};
  check.interval = Seconds{interval_s};
  return {std::make_shared<const Check>(check), Revision{"r"}, Seconds{phase_s}, at(first_round_s)};
}

// "a@300+25 b@300+30": check, round and phase in seconds since the start.
std::string show(const DueQueue::Taken& taken) {
  std::string out;
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : " ") + text; };
  for (const auto& slot : taken.due)
    add(slot.assignment.check->name.value + "@" +
        std::to_string((slot.round.unix_ms() - kStart) / 1'000) + "+" +
        std::to_string((slot.due - slot.round).count() / 1'000));
  for (const auto& slot : taken.missed)
    add("missed " + slot.check.value + "@" +
        std::to_string((slot.round.unix_ms() - kStart) / 1'000));
  return out;
}

}  // namespace

TEST_CASE("a slot is due at its round's start plus the phase", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(0));
  CHECK(queue.next_due() == at(25));
  CHECK(show(queue.take_due(at(24))).empty());
  CHECK(show(queue.take_due(at(25))) == "a@0+25");
  CHECK(queue.next_due() == at(325));
  CHECK(show(queue.take_due(at(325))) == "a@300+25");
}

TEST_CASE("a check assigned after its phase begins with the next round", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(26));
  CHECK(queue.next_due() == at(325));
}

TEST_CASE("a plan holds from its first round on", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25, 600)}, at(0));
  CHECK(queue.next_due() == at(625));
}

TEST_CASE("due slots come in the order of their times", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 3), assignment("b", 1), assignment("c", 2)}, at(0));
  CHECK(show(queue.take_due(at(3))) == "b@0+1 c@0+2 a@0+3");
}

TEST_CASE("assigning the same again moves nothing and repeats nothing", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(0));
  CHECK(show(queue.take_due(at(25))) == "a@0+25");
  queue.assign({assignment("a", 25)}, at(25));
  CHECK(queue.next_due() == at(325));
}

TEST_CASE("a slot that is due when the assignment is repeated is not lost", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(0));
  queue.assign({assignment("a", 25)}, at(26));
  CHECK(show(queue.take_due(at(26))) == "a@0+25");
}

TEST_CASE("a new phase moves no slot of a round before its first", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(0));
  queue.assign({assignment("a", 200, 600)}, at(10));
  CHECK(show(queue.take_due(at(25))) == "a@0+25");
  CHECK(show(queue.take_due(at(325))) == "a@300+25");
  CHECK(queue.next_due() == at(800));
  CHECK(show(queue.take_due(at(800))) == "a@600+200");
}

TEST_CASE("a phase that moves forward in a round that was taken runs once in it", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(0));
  CHECK(show(queue.take_due(at(25))) == "a@0+25");
  queue.assign({assignment("a", 200, 0)}, at(30));
  CHECK(queue.next_due() == at(500));
}

TEST_CASE("a new interval makes new rounds", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(0));
  CHECK(show(queue.take_due(at(25))) == "a@0+25");
  queue.assign({assignment("a", 5, 0, 60)}, at(30));
  CHECK(queue.next_due() == at(65));
}

TEST_CASE("a check that is not assigned any more is forgotten", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25), assignment("b", 30)}, at(0));
  queue.assign({assignment("b", 30)}, at(1));
  CHECK(queue.size() == 1);
  CHECK(queue.find(CheckName{"a"}) == nullptr);
  CHECK(show(queue.take_due(at(30))) == "b@0+30");
}

TEST_CASE("of several slots that passed unseen the newest runs, the others are missed",
          "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(0));
  CHECK(show(queue.take_due(at(630))) == "a@600+25 missed a@300");  // round 0 has closed
  CHECK(queue.next_due() == at(925));
}

TEST_CASE("a slot seen long after its time is missed, not run", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(0));
  CHECK(show(queue.take_due(at(25 + 31))) == "missed a@0");
}

TEST_CASE("an absurd jump of time is not told slot by slot", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(0));
  const auto taken = queue.take_due(at(10LL * 365 * 86'400));
  CHECK(taken.missed.size() <= 1'001);
  CHECK(*queue.next_due() > at(10LL * 365 * 86'400 - 1));
}

TEST_CASE("after a long sleep rounds that have closed are not told, nor more than can be kept",
          "[schedule]") {
  DueQueue queue;
  std::vector<Assignment> all;
  for (int i = 0; i < 3'000; ++i) all.push_back(assignment("a" + std::to_string(i), i % 200));
  queue.assign(all, at(0));
  const WallTime woken = at(8 * 3'600 + 299);
  const auto taken = queue.take_due(woken);
  CHECK(taken.due.empty());
  CHECK(taken.missed.size() == 1'000);
  for (const auto& slot : taken.missed) CHECK(slot.round >= at(8 * 3'600 - 300));
  CHECK(taken.missed.size() + taken.untold == 3'000 * 97);
}

TEST_CASE("a paused check's slots pass without a word, until its time", "[schedule]") {
  DueQueue queue;
  auto paused = assignment("a", 25);
  Check check = *paused.check;
  check.paused = Paused{at(600), "deploy"};
  paused.check = std::make_shared<const Check>(check);
  queue.assign({paused}, at(0));
  CHECK(show(queue.take_due(at(25))).empty());
  CHECK(show(queue.take_due(at(325))).empty());
  CHECK(show(queue.take_due(at(625))) == "a@600+25");
}

TEST_CASE("after a correction of time the next slot counts, also in a round taken before",
          "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(3'600));
  CHECK(show(queue.take_due(at(3'625))) == "a@3600+25");
  queue.restart(at(0), Seconds{-3'625});
  CHECK(queue.next_due() == at(25));
  queue.restart(at(7'200), Seconds{7'200});
  CHECK(queue.next_due() == at(7'225));
}

TEST_CASE("a small correction runs no slot twice and jumps over none without a word",
          "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25), assignment("b", 60)}, at(0));
  CHECK(show(queue.take_due(at(26))) == "a@0+25");
  queue.restart(at(23), Seconds{-3});
  CHECK(show(queue.take_due(at(30))).empty());
  queue.restart(at(70), Seconds{40});
  CHECK(show(queue.take_due(at(70))) == "b@0+60");
  queue.restart(at(370), Seconds{290});
  CHECK(show(queue.take_due(at(370))) == "b@300+60 missed a@300");
  CHECK(queue.next_due() == at(625));
}

TEST_CASE("a slot that was passed by a clock ahead comes again when it is set back", "[schedule]") {
  DueQueue queue;
  queue.assign({assignment("a", 25)}, at(100));
  CHECK(queue.next_due() == at(325));
  queue.restart(at(10), Seconds{-90});
  CHECK(show(queue.take_due(at(25))) == "a@0+25");
}

TEST_CASE("every slot is taken exactly once, whatever is assigned meanwhile", "[schedule]") {
  Random random{42};
  for (int trial = 0; trial < 200; ++trial) {
    DueQueue queue;
    auto now = at(0);
    auto current = assignment("a", static_cast<int>(random.below(300)));
    queue.assign({current}, now);
    std::set<WallTime> rounds;
    for (int step = 0; step < 300; ++step) {
      now = now + Millis{static_cast<std::int64_t>(random.below(20'000))};
      if (random.chance(0.1)) {
        const auto next = round_start(now, Seconds{300}) + Seconds{300};
        current =
            assignment("a", static_cast<int>(random.below(300)), (next.unix_ms() - kStart) / 1'000);
        queue.assign({current}, now);
      }
      const auto taken = queue.take_due(now);
      // Only where a change of plan brought two slots into one step.
      for (const auto& slot : taken.missed) REQUIRE(rounds.insert(slot.round).second);
      for (const auto& slot : taken.due) {
        REQUIRE(rounds.insert(slot.round).second);
        REQUIRE(slot.due >= slot.round);
        REQUIRE(slot.due < slot.round + Seconds{300});
      }
    }
    const auto expected = (rounds.rbegin()->unix_ms() - rounds.begin()->unix_ms()) / 300'000 + 1;
    CHECK(static_cast<std::int64_t>(rounds.size()) == expected);
  }
}

TEST_CASE("the target host is the first request's, with vars put in", "[schedule]") {
  const auto host_of = [](const std::string& url) {
    Check check;
    check.vars = {{"base", "https://Shop.example:8443"}};
    Step step;
    step.action = HttpAction{};
    std::get<HttpAction>(step.action).url = url;
    check.steps = {Step{}, step};
    check.steps[0].action = WaitAction{};
    return target_host(check);
  };
  CHECK(host_of("https://Shop.Example/login?next=http://x") == "shop.example");
  CHECK(host_of("${{ vars.base }}/login") == "shop.example:8443");
  CHECK(host_of("http://user:p@w@[::1]:80#x") == "[::1]:80");
  CHECK(host_of("https://${{ secrets.host }}/") == "<secrets.host>");
  CHECK(target_host(Check{}).empty());
}

TEST_CASE("a slot is of use for half an interval, at most 30 s", "[schedule]") {
  CHECK(useful_span(Seconds{300}) == Seconds{30});
  CHECK(useful_span(Seconds{10}) == Seconds{5});
}
