// A link with its spool and disk under virtual time, and a controller that answers as a test says.
// For the tests of this folder; one thread, nothing of it waits for real.
#pragma once

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/link/link.h"
#include "agent/spool/spool.h"
#include "common/wire/wire.h"
#include "tests/support/fake_controller.h"
#include "tests/support/sim/memory_disk.h"
#include "tests/support/sim/sim_clock.h"

namespace picket::agent {

using Fault = test::FakeController::Fault;

constexpr std::int64_t kStart = 1'800'000'000'000;

struct World final : LinkEvents {
  World() {
    tasks.spawn("open", open());
    pass(Nanos{0});
    link = std::make_unique<Link>(LinkPorts{context.get_executor(), disciplined, *pool, disk,
                                            caller, *spool, *this, Random{3}},
                                  LinkOptions{"5e5510", "/state", {}});
  }

  async::Task<void> open() {
    SpoolPorts ports{context.get_executor(), disciplined, disk, *pool, Random{2}};
    SpoolOptions options;
    options.directory = "/state/spool";
    auto opened = co_await Spool::open(std::move(ports), std::move(options));
    REQUIRE(opened.has_value());
    spool = std::move(*opened);
  }
  async::Task<void> append_one(v1::Record record) {
    (void)co_await spool->append(std::move(record));
  }
  void append(const std::string& check) {
    v1::Record record;
    record.mutable_missed()->set_check(check);
    tasks.spawn("append", append_one(std::move(record)));
  }
  void append_failed_attempt() {
    v1::Record record;
    record.mutable_attempt_failed()->set_revision("r");
    tasks.spawn("append", append_one(std::move(record)));
  }
  void start() {
    link->start();
    pass(Millis{100});
  }
  void pass(Nanos span) { sim::run_for(context, clock, span); }
  WallTime now() const { return disciplined.wall_now(); }

  int results_requests() const { return static_cast<int>(controller.batches.size()); }
  int requests_to(const std::string& path) const {
    int count = 0;
    for (const auto& request : controller.requests)
      if (request.url.find(path) != std::string::npos) ++count;
    return count;
  }

  void plan_received(const Plan& plan) override { plans.push_back(plan); }
  void run_ordered(const OrderedRun& order) override { orders.push_back(order); }
  void test_ordered(OrderedTest test) override { tests.push_back(std::move(test)); }
  void evidence_wanted(std::set<CheckName> checks) override { evidence = std::move(checks); }
  void time_corrected(Millis step) override { steps.push_back(step); }

  boost::asio::io_context context{1};
  sim::SimClock clock{context.get_executor(), WallTime::from_unix_ms(kStart)};
  async::DisciplinedClock disciplined{clock};
  sim::MemoryDisk disk{Random{1}};
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  test::FakeController controller{context.get_executor(), clock};
  Caller caller{controller, disciplined, {"https://c", "picket/test"}};
  std::unique_ptr<Spool> spool;
  std::unique_ptr<Link> link;
  std::vector<Plan> plans;
  std::vector<OrderedRun> orders;
  std::vector<OrderedTest> tests;
  std::set<CheckName> evidence;
  std::vector<Millis> steps;
  async::TaskGroup tasks{context.get_executor()};
};

inline v1::DesiredState state_of(std::int64_t generation) {
  v1::DesiredState out;
  out.set_generation(static_cast<std::uint64_t>(generation));
  out.set_digest(wire::digest_of(out));
  return out;
}

inline v1::RunOrder order_for(const std::string& check, std::int64_t expires_ms) {
  v1::RunOrder out;
  out.set_check(check);
  out.set_kind("recheck");
  out.set_expires_unix_ms(expires_ms);
  return out;
}

inline Fault status(int code, const std::string& word = "") {
  Fault out;
  out.status = code;
  out.code = word;
  return out;
}

inline Fault broken(FailureKind kind) {
  Fault out;
  out.failure = kind;
  return out;
}

}  // namespace picket::agent
