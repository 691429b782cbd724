#include "tests/unit/agent/agent_world.h"

using namespace picket;
using namespace picket::agent;
using namespace picket::agent::whole;

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
