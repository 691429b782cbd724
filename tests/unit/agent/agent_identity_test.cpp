// Which certificate an agent goes by when clocks or dates stand against it.
#include "tests/unit/agent/agent_world.h"

using namespace picket;
using namespace picket::agent;
using namespace picket::agent::whole;

TEST_CASE("a clock that is far off enrols nobody anew and runs by the controller's time",
          "[agent]") {
  const Millis off = GENERATE(hours{24 * 400}, hours{-24 * 400});
  World w;
  w.boot().start();
  const std::string identity = w.disk.read("/state/identity.pem").value();
  const WallTime now = WallTime::from_unix_ms(kStart) + hours{24};
  Life& second = w.boot(now + off);
  second.controller.ahead = -off;
  second.controller.judge = &second.time;
  second.controller.valid_from = now - hours{24 * 10};
  second.controller.valid_until = now + hours{24 * 80};
  second.controller.join_token = "a used one";
  second.controller.set_desired(desired(1));
  second.start();
  REQUIRE(second.started.has_value());
  CHECK(second.started->has_value());
  CHECK(w.disk.read("/state/identity.pem").value() == identity);
  CHECK(std::chrono::abs(second.agent->stats().clock_skew - off) < Millis{10});
  second.pass(minutes{11});
  REQUIRE(second.results().size() >= 2);
  for (const auto& result : second.results()) {
    CHECK(result.key.round >= now - minutes{5});
    CHECK(result.key.round <= now + minutes{15});
  }
}

TEST_CASE("an agent enrols though its clock is far ahead", "[agent]") {
  World w;
  Life& life = w.boot(WallTime::from_unix_ms(kStart) + hours{24 * 400});
  life.controller.ahead = hours{-24 * 400};
  life.controller.judge = &life.time;
  life.controller.valid_until = WallTime::from_unix_ms(kStart) + hours{24};
  life.start();
  REQUIRE(life.started.has_value());
  CHECK(life.started->has_value());
  CHECK(life.controller.enrolments == 1);
}

TEST_CASE("a certificate that has expired gives way to a join token", "[agent]") {
  World w;
  w.boot().start();
  Life& second = w.boot(WallTime::from_unix_ms(kStart) + hours{24 * 100});
  Fault refused;
  refused.failure = FailureKind::tls_client_certificate;
  second.controller.faults.push_back(refused);
  second.start();
  REQUIRE(second.started.has_value());
  CHECK(second.started->has_value());
  CHECK(second.controller.enrolments == 1);
  CHECK(second.controller.requests[1].tls.certificate_pem.empty());
}
