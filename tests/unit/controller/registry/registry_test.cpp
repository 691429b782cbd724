#include "controller/registry/registry.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'800'000'000'000);
const RegionName kRegion{"eu-west-1"};

NewToken add_token(Registry& registry) {
  auto made = registry.create_token({kRegion, hours{1}}, kNow);
  REQUIRE(made.has_value());
  registry.apply(made->row);
  return *made;
}

}  // namespace

TEST_CASE("a join token admits one agent into its region, once", "[registry]") {
  Registry registry;
  const NewToken made = add_token(registry);
  const auto admission = registry.admit(made.token, "agent-1", kNow + minutes{5});
  REQUIRE(admission.has_value());
  CHECK(admission->agent == AgentId{kRegion, "agent-1"});
  registry.apply(admission->token);
  const auto again = registry.admit(made.token, "agent-2", kNow + minutes{6});
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == ErrorCode::join_token_refused);
  CHECK(again.error().message.find("used at") != std::string::npos);
  CHECK(again.error().message.find("eu-west-1/agent-1") != std::string::npos);
}

TEST_CASE("wrong and expired join tokens say so", "[registry]") {
  Registry registry;
  const NewToken made = add_token(registry);
  CHECK(registry.admit("pkt_nonsense", "a", kNow).error().code == ErrorCode::join_token_refused);
  const auto expired = registry.admit(made.token, "a", kNow + hours{1});
  REQUIRE_FALSE(expired.has_value());
  CHECK(expired.error().message.find("expired") != std::string::npos);
  CHECK(made.row.token_sha256.find(made.token) == std::string::npos);
}

TEST_CASE("names of regions and agents are labels", "[registry]") {
  Registry registry;
  const NewToken made = add_token(registry);
  for (const char* bad : {"", "Upper", "-a", "a-", "a b", "a/b", "a\n", "../x"}) {
    INFO(bad);
    CHECK(registry.admit(made.token, bad, kNow).error().code == ErrorCode::invalid_argument);
    CHECK_FALSE(registry.create_token({RegionName{bad}, hours{1}}, kNow).has_value());
  }
  CHECK_FALSE(registry.create_token({kRegion, Seconds{1}}, kNow).has_value());
}

TEST_CASE("only the newest certificate and the one it renews are accepted", "[registry]") {
  Registry registry;
  const AgentId agent{kRegion, "agent-1"};
  CHECK(registry.authorize(agent, "1a").error().code == ErrorCode::certificate_refused);
  AgentRow row;
  row.id = agent;
  row.certificate_serial = "1a";
  registry.apply(row);
  CHECK(registry.authorize(agent, "1a").has_value());
  CHECK_FALSE(registry.authorize(agent, "").has_value());
  registry.apply(registry.renewed(agent, "1a", "1b"));
  CHECK(registry.authorize(agent, "1a").has_value());
  CHECK(registry.authorize(agent, "1b").has_value());
  row.certificate_serial = "1c";  // enrolled anew
  registry.apply(row);
  CHECK_FALSE(registry.authorize(agent, "1a").has_value());
  CHECK_FALSE(registry.authorize(AgentId{RegionName{"us-east-1"}, "agent-1"}, "1c").has_value());
  row.revoked = true;
  registry.apply(row);
  CHECK_FALSE(registry.authorize(agent, "1c").has_value());
}

TEST_CASE("renewals whose answers are lost never lock an agent out", "[registry]") {
  Registry registry;
  const AgentId agent{kRegion, "agent-1"};
  AgentRow row;
  row.id = agent;
  row.certificate_serial = "1a";
  registry.apply(row);
  for (const char* issued : {"1b", "1c", "1d"}) {
    registry.apply(registry.renewed(agent, "1a", issued));
    CHECK(registry.authorize(agent, "1a").has_value());
    CHECK(registry.authorize(agent, issued).has_value());
  }
  CHECK_FALSE(registry.authorize(agent, "1b").has_value());
}

TEST_CASE("an agent comes back after 90 s of silence", "[registry]") {
  Registry registry;
  const AgentId agent{kRegion, "agent-1"};
  CHECK(registry.seen(agent, kNow));
  CHECK_FALSE(registry.seen(agent, kNow + Seconds{89}));
  CHECK(registry.seen(agent, kNow + Seconds{89 + 90}));
  registry.time_jumped(hours{2});
  CHECK(registry.last_seen(agent) == kNow + Seconds{89 + 90} + hours{2});
  CHECK_FALSE(registry.seen(agent, kNow + Seconds{89 + 90 + 30} + hours{2}));
}

TEST_CASE("an agent whose enrolment answer was lost may ask again until it was seen",
          "[registry]") {
  Registry registry;
  const NewToken made = add_token(registry);
  const auto first = registry.admit(made.token, "agent-1", kNow);
  REQUIRE(first.has_value());
  registry.apply(first->token);
  CHECK(registry.admit(made.token, "agent-1", kNow + minutes{5}).has_value());
  CHECK_FALSE(registry.admit(made.token, "agent-2", kNow + minutes{5}).has_value());
  CHECK_FALSE(registry.admit(made.token, "agent-1", kNow + minutes{10}).has_value());
  registry.seen(first->agent, kNow + minutes{1});
  CHECK_FALSE(registry.admit(made.token, "agent-1", kNow + minutes{5}).has_value());

  const NewToken anew = add_token(registry);  // for an agent that was seen before
  const auto again = registry.admit(anew.token, "agent-1", kNow + minutes{7});
  REQUIRE(again.has_value());
  registry.apply(again->token);
  CHECK(registry.admit(anew.token, "agent-1", kNow + minutes{8}).has_value());
}
