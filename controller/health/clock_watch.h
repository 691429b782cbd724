// Whose clock is off: each batch of results says when its agent sent it by its own clock. A batch
// can only arrive late, so the largest difference of the last few is the best guess. Pure.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "common/core/ids.h"
#include "common/core/time.h"

namespace picket::controller {

class ClockWatch {
 public:
  void saw(const AgentId& agent, WallTime sent, WallTime received);
  void forget(const AgentId& agent) { seen_.erase(agent); }

  // Agents' clocks ahead of ours, negative: behind.
  std::map<AgentId, Millis> offsets() const;

 private:
  std::map<AgentId, std::deque<Millis>> seen_;  // the newest last
};

struct ClockJudgement {
  std::optional<Millis> controller_off;  // ahead of its agents, negative: behind
  std::map<AgentId, Millis> agents_off;
  Millis most{0};  // of those, without sign
};

// The controller is off when at least three agents are known and more than half of them differ from
// it by more than `limit` in one direction; agents are then compared with the median of all.
ClockJudgement judge_clocks(const std::map<AgentId, Millis>& offsets, Millis limit);

}  // namespace picket::controller
