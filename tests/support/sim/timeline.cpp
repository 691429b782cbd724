#include "tests/support/sim/timeline.h"

#include <algorithm>

namespace picket::sim {

void Timeline::at(MonoTime when, std::function<void()> what) {
  events_.emplace(std::pair{std::max(when, now_), ++sequence_}, std::move(what));
}

std::shared_ptr<Node> Timeline::add_node(std::string name, Millis wall_offset) {
  auto node = std::make_shared<Node>(std::move(name), start_, now_, wall_offset);
  nodes_.push_back(node);
  return node;
}

void Timeline::remove_node(const std::shared_ptr<Node>& node) {
  nodes_.erase(std::remove(nodes_.begin(), nodes_.end(), node), nodes_.end());
}

// Until no node has anything ready: what one does may wake another.
void Timeline::settle() {
  for (bool busy = true; busy;) {
    busy = false;
    const auto nodes = nodes_;
    for (const auto& node : nodes) {
      node->context().restart();
      while (node->context().poll() != 0) busy = true;
    }
  }
}

// Jumps to the next thing to happen and does it; false when it lies beyond `until`.
bool Timeline::step(MonoTime until) {
  Node* first = nullptr;
  MonoTime next = until + Nanos{1};
  for (const auto& node : nodes_) {
    const auto deadline = node->clock().next_deadline();
    if (!deadline || *deadline >= next) continue;
    next = *deadline;
    first = node.get();
  }
  const bool event = !events_.empty() && events_.begin()->first.first < next;
  if (event) next = events_.begin()->first.first;
  if (!event && first == nullptr) return false;
  now_ = std::max(now_, next);
  for (const auto& node : nodes_) node->clock().jump_to(now_);
  if (!event) return first->clock().fire_next();
  const auto what = std::move(events_.begin()->second);
  events_.erase(events_.begin());
  what();
  return true;
}

void Timeline::run_until(MonoTime until, const std::function<void()>& at_rest) {
  do {
    settle();
    if (at_rest) at_rest();
  } while (step(until));
  now_ = std::max(now_, until);
  for (const auto& node : nodes_) node->clock().jump_to(now_);
}

}  // namespace picket::sim
