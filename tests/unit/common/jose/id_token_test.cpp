#include "common/jose/id_token.h"

#include <catch2/catch.hpp>
#include <functional>

namespace picket::jose {
namespace {

using nlohmann::json;

constexpr std::int64_t kNow = 1'700'000'000;

IdTokenWanted wanted() {
  IdTokenWanted out;
  out.issuer = "https://id";
  out.client_id = "shop";
  out.nonce = "n-1";
  // OpenID Connect Core, appendix A.3.
  out.access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
  out.now = WallTime::from_unix_ms(kNow * 1000);
  return out;
}

Jwt good() {
  Jwt jwt;
  jwt.alg = "RS256";
  jwt.claims = {{"iss", "https://id"}, {"aud", "shop"},  {"exp", kNow + 300},
                {"iat", kNow},         {"nonce", "n-1"}, {"at_hash", "77QmUPtjPfzWtF2AnpK9RQ"}};
  return jwt;
}

TEST_CASE("a token that is as it must be has no fault", "[jose]") {
  CHECK_FALSE(find_fault(good(), wanted()));
  Jwt many = good();
  many.claims["aud"] = {"other", "shop"};
  many.claims["azp"] = "shop";
  many.claims.erase("at_hash");
  CHECK_FALSE(find_fault(many, wanted()));
  IdTokenWanted no_nonce = wanted();
  no_nonce.nonce.clear();
  many.claims.erase("nonce");
  CHECK_FALSE(find_fault(many, no_nonce));
}

TEST_CASE("each wrong or missing claim is named", "[jose]") {
  struct Row {
    std::string claim;
    json value;  // null removes it
    std::string message;
  };
  const Row row = GENERATE(values<Row>({
      {"iss", "https://evil", "`iss` is `https://evil`, wanted `https://id`"},
      {"iss", nullptr, "`iss` is missing"},
      {"iss", 7, "`iss` is `7`, wanted `https://id`"},
      {"aud", "other", "`aud` is `other`, wanted `shop`"},
      {"aud", json::array({"a", "b"}), "`aud` is `[\"a\",\"b\"]`, wanted `shop`"},
      {"aud", json::array(), "`aud` is `[]`, wanted `shop`"},
      {"aud", nullptr, "`aud` is missing"},
      {"aud", json::array({"shop", "b"}), "`azp` is missing"},
      {"azp", "other", "`azp` is `other`, wanted `shop`"},
      {"exp", nullptr, "`exp` is missing or no time"},
      {"exp", "soon", "`exp` is missing or no time"},
      {"exp", 1e300, "`exp` is missing or no time"},
      {"exp", kNow - 60, "it expired 1 min 0 s ago by this agent's clock"},
      {"iat", nullptr, "`iat` is missing or no time"},
      {"iat", kNow + 61,
       "it is issued 1 min 1 s in the future by this agent's clock, at most 1 min 0 s is allowed"},
      {"nbf", kNow + 90, "it is not valid for another 1 min 30 s by this agent's clock"},
      {"nonce", nullptr, "`nonce` is missing"},
      {"nonce", "n-2", "`nonce` is `n-2`, wanted `n-1`"},
      {"at_hash", "AAAA", "`at_hash` is not that of the access token that came with it"},
  }));
  Jwt jwt = good();
  if (row.value.is_null())
    jwt.claims.erase(row.claim);
  else
    jwt.claims[row.claim] = row.value;
  const auto fault = find_fault(jwt, wanted());
  REQUIRE(fault);
  CHECK(fault->message == row.message);
  CHECK((fault->claim == row.claim || fault->claim == "azp"));
}

TEST_CASE("the clock may be off by the allowed skew, and no more", "[jose]") {
  Jwt jwt = good();
  jwt.claims["iat"] = kNow + 60;
  jwt.claims["exp"] = kNow - 59;
  CHECK_FALSE(find_fault(jwt, wanted()));
  IdTokenWanted strict = wanted();
  strict.skew_max = Seconds{0};
  CHECK(find_fault(jwt, strict)->claim == "exp");
}

TEST_CASE("the skew is iat against this clock", "[jose]") {
  Jwt jwt = good();
  jwt.claims["iat"] = kNow + 2.5;
  CHECK(skew_of(jwt, wanted().now) == Millis{2500});
  jwt.claims["iat"] = kNow - 10;
  CHECK(skew_of(jwt, wanted().now) == Millis{-10'000});
  jwt.claims["iat"] = "now";
  CHECK_FALSE(skew_of(jwt, wanted().now));
}

}  // namespace
}  // namespace picket::jose
