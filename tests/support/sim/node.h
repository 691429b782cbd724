// One simulated machine: an executor of its own and a clock of its own, so that it can be killed
// at any moment like a process, with everything that was under way in it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "common/async/offload.h"
#include "tests/support/sim/sim_clock.h"

namespace picket::sim {

class Node {
 public:
  // `wall_offset`: how far the machine's wall clock is from true time.
  Node(std::string name, WallTime start, MonoTime now, Millis wall_offset)
      : name_(std::move(name)),
        context_(std::make_unique<boost::asio::io_context>(1)),
        clock_(std::make_unique<SimClock>(context_->get_executor(), start + wall_offset)),
        pool_(async::create_inline_pool()) {
    clock_->jump_to(now);
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // The machine is off: frames that sleep or wait for their turn die now, before what they refer
  // to. Nothing of the node may be used afterwards but its executor.
  void stop() {
    clock_->drop_waiters();
    context_->stop();
  }

  const std::string& name() const { return name_; }
  boost::asio::io_context& context() { return *context_; }
  async::Executor executor() { return context_->get_executor(); }
  SimClock& clock() { return *clock_; }
  async::BlockingPool& pool() { return *pool_; }

 private:
  std::string name_;
  std::unique_ptr<boost::asio::io_context> context_;
  std::unique_ptr<SimClock> clock_;
  std::unique_ptr<async::BlockingPool> pool_;
};

}  // namespace picket::sim
