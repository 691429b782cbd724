#include "agent/agent.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "common/wire/wire.h"
#include "tests/support/certificate_signer.h"
#include "tests/support/fake_controller.h"
#include "tests/support/sim/memory_disk.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::agent;
using Fault = test::FakeController::Fault;

namespace {

constexpr std::int64_t kStart = 1'800'000'000'000;
const AgentId kAgent{RegionName{"eu-west-1"}, "agent-1"};

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
      out.set_certificate_pem(
          test::sign_request(csr, signed_as, clock.wall_now(), hours{24 * 90}));
      out.set_region(signed_as.region.value);
      out.set_ca_pem("ca");
      return out;
    };
  }
  void make() {
    agent = std::make_unique<Agent>(
        AgentPorts{context.get_executor(), clock, target, controller, disk, *pool, secrets,
                   Random{7}, "5e55", {}},
        settings);
  }
  async::Task<void> start_task() { started = co_await agent->start(); }
  void start() {
    make();
    tasks.spawn("start", start_task());
    pass(Seconds{1});
  }
  void drain() {
    tasks.spawn("drain", agent->drain());
  }
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

v1::DesiredState desired(int checks, int retries = 1) {
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

}  // namespace

TEST_CASE("an agent enrols, receives its plan, runs it and reports", "[agent]") {
  World w;
  Life& life = w.boot();
  life.controller.set_desired(desired(2));
  life.start();
  REQUIRE(life.started.has_value());
  REQUIRE(life.started->has_value());
  CHECK(life.agent->id() == kAgent);
  CHECK(life.controller.enrolments == 1);
  CHECK_FALSE(life.controller.requests.back().tls.certificate_pem.empty());
  life.pass(hours{1});
  const auto results = life.results();
  CHECK(results.size() == 24);
  CHECK(results[0].verdict == RunVerdict::pass);
  CHECK(results[0].key.check == CheckName{"check-0"});
  CHECK(results[0].key.round.unix_ms() == kStart);
  CHECK(results[0].lateness < Millis{2});
}

