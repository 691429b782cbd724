// What the link hears from the controller and hands on, as model values. Interface header; the
// agent implements it on the core executor. Calls return at once.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/model/check.h"
#include "common/model/run.h"

namespace picket::agent {

struct PlannedCheck {
  std::shared_ptr<const Check> check;
  Revision revision;
  Millis phase{0};
  WallTime first_round;
};

// The complete list of what this agent runs.
struct Plan {
  std::string digest;
  std::uint64_t generation{0};
  std::vector<PlannedCheck> checks;
  std::vector<CheckName> unreadable;  // checks whose definition this version does not understand
};

struct OrderedRun {
  CheckName check;
  Revision revision;
  RunKind kind{RunKind::confirmation};
  WallTime round;
  std::uint32_t ordinal{0};
  WallTime expires;
  std::shared_ptr<const Check> definition;  // null: as planned
};

// One run for `picket test`; its result goes straight back, never into the spool.
struct OrderedTest {
  std::string test;  // id of the request
  std::shared_ptr<const Check> check;
  Revision revision;
  WallTime expires;  // not started by then: not worth it
};

class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
  virtual void plan_received(const Plan& plan) = 0;
  virtual void run_ordered(const OrderedRun& order) = 0;
  virtual void test_ordered(OrderedTest test) = 0;
  // All that the controller wants now: of each the next good run keeps its evidence.
  virtual void evidence_wanted(std::set<CheckName> checks) = 0;
  virtual void control_targets(std::vector<std::string>) {}  // of our region; empty: none
  virtual void time_corrected(Millis step) = 0;
};

}  // namespace picket::agent
