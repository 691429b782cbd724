// One start of an agent after another over one disk, with a target and a controller that answer as
// a test says. For the tests of this folder; virtual time, one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "common/wire/wire.h"
#include "tests/support/certificate_signer.h"
#include "tests/support/fake_controller.h"
#include "tests/support/sim/memory_disk.h"
#include "tests/support/sim/sim_clock.h"

namespace picket::agent::whole {

using Fault = test::FakeController::Fault;

constexpr std::int64_t kStart = 1'800'000'000'000;
inline const AgentId kAgent{RegionName{"eu-west-1"}, "agent-1"};

// A target that answers with `status` after `time`.
struct Target final : http::HttpClient {
  explicit Target(async::Clock& c) : clock(c) {}
  async::Task<Result<http::Exchange>> exchange(http::Request) override {
    ++requests;
    co_await clock.sleep_for(time);
    http::Exchange out;
    out.request_written = true;
    out.status = status;
    out.http_version = "1.1";
    out.phases.wait = time;
    co_return out;
  }
  async::Clock& clock;
  int status{200};
  Nanos time{Millis{120}};
  int requests{0};
};

struct NoSecrets final : SecretSource {
  Result<std::string> get(const std::string& name) override {
    return fail(ErrorCode::secret_missing, "no secret " + name);
  }
};

// One start of the agent over a disk that outlives it.
struct Life {
  Life(sim::MemoryDisk& d, WallTime at) : disk(d), clock(context.get_executor(), at) {
    settings.controller = "https://controller";
    settings.state_dir = "/state";
    settings.name = "agent-1";
    settings.join_token_file = "/etc/token";
    settings.version = "0.0.0";
    controller.sign = [this](const std::string& csr) {
      v1::EnrollResponse out;
      out.set_certificate_pem(test::sign_request(csr, signed_as, clock.wall_now(), hours{24 * 90}));
      out.set_region(signed_as.region.value);
      out.set_ca_pem("ca");
      return out;
    };
  }
  void make() {
    agent = std::make_unique<Agent>(AgentPorts{context.get_executor(),
                                               time,
                                               target,
                                               controller,
                                               disk,
                                               *pool,
                                               secrets,
                                               Random{7},
                                               "5e55",
                                               {}},
                                    settings);
  }
  async::Task<void> start_task() { started = co_await agent->start(); }
  void start() {
    make();
    tasks.spawn("start", start_task());
    pass(Seconds{1});
  }
  void drain() { tasks.spawn("drain", agent->drain()); }
  void pass(Nanos span) { sim::run_for(context, clock, span); }
  std::vector<RunResult> results() const {
    std::vector<RunResult> out;
    for (const auto& record : controller.records)
      if (record.has_run()) out.push_back(*wire::decode(record.run(), kAgent.region));
    return out;
  }
  int attempts_failed() const {
    int count = 0;
    for (const auto& record : controller.records) count += record.has_attempt_failed() ? 1 : 0;
    return count;
  }

  sim::MemoryDisk& disk;
  boost::asio::io_context context{1};
  sim::SimClock clock;
  async::DisciplinedClock time{clock};
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  test::FakeController controller{context.get_executor(), clock};
  Target target{clock};
  NoSecrets secrets;
  AgentId signed_as{kAgent};
  AgentSettings settings;
  std::unique_ptr<Agent> agent;
  std::optional<Status> started;
  async::TaskGroup tasks{context.get_executor()};
};

struct World {
  World() {
    REQUIRE(disk.make_directory("/etc"));
    REQUIRE(disk.append("/etc/token", "pkt_good\n"));
  }
  Life& boot(WallTime at = WallTime::from_unix_ms(kStart)) {
    life = std::make_unique<Life>(disk, at);
    return *life;
  }
  sim::MemoryDisk disk{Random{1}};
  std::unique_ptr<Life> life;
};

inline v1::DesiredState desired(int checks, int retries = 1) {
  v1::DesiredState out;
  for (int i = 0; i < checks; ++i) {
    Check check;
    check.name = CheckName{"check-" + std::to_string(i)};
    check.interval = Seconds{300};
    check.retries = retries;
    Step step;
    step.name = "http";
    step.action = HttpAction{};
    std::get<HttpAction>(step.action).url = "https://shop.example/";
    Expectation expectation;
    expectation.status.push_back({200, 299});
    step.expect.push_back(expectation);
    check.steps.push_back(step);
    auto& assigned = *out.add_checks();
    *assigned.mutable_check() = wire::encode(check);
    assigned.set_revision(wire::revision_of(check).value);
    assigned.set_phase_ms(10'000 * (i + 1));
    assigned.set_first_round_unix_ms(kStart);
  }
  out.set_digest(wire::digest_of(out));
  return out;
}

}  // namespace picket::agent::whole
