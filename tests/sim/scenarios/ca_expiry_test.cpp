#include <catch2/catch.hpp>

#include "common/core/digest.h"
#include "tests/sim/scenarios/scenario.h"

using namespace picket;

namespace {

TlsFacts chain_of(const std::string& host, WallTime now) {
  TlsFacts tls{.version = "TLSv1.3"};
  tls.chain.resize(2);
  tls.chain[0].subject = "CN=" + host;
  tls.chain[0].issuer = tls.chain[1].subject = "CN=Intermediate R1";
  tls.chain[0].sha256 = sha256_hex(host);
  tls.chain[1].issuer = "CN=Root";
  tls.chain[1].sha256 = sha256_hex("R1");
  for (CertificateFacts& certificate : tls.chain) certificate.not_after = now + hours{24 * 60};
  return tls;
}

}  // namespace

TEST_CASE("a CA that expires everywhere is told once, with its reason", "[sim]") {
  sim::WorldOptions options{26, 12, {}};
  for (const char* name : {"shop", "blog", "mail", "wiki"})
    options.checks.push_back(sim::make_host_check(name, minutes{5}));
  options.fleet_receivers = {"pagerduty/main"};
  sim::Scenario story{options};
  bool expired = true;
  story.world.site().twist = [&](const RegionName&, const http::Request& request,
                                 http::Exchange& exchange) {
    exchange.tls = chain_of(request.url, story.now());
    if (!expired) return;
    exchange.tls->chain[1].not_after = story.now() - hours{1};
    exchange.failure = Failure{FailureKind::tls_expired, "certificate has expired", {}};
  };
  const WallTime fault = story.now();
  story.world.run_for(minutes{15});
  // Each host has a certificate of its own that is still valid; what they share is the CA.
  REQUIRE(story.pages().size() == 1);
  CHECK(story.delay_of("trigger", fault) <= Seconds{35});
  CHECK(story.pages().front().find("expired") != std::string::npos);
  CHECK(story.pages().front().find("Intermediate R1") != std::string::npos);
  CHECK(story.open().size() == 4);
  // No region is blind when every region sees the same.
  for (const std::string& page : story.pages()) CHECK(page.find("blind") == std::string::npos);
  expired = false;
  story.world.run_for(minutes{10});
  CHECK(story.world.pager().open().empty());
  story.finish();
  CHECK(story.pages().size() == 1);
}
