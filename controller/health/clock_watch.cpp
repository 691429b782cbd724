#include "controller/health/clock_watch.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace picket::controller {
namespace {

constexpr std::size_t kSamples = 6;
constexpr std::size_t kVotersLeast = 3;

}  // namespace

void ClockWatch::saw(const AgentId& agent, WallTime sent, WallTime received) {
  std::deque<Millis>& samples = seen_[agent];
  samples.push_back(sent - received);
  if (samples.size() > kSamples) samples.pop_front();
}

std::map<AgentId, Millis> ClockWatch::offsets() const {
  std::map<AgentId, Millis> out;
  for (const auto& [agent, samples] : seen_)
    out[agent] = *std::max_element(samples.begin(), samples.end());
  return out;
}

ClockJudgement judge_clocks(const std::map<AgentId, Millis>& offsets, Millis limit) {
  ClockJudgement out;
  std::vector<Millis> sorted;
  for (const auto& [agent, offset] : offsets) sorted.push_back(offset);
  std::sort(sorted.begin(), sorted.end());
  Millis reference{0};
  if (sorted.size() >= kVotersLeast) {
    // With more than half beyond the limit on one side the median is beyond it too.
    const Millis low = sorted[sorted.size() / 2];
    const Millis high = sorted[(sorted.size() - 1) / 2];
    if (high > limit) reference = high;
    if (low < -limit) reference = low;
  }
  if (reference != Millis{0}) out.controller_off = -reference;
  for (const auto& [agent, offset] : offsets) {
    const Millis off = std::chrono::abs(offset - reference);
    if (off <= limit) continue;
    out.agents_off.emplace(agent, offset - reference);
    out.most = std::max(out.most, off);
  }
  return out;
}

}  // namespace picket::controller
