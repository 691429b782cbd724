// The agent's own figures: one struct for logs and tests, and as metrics in the text format for a
// textfile collector (the agent has no port to scrape). Owned by the agent, on the core executor.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/link/link.h"
#include "agent/schedule/scheduler.h"
#include "agent/spool/spool.h"
#include "common/telemetry/metrics.h"

namespace picket::agent {

struct AgentStats {
  SchedulerStats schedule;
  SpoolStats spool;
  LinkStats link;
  Millis clock_skew{0};  // the machine's clock ahead of the controller's
};

class AgentMetrics {
 public:
  AgentMetrics();

  // Requires stats that never count backwards.
  void update(const AgentStats& stats);
  std::string render() const { return metrics_.render(); }

 private:
  using Read = double (*)(const AgentStats&);

  telemetry::Metrics metrics_;
  std::vector<std::pair<telemetry::Counter, Read>> counters_;
  std::vector<std::pair<telemetry::Gauge, Read>> gauges_;
};

// One line of a log: every figure that an operator asks for.
void log_stats(const AgentStats& stats);

}  // namespace picket::agent
