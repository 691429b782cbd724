#include "controller/ingest/order_desk.h"

namespace picket::controller {

void OrderDesk::add(const AgentId& agent, Order order) {
  Queue& queue = queues_[agent];
  order.number = queue.next++;
  queue.orders.push_back(std::move(order));
  if (queue.orders.size() <= kPerAgentMax) return;
  queue.orders.pop_front();
  ++dropped_;
}

std::vector<Order> OrderDesk::take(const AgentId& agent, const std::string& session,
                                   std::uint64_t seen, WallTime now) {
  Queue& queue = queues_[agent];
  if (queue.session != session) {
    queue.session = session;
    queue.next = seen + 1;
    for (Order& order : queue.orders) order.number = queue.next++;
  }
  auto& orders = queue.orders;
  while (!orders.empty() && (orders.front().number <= seen || orders.front().expires <= now))
    orders.pop_front();
  std::vector<Order> waiting;
  for (const Order& order : orders)
    if (order.expires > now) waiting.push_back(order);
  return waiting;
}

bool OrderDesk::has(const AgentId& agent, std::uint64_t seen) const {
  const auto it = queues_.find(agent);
  return it != queues_.end() && !it->second.orders.empty() &&
         it->second.orders.back().number > seen;
}

}  // namespace picket::controller
