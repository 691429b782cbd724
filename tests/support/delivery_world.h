// A deliverer with a real store in memory and a simulated PagerDuty, in virtual time, that can be
// killed between any two steps and started again. Owned by a test; one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/deliver/deliverer.h"
#include "controller/store/store.h"
#include "tests/support/sim/sim_clock.h"
#include "tests/support/sim/sim_pagerduty.h"

namespace picket::test {

class DeliveryWorld {
 public:
  explicit DeliveryWorld(std::vector<controller::Receiver> receivers);
  ~DeliveryWorld();
  DeliveryWorld(const DeliveryWorld&) = delete;
  DeliveryWorld& operator=(const DeliveryWorld&) = delete;

  void start();              // a controller starts and restores what it owes
  void crash();              // kill -9: nothing of it runs on
  void run(Nanos span);      // requires start()
  bool step();               // one handler, or time jumps to the next deadline
  void drain(Millis grace);  // a clean shutdown
  void configure(std::vector<controller::Receiver> receivers);  // now, or at the next start

  // Commits rows as an incident's transition does, and tells the deliverer when there is one.
  void owe(std::vector<controller::OutboxRow> rows);

  WallTime now() const { return life_ ? life_->clock.wall_now() : now_; }
  controller::Deliverer& deliverer() { return *life_->deliverer; }
  controller::Store& store() { return *store_; }
  sim::SimPagerDuty& pager() { return *pager_; }
  std::vector<controller::OutboxRow> unfinished();
  controller::OutboxRow row(const std::string& id);  // as the store has it

  bool disk_full{false};  // every commit of the deliverer fails meanwhile
  std::vector<controller::DeliveryReport> reports;

 private:
  struct Life {
    boost::asio::io_context context;
    sim::SimClock clock;
    std::unique_ptr<controller::Deliverer> deliverer;
    explicit Life(WallTime now) : clock(context.get_executor(), now) {}
  };

  async::Task<Status> commit(controller::WriteSet set);

  std::vector<controller::Receiver> receivers_;
  std::unique_ptr<controller::Store> store_;
  WallTime now_;
  std::unique_ptr<sim::SimPagerDuty> pager_;
  std::unique_ptr<Life> life_;
  std::uint64_t lives_{0};
};

inline constexpr const char* kPrimaryHost = "primary.example";
inline constexpr const char* kFallbackHost = "fallback.example";

// "pagerduty/payments" with the fallback "pagerduty/backup".
std::vector<controller::Receiver> two_receivers();

// A row of the episode `name` to "pagerduty/payments", due `due`.
controller::OutboxRow make_page(const std::string& name, controller::OutboxAction action,
                                std::uint32_t ordinal, WallTime due);

}  // namespace picket::test
