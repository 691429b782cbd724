#include "agent/link/identity.h"

#include <catch2/catch.hpp>

#include "agent/link/enrolment.h"
#include "tests/support/certificate_signer.h"
#include "tests/support/sim/memory_disk.h"

using namespace picket;
using namespace picket::agent;

namespace {

const AgentId kAgent{RegionName{"eu-west-1"}, "agent-1"};
const WallTime kNow = WallTime::from_unix_ms(1'800'000'000'000);

Identity identity_of(const AgentId& agent) {
  const auto request = make_key_request("agent-1");
  REQUIRE(request.has_value());
  const auto signed_pem = test::sign_request(request->csr_pem, agent, kNow, hours{24 * 90});
  const auto identity = read_identity(signed_pem, request->private_key_pem);
  REQUIRE(identity.has_value());
  return *identity;
}

}  // namespace

TEST_CASE("agent, region and lifetime come from the certificate", "[link]") {
  const Identity identity = identity_of(kAgent);
  CHECK(identity.agent == kAgent);
  CHECK(identity.not_before == kNow);
  CHECK(identity.not_after == kNow + hours{24 * 90});
  CHECK(renewal_due(identity) == kNow + hours{24 * 60});
}

TEST_CASE("a certificate for another key is refused", "[link]") {
  const auto mine = make_key_request("agent-1");
  const auto other = make_key_request("agent-1");
  const auto pem = test::sign_request(other->csr_pem, kAgent, kNow, hours{24});
  const auto identity = read_identity(pem, mine->private_key_pem);
  REQUIRE_FALSE(identity);
  CHECK(identity.error().code == ErrorCode::certificate_refused);
}

TEST_CASE("a certificate without a region is refused", "[link]") {
  const auto request = make_key_request("agent-1");
  const auto pem = test::sign_request(request->csr_pem, {RegionName{}, "agent-1"}, kNow, hours{1});
  CHECK_FALSE(read_identity(pem, request->private_key_pem));
  CHECK_FALSE(read_identity("nonsense", request->private_key_pem));
}

TEST_CASE("the identity is read back from its file", "[link]") {
  sim::MemoryDisk disk{Random{1}};
  REQUIRE(disk.make_directory("/state"));
  const auto none = load_identity(disk, "/state");
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::not_found);
  const Identity identity = identity_of(kAgent);
  REQUIRE(store_identity(disk, "/state", identity, "the ca"));
  const auto loaded = load_identity(disk, "/state");
  REQUIRE(loaded.has_value());
  CHECK(loaded->agent == kAgent);
  CHECK(loaded->private_key_pem == identity.private_key_pem);
  CHECK(disk.read("/state/ca.pem") == "the ca");
}

TEST_CASE("a damaged identity says which file and what to do", "[link]") {
  sim::MemoryDisk disk{Random{1}};
  REQUIRE(disk.make_directory("/state"));
  REQUIRE(disk.append("/state/identity.pem", "garbage"));
  const auto loaded = load_identity(disk, "/state");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == ErrorCode::corrupt);
  CHECK(loaded.error().message.find("/state/identity.pem") != std::string::npos);
  CHECK(loaded.error().hint.find("enrol") != std::string::npos);
}

TEST_CASE("the join token is read without white space, and missing it says how to get one",
          "[link]") {
  sim::MemoryDisk disk{Random{1}};
  REQUIRE(disk.make_directory("/etc"));
  REQUIRE(disk.append("/etc/token", " pkt_1 \n"));
  CHECK(read_join_token(disk, "/etc/token") == "pkt_1");
  REQUIRE(disk.append("/etc/empty", "\n"));
  for (const std::string path : {"", "/etc/nothing", "/etc/empty"}) {
    const auto token = read_join_token(disk, path);
    REQUIRE_FALSE(token);
    CHECK(token.error().code == ErrorCode::invalid_config);
    CHECK(token.error().hint.find("picket agents token create") != std::string::npos);
  }
}