TEST_CASE("the first failed attempt is reported before the run has ended", "[agent]") {
  World w;
  Life& life = w.boot();
  life.controller.set_desired(desired(1));
  life.target.status = 500;
  life.target.time = Seconds{2};
  life.start();
  life.pass(Seconds{11});  // due at 10 s, the attempt ends at 12 s
  CHECK(life.attempts_failed() == 0);
  life.pass(Millis{1'100});
  CHECK(life.attempts_failed() == 1);
  CHECK(life.results().empty());
  life.pass(Seconds{10});
  REQUIRE(life.results().size() == 1);
  CHECK(life.results()[0].verdict == RunVerdict::fail);
}

TEST_CASE("a wrong join token ends the start with what to do", "[agent]") {
  World w;
  Life& life = w.boot();
  life.controller.join_token = "another";
  life.start();
  REQUIRE(life.started.has_value());
  REQUIRE_FALSE(life.started->has_value());
  CHECK(life.started->error().code == ErrorCode::join_token_refused);
  CHECK_FALSE(w.disk.read("/state/identity.pem").has_value());
}

TEST_CASE("an agent waits for a controller that is not there yet", "[agent]") {
  World w;
  Life& life = w.boot();
  Fault away;
  away.failure = FailureKind::connect_refused;
  life.controller.always = away;
  life.start();
  life.pass(minutes{10});
  CHECK_FALSE(life.started.has_value());
  life.controller.always.reset();
  life.pass(Seconds{31});
  REQUIRE(life.started.has_value());
  CHECK(life.started->has_value());
}

TEST_CASE("an answer for another region than its certificate is refused", "[agent]") {
  World w;
  Life& life = w.boot();
  life.controller.sign = [&](const std::string& csr) {
    v1::EnrollResponse out;
    out.set_certificate_pem(test::sign_request(csr, kAgent, life.clock.wall_now(), hours{1}));
    out.set_region("us-east-1");
    return out;
  };
  life.start();
  REQUIRE(life.started.has_value());
  REQUIRE_FALSE(life.started->has_value());
  CHECK(life.started->error().code == ErrorCode::certificate_refused);
}

TEST_CASE("a certificate that the controller refuses loses no result", "[agent]") {
  World w;
  Life& life = w.boot();
  life.controller.set_desired(desired(1));
  life.start();
  Fault refused;
  refused.status = 403;
  refused.code = "certificate_refused";
  life.controller.always = refused;
  life.pass(hours{1});
  CHECK(life.results().empty());
  CHECK(life.agent->stats().spool.waiting == 12);
  life.controller.always.reset();
  life.pass(minutes{2});
  CHECK(life.results().size() == 13);  // the hour's and the next one
}

TEST_CASE("a restarted agent runs its kept plan while the controller is away", "[agent]") {
  World w;
  Life& first = w.boot();
  first.controller.set_desired(desired(1));
  first.start();
  first.pass(minutes{6});
  CHECK(first.results().size() == 2);
  w.life.reset();
  w.disk.crash();
  Life& second = w.boot(WallTime::from_unix_ms(kStart + 600'000));
  Fault away;
  away.failure = FailureKind::connect_refused;
  second.controller.always = away;
  second.start();
  REQUIRE(second.started.has_value());
  CHECK(second.controller.enrolments == 0);
  second.pass(hours{1});
  CHECK(second.agent->stats().spool.waiting == 2 + 12);  // what was sent before goes once more
  second.controller.always.reset();
  second.pass(minutes{1});
  CHECK(second.results().size() == 2 + 13);
}

TEST_CASE("a full disk under the spool loses nothing while the controller takes results",
          "[agent]") {
  World w;
  Life& life = w.boot();
  life.controller.set_desired(desired(2));
  life.start();
  w.disk.set_capacity(w.disk.used() + 5);
  life.pass(hours{1});
  CHECK(life.results().size() == 24);
  CHECK(life.agent->stats().spool.write_failures > 0);
  w.disk.set_capacity(std::nullopt);
  life.pass(minutes{10});
  CHECK(life.results().size() == 28);
  CHECK_FALSE(life.agent->stats().spool.disk_failing);
}

TEST_CASE("an ordered run is run at once and reported under its own key", "[agent]") {
  World w;
  Life& life = w.boot();
  life.controller.set_desired(desired(1));
  life.start();
  v1::RunOrder order;
  order.set_check("check-0");
  order.set_kind("confirmation");
  order.set_round_unix_ms(kStart);
  order.set_ordinal(4);
  order.set_expires_unix_ms(kStart + 60'000);
  life.controller.order(order);
  order.set_check("unknown-check");
  life.controller.order(order);
  life.pass(Seconds{1});
  REQUIRE(life.results().size() == 1);
  CHECK(life.results()[0].key.kind == RunKind::confirmation);
  CHECK(life.results()[0].key.ordinal == 4);
}

TEST_CASE("a restarted agent runs an order that comes before its kept plan began", "[agent]") {
  World w;
  Life& first = w.boot();
  first.controller.set_desired(desired(1));
  first.start();
  w.life.reset();
  w.disk.crash();
  Life& second = w.boot(WallTime::from_unix_ms(kStart + 60'000));
  second.controller.set_desired(desired(1));
  v1::RunOrder order;
  order.set_check("check-0");
  order.set_kind("confirmation");
  order.set_round_unix_ms(kStart);
  order.set_ordinal(4);
  order.set_expires_unix_ms(kStart + 120'000);
  second.controller.order(order);
  second.start();
  second.pass(Seconds{1});
  REQUIRE(second.results().size() == 1);
  CHECK(second.results()[0].key.ordinal == 4);
}

TEST_CASE("the certificate is renewed at two thirds of its life", "[agent]") {
  World w;
  Life& life = w.boot();
  life.start();
  const std::string before = w.disk.read("/state/identity.pem").value();
  life.pass(hours{24 * 59});
  CHECK(life.controller.enrolments == 1);
  life.pass(hours{26});
  CHECK(life.controller.enrolments == 2);
  CHECK(w.disk.read("/state/identity.pem").value() != before);
}

TEST_CASE("a drain ends everything and leaves nothing waiting", "[agent]") {
  World w;
  Life& life = w.boot();
  life.controller.set_desired(desired(2));
  life.target.time = Seconds{8};
  life.start();
  life.pass(Seconds{12});
  life.drain();
  life.pass(Seconds{10});
  CHECK(life.results().size() == 1);
  CHECK(life.results()[0].verdict == RunVerdict::pass);
  CHECK(life.tasks.size() == 0);
  CHECK(life.agent->stats().spool.waiting == 0);
  CHECK_FALSE(life.clock.next_deadline().has_value());
}

TEST_CASE("a drain with a target that hangs reports the run as stopped", "[agent]") {
  World w;
  Life& life = w.boot();
  life.controller.set_desired(desired(1));
  life.target.time = hours{1};
  life.settings.drain_grace = Seconds{5};
  life.start();
  life.pass(Seconds{12});
  life.drain();
  life.pass(Seconds{20});
  REQUIRE(life.results().size() == 1);
  CHECK(life.results()[0].verdict == RunVerdict::unknown);
  CHECK_FALSE(life.clock.next_deadline().has_value());
}

TEST_CASE("the agent's own figures stand in a file for a textfile collector", "[agent]") {
  World w;
  Life& life = w.boot();
  life.controller.set_desired(desired(2));
  life.start();
  life.pass(minutes{11});
  const std::string text = w.disk.read("/state/metrics.prom").value_or("");
  CHECK(text.find("picket_agent_runs_total 6\n") != std::string::npos);
  CHECK(text.find("picket_agent_connected 1\n") != std::string::npos);
  CHECK(text.find("picket_agent_missed_slots_total{reason=\"clock\"} 0\n") != std::string::npos);
}

TEST_CASE("the same seed makes the same requests", "[agent]") {
  const auto trace = [] {
    World w;
    Life& life = w.boot();
    life.controller.set_desired(desired(3));
    life.target.status = 503;
    life.start();
    life.pass(minutes{30});
    std::string out;
    for (const auto& request : life.controller.requests)
      if (!request.url.ends_with("/enroll")) out += request.url + request.body;
    return out;
  };
  CHECK(trace() == trace());
}
