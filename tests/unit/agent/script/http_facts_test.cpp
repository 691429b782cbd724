#include "agent/script/http_facts.h"

#include <catch2/catch.hpp>

namespace picket::agent {
namespace {

const WallTime kNow = WallTime::from_unix_ms(1'795'314'000'000);

http::Exchange exchange_with(std::vector<Millis> lives) {
  http::Exchange exchange;
  exchange.tls = TlsFacts{.version = "TLSv1.3", .cipher = {}, .chain = {}, .verify_error = {}};
  for (const Millis life : lives) {
    CertificateFacts certificate;
    certificate.not_after = kNow + life;
    exchange.tls->chain.push_back(certificate);
  }
  return exchange;
}

}  // namespace

TEST_CASE("the life of a chain is that of its first certificate to expire", "[facts]") {
  const auto exchange = exchange_with({hours{48}, hours{2}, hours{900}});
  const Found found = http_fact("tls.expires_in", exchange, kNow);
  REQUIRE(found.present);
  CHECK(found.values == std::vector<Value>{std::int64_t{7'200'000}});
  CHECK(found.unit == "ms");
  const Found gone = http_fact("tls.expires_in", exchange_with({-hours{1}}), kNow);
  CHECK(gone.values == std::vector<Value>{std::int64_t{-3'600'000}});
}

TEST_CASE("TLS versions are numbers in their order", "[facts]") {
  CHECK(http_fact("tls.version", exchange_with({}), kNow).values == std::vector<Value>{1.3});
  CHECK(tls_version_fact("TLSv1").values == std::vector<Value>{1.0});
  CHECK_FALSE(tls_version_fact("SSLv3").present);
  CHECK_FALSE(tls_version_fact("").present);
}

TEST_CASE("without TLS there are no facts of it", "[facts]") {
  CHECK_FALSE(http_fact("tls.version", http::Exchange{}, kNow).present);
  CHECK_FALSE(http_fact("tls.expires_in", exchange_with({}), kNow).present);
  CHECK_FALSE(http_fact("unheard.of", exchange_with({hours{1}}), kNow).present);
}

}  // namespace picket::agent
