#include "agent/schedule/run_queue.h"

#include <catch2/catch.hpp>

#include "common/core/random.h"

using namespace picket;
using namespace picket::agent;

namespace {

WallTime at(std::int64_t ms) { return WallTime::from_unix_ms(ms); }

RunJob job(const std::string& check, std::int64_t due, RunKind kind = RunKind::scheduled,
           const std::string& host = "") {
  RunJob out;
  out.key.check = CheckName{check};
  out.key.kind = kind;
  out.due = at(due);
  out.useful_until = at(due + 1'000);
  out.host = host;
  return out;
}

std::string start_all(RunQueue& queue) {
  std::string out;
  while (const auto started = queue.start()) out += started->key.check.value;
  return out;
}

}  // namespace

TEST_CASE("runs start by due time, equal ones by arrival", "[schedule]") {
  RunQueue queue{{}};
  queue.offer(job("c", 30));
  queue.offer(job("a", 10));
  queue.offer(job("b", 10));
  CHECK(start_all(queue) == "abc");
  CHECK(queue.running() == 3);
}

TEST_CASE("ordered runs start before scheduled ones", "[schedule]") {
  RunQueue queue{{}};
  queue.offer(job("a", 10));
  queue.offer(job("b", 20, RunKind::confirmation));
  queue.offer(job("c", 15, RunKind::recheck));
  CHECK(start_all(queue) == "cba");
}

TEST_CASE("no more runs than the limit are under way", "[schedule]") {
  RunQueue queue{{2, 10, 100}};
  for (const auto* name : {"a", "b", "c"}) queue.offer(job(name, 10));
  CHECK(start_all(queue) == "ab");
  queue.finished(job("a", 10));
  CHECK(start_all(queue) == "c");
}

TEST_CASE("a host at its cap holds up nobody else", "[schedule]") {
  RunQueue queue{{10, 2, 100}};
  for (const auto* name : {"a", "b", "c"}) queue.offer(job(name, 10, RunKind::scheduled, "slow"));
  queue.offer(job("d", 20, RunKind::scheduled, "fast"));
  CHECK(start_all(queue) == "abd");
  queue.finished(job("b", 10, RunKind::scheduled, "slow"));
  CHECK(start_all(queue) == "c");
}

TEST_CASE("the cap per host counts ordered runs too", "[schedule]") {
  RunQueue queue{{10, 1, 100}};
  queue.offer(job("a", 10, RunKind::scheduled, "h"));
  queue.offer(job("b", 20, RunKind::confirmation, "h"));
  CHECK(start_all(queue) == "b");
}

TEST_CASE("one scheduled run of a check at a time, waiting or running", "[schedule]") {
  RunQueue queue{{}};
  CHECK(queue.offer(job("a", 10)) == RunQueue::Answer::accepted);
  CHECK(queue.offer(job("a", 20)) == RunQueue::Answer::overlapping);
  CHECK(start_all(queue) == "a");
  CHECK(queue.offer(job("a", 30)) == RunQueue::Answer::overlapping);
  CHECK(queue.offer(job("a", 30, RunKind::confirmation)) == RunQueue::Answer::accepted);
  queue.finished(job("a", 10));
  CHECK(queue.offer(job("a", 40)) == RunQueue::Answer::accepted);
}

TEST_CASE("a full queue refuses", "[schedule]") {
  RunQueue queue{{0, 10, 2}};
  CHECK(queue.offer(job("a", 10)) == RunQueue::Answer::accepted);
  CHECK(queue.offer(job("b", 10)) == RunQueue::Answer::accepted);
  CHECK(queue.offer(job("c", 10)) == RunQueue::Answer::full);
}

TEST_CASE("what waited beyond its use expires and may come again", "[schedule]") {
  RunQueue queue{{0, 10, 100}};
  queue.offer(job("a", 10));
  queue.offer(job("b", 500));
  CHECK(queue.next_expiry() == at(1'010));
  CHECK(queue.take_expired(at(1'009)).empty());
  const auto expired = queue.take_expired(at(1'010));
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].key.check == CheckName{"a"});
  CHECK(queue.offer(job("a", 2'000)) == RunQueue::Answer::accepted);
  CHECK(queue.take_waiting().size() == 2);
  CHECK(queue.waiting() == 0);
}

TEST_CASE("limits hold under any order of events", "[schedule]") {
  Random random{9};
  for (int trial = 0; trial < 100; ++trial) {
    RunQueue queue{{5, 2, 20}};
    std::vector<RunJob> running;
    for (int step = 0; step < 300; ++step) {
      const auto name = "c" + std::to_string(random.below(30));
      const auto host = "h" + std::to_string(random.below(4));
      switch (random.below(3)) {
        case 0: queue.offer(job(name, step, random.chance(0.3) ? RunKind::recheck
                                                               : RunKind::scheduled, host)); break;
        case 1:
          while (auto started = queue.start()) running.push_back(*started);
          break;
        default:
          if (running.empty()) break;
          queue.finished(running.back());
          running.pop_back();
      }
      std::map<std::string, int> per_host;
      std::map<std::string, int> scheduled;
      for (const auto& it : running) {
        CHECK(++per_host[it.host] <= 2);
        if (it.key.kind == RunKind::scheduled) CHECK(++scheduled[it.key.check.value] == 1);
      }
      REQUIRE(running.size() == queue.running());
      REQUIRE(running.size() <= 5);
      REQUIRE(queue.waiting() <= 20);
    }
  }
}
