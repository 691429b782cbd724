// The one order of things in a simulated world: events at moments, nodes with their clocks, and
// the loop that polls until nothing is ready, checks the invariants and jumps to what comes next.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "tests/support/sim/node.h"

namespace picket::sim {

class Timeline {
 public:
  explicit Timeline(WallTime start) : start_(start) {}

  MonoTime now() const { return now_; }
  WallTime wall_now() const { return start_ + std::chrono::floor<Millis>(now_.since_boot); }
  WallTime start() const { return start_; }

  // Runs `what` at `when`, in order of time, ties in order of arrival.
  void at(MonoTime when, std::function<void()> what);
  void after(Nanos span, std::function<void()> what) { at(now_ + span, std::move(what)); }

  std::shared_ptr<Node> add_node(std::string name, Millis wall_offset = Millis{0});

  // The node's tasks never run again; it is destroyed with its last owner.
  void remove_node(const std::shared_ptr<Node>& node);

  // Everything up to and including `until`. `at_rest` is called whenever nothing is ready.
  void run_until(MonoTime until, const std::function<void()>& at_rest = {});
  void run_for(Nanos span, const std::function<void()>& at_rest = {}) {
    run_until(now_ + span, at_rest);
  }

 private:
  void settle();
  bool step(MonoTime until);

  WallTime start_;
  MonoTime now_{};
  std::uint64_t sequence_{0};
  std::map<std::pair<MonoTime, std::uint64_t>, std::function<void()>> events_;
  std::vector<std::shared_ptr<Node>> nodes_;
};

}  // namespace picket::sim
