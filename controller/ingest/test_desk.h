// The tests that people wait for (`picket test`): which runs were ordered and what came back. Pure
// state, in memory only and bounded; what nobody fetched is forgotten. Nothing here is ever
// recorded, evaluated or counted.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/core/time.h"
#include "common/model/run.h"

namespace picket::controller {

using TestSlot = std::pair<CheckName, RegionName>;

struct Test {
  WallTime expires;                // no result is waited for after it
  std::set<TestSlot> waiting;      // ordered, no result yet
  std::vector<RunResult> results;  // as they came
  std::size_t bytes{0};
  bool done(WallTime now) const { return waiting.empty() || now >= expires; }
};

class TestDesk {
 public:
  static constexpr std::size_t kTestsMax = 16;                // under way or not yet forgotten
  static constexpr std::size_t kRunsMax = 1000;               // of one test
  static constexpr std::size_t kBytesMax = 64 * 1024 * 1024;  // of all results
  static constexpr Millis kKept{120'000};                     // after the end, for whoever fetches

  // overloaded: as many tests as may be are under way.
  Status open(const std::string& id, WallTime now, Millis lasts);

  // The runs that were ordered; none: the test is over.
  void expect(const std::string& id, std::set<TestSlot> waiting);

  // not_found: nobody waits for it (unknown, over, here already). overloaded: no room.
  Status take(const std::string& id, RunResult run, std::size_t bytes, WallTime now);

  const Test* find(const std::string& id, WallTime now);  // nullptr: unknown or forgotten

 private:
  void forget(WallTime now);

  std::map<std::string, Test> tests_;
  std::size_t bytes_{0};
};

}  // namespace picket::controller
