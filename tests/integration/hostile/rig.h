// One run against one hostile target, as an agent would make it, an innocent check beside it
// on the same thread. Measured are the run's end, the process's memory, and how much of the
// thread's time the target took from the innocent check: its own processor time, not the machine's,
// so that a busy machine does not count.
#pragma once

#include <string>

#include "tests/integration/hostile/behaviour.h"

namespace picket::test {

struct Observed {
  std::string kind;  // of the failure; "passes"
  std::string message;
  Nanos took{0};
  Nanos limit{0};             // the check's timeout and 250 ms
  long grown_kb{0};           // the most that was resident, less what was before
  Nanos innocent_held_up{0};  // processor time spent while an innocent start was due, at most
  int innocent_runs{0};
  int innocent_failures{0};
};

Observed run_against(const HostileTarget& target);

// What an observation breaks, in words; empty: it is as it must be.
std::string complaint(const HostileTarget& target, const Observed& observed);

}  // namespace picket::test
