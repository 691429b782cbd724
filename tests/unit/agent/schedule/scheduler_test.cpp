#include "agent/schedule/scheduler.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::agent;

namespace {

constexpr std::int64_t kStart = 1'800'000'000'000;

WallTime at(std::int64_t seconds) { return WallTime::from_unix_ms(kStart + seconds * 1'000); }

struct World final : RunExecutor, ResultSink {
  async::Task<RunResult> execute(RunJob job) override {
    ++running;
    most = std::max(most, running);
    co_await clock.sleep_for(run_time);
    --running;
    RunResult out;
    out.key = job.key;
    out.revision = job.revision;
    out.verdict = RunVerdict::pass;
    out.attempts.push_back({});
    co_return out;
  }
  void take_result(RunResult result) override { results.push_back(std::move(result)); }
  void take_missed(MissedSlot slot) override { missed.push_back(std::move(slot)); }

  Assignment assignment(const std::string& name, int phase_s) {
    Check check;
    check.name = CheckName{name};
    check.interval = Seconds{300};
    Step step;
    step.name = "http";
    check.steps.push_back(step);
    return {std::make_shared<const Check>(check), Revision{"r"}, Seconds{phase_s}, at(-7'200)};
  }
  RunJob order(const std::string& name) {
    const auto assigned = assignment(name, 0);
    return {{CheckName{name}, region, at(0), RunKind::confirmation, 0}, assigned.check,
            assigned.revision, disciplined.wall_now(), disciplined.wall_now() + Seconds{30}, ""};
  }
  void pass(Nanos span) { sim::run_for(context, clock, span); }
  void drain(Nanos grace) { tasks.spawn("drain", scheduler.drain(grace)); }

  boost::asio::io_context context{1};
  sim::SimClock clock{context.get_executor(), WallTime::from_unix_ms(kStart)};
  async::DisciplinedClock disciplined{clock};
  RegionName region{"eu-west-1"};
  Nanos run_time{Seconds{2}};
  int running{0};
  int most{0};
  std::vector<RunResult> results;
  std::vector<MissedSlot> missed;
  RunLimits limits{2, 10, 100};
  Scheduler scheduler{{context.get_executor(), disciplined, *this, *this, region}, limits};
  async::TaskGroup tasks{context.get_executor()};
};

}  // namespace

TEST_CASE("a check runs once in each round, at its phase", "[schedule]") {
  World w;
  w.scheduler.start();
  w.scheduler.assign({w.assignment("a", 25)});
  w.pass(hours{24});
  CHECK(w.results.size() == 288);
  CHECK(w.missed.empty());
  CHECK(w.results[1].key.round == at(300));
  CHECK(w.results[1].key.region == w.region);
  CHECK(w.results[1].lateness == Millis{0});
}

TEST_CASE("runs wait for the limit and say how late they were", "[schedule]") {
  World w;
  w.scheduler.start();
  w.scheduler.assign({w.assignment("a", 10), w.assignment("b", 10), w.assignment("c", 10)});
  w.pass(Seconds{60});
  REQUIRE(w.results.size() == 3);
  CHECK(w.most == 2);
  CHECK(w.results[2].lateness == Seconds{2});
}

TEST_CASE("what cannot start in time is a missed slot", "[schedule]") {
  World w;
  w.run_time = Seconds{40};
  w.scheduler.start();
  w.scheduler.assign({w.assignment("a", 10), w.assignment("b", 10), w.assignment("c", 10)});
  w.pass(Seconds{100});
  CHECK(w.results.size() == 2);
  REQUIRE(w.missed.size() == 1);
  CHECK(w.missed[0] == MissedSlot{CheckName{"c"}, at(0), MissReason::overloaded});
}

TEST_CASE("a run longer than its interval costs the slot in between", "[schedule]") {
  World w;
  w.run_time = Seconds{350};
  w.scheduler.start();
  w.scheduler.assign({w.assignment("a", 10)});
  w.pass(Seconds{700});
  CHECK(w.most == 1);
  REQUIRE(w.missed.size() == 1);
  CHECK(w.missed[0].round == at(300));
}

TEST_CASE("an ordered run starts at once, beside a scheduled one of its check", "[schedule]") {
  World w;
  w.scheduler.start();
  w.scheduler.assign({w.assignment("a", 10)});
  w.pass(Seconds{11});
  w.scheduler.order(w.order("a"));
  w.pass(Seconds{5});
  REQUIRE(w.results.size() == 2);
  CHECK(w.most == 2);
  CHECK(w.results[1].key.kind == RunKind::confirmation);
  CHECK(w.results[1].lateness == Millis{0});
}

TEST_CASE("a step of the machine's clock moves no due time", "[schedule]") {
  World w;
  w.scheduler.start();
  w.scheduler.assign({w.assignment("a", 25)});
  w.pass(Seconds{30});
  w.disciplined.discipline(w.disciplined.wall_now(), w.clock.now(), Millis{0});
  w.pass(Seconds{300});
  CHECK(w.results.size() == 2);
}

TEST_CASE("after a correction by the controller slots follow its time", "[schedule]") {
  World w;
  w.scheduler.start();
  w.scheduler.assign({w.assignment("a", 25)});
  w.pass(Seconds{30});
  w.disciplined.discipline(at(-3'570), w.clock.now(), Millis{0});
  w.scheduler.time_corrected(Millis{-3'600'000});
  w.pass(Seconds{3'600});
  CHECK(w.results.size() == 13);
  CHECK(w.results[1].key.round == at(-3'300));
  CHECK(w.missed.empty());
}

TEST_CASE("a drain lets runs end and reports what waits as not run", "[schedule]") {
  World w;
  w.run_time = Seconds{10};
  w.scheduler.start();
  w.scheduler.assign({w.assignment("a", 10), w.assignment("b", 10), w.assignment("c", 10)});
  w.pass(Seconds{12});
  w.drain(Seconds{30});
  w.pass(Seconds{400});
  CHECK(w.results.size() == 2);
  CHECK(w.results[0].verdict == RunVerdict::pass);
  REQUIRE(w.missed.size() == 1);
  CHECK(w.missed[0].reason == MissReason::offline);
  CHECK(w.tasks.size() == 0);
  CHECK_FALSE(w.clock.next_deadline().has_value());
}

TEST_CASE("a run beyond the grace of a drain is unknown: the agent was stopped", "[schedule]") {
  World w;
  w.run_time = hours{1};
  w.scheduler.start();
  w.scheduler.assign({w.assignment("a", 10)});
  w.pass(Seconds{12});
  w.drain(Seconds{30});
  w.pass(Seconds{31});
  REQUIRE(w.results.size() == 1);
  CHECK(w.results[0].verdict == RunVerdict::unknown);
  REQUIRE(w.results[0].attempts.size() == 1);
  CHECK(w.results[0].attempts[0].steps[0].failures[0].kind == FailureKind::agent_stopped);
  CHECK(w.results[0].duration == Seconds{32});
  CHECK_FALSE(w.clock.next_deadline().has_value());
}

TEST_CASE("orders after a drain began are dropped and counted", "[schedule]") {
  World w;
  w.scheduler.start();
  w.drain(Seconds{1});
  w.pass(Seconds{2});
  w.scheduler.order(w.order("a"));
  w.pass(Seconds{2});
  CHECK(w.results.empty());
  CHECK(w.scheduler.take_stats().orders_dropped == 1);
}
