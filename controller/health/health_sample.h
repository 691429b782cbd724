// What the controller knows of itself at one moment: numbers, read by the health watch, judged by
// conditions and dead-man. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"

namespace picket::controller {

struct DiskSpace {
  std::string path;
  std::uint64_t size_bytes{0};
  std::uint64_t free_bytes{0};  // to an unprivileged process
};

// How punctually scheduled runs started, over the last quarter of an hour.
struct Lateness {
  std::uint64_t runs{0};
  std::uint64_t late{0};    // of those
  std::uint64_t missed{0};  // slots for which an agent had no time
  Millis max{0};
};

// Pages that are due and not accepted.
struct DeliveryLag {
  std::size_t owed{0};
  Millis oldest{0};      // since its due time; 0: none is owed
  std::string receiver;  // of the oldest
  std::string error;     // of its last attempt
  Millis nobody{0};      // the oldest that no fallback has taken either
  std::string nobody_receiver;
};

struct HealthSample {
  WallTime now;
  std::optional<std::string> trouble;  // why commits fail
  std::optional<DiskSpace> disk;
  std::optional<WallTime> authority_until;   // the CA's certificate
  std::optional<WallTime> server_until;      // that of the agents' listener
  std::map<AgentId, WallTime> agents_until;  // those that agents of late came with
  std::map<AgentId, Millis> clocks;          // agents' clocks ahead of the controller's
  std::map<AgentId, Millis> behind;          // how long agents run old definitions
  Lateness lateness;
  DeliveryLag delivery;
  std::size_t events_waiting{0};  // for a commit
  std::size_t events_waiting_max{0};
  Millis beats_failing{0};  // how long no beat was taken; 0: the last one was
  std::string beat_error;
};

}  // namespace picket::controller
