#include "common/jose/jwk.h"

#include <catch2/catch.hpp>

#include "tests/unit/common/jose/rfc_keys.h"

namespace picket::jose {
namespace {

TEST_CASE("a JWK set gives its public keys", "[jose]") {
  const auto set = parse_jwk_set(rfc::set_of({rfc::kRsa, rfc::kP256, rfc::kP521, rfc::kEd25519}));
  REQUIRE(set);
  CHECK(set->refused.empty());
  REQUIRE(set->keys.size() == 4);
  CHECK(set->keys[0].kty == "RSA");
  CHECK(set->keys[1].crv == "P-256");
  CHECK(set->keys[3].crv == "Ed25519");
  for (const Jwk& key : set->keys) CHECK(key.key);
}

TEST_CASE("a key fits by kind, curve, alg and use", "[jose]") {
  Jwk key;
  key.kty = "RSA";
  CHECK(key.fits(Algorithm::rs256));
  CHECK(key.fits(Algorithm::ps512));
  CHECK_FALSE(key.fits(Algorithm::es256));
  key.alg = "PS256";
  CHECK(key.fits(Algorithm::ps256));
  CHECK_FALSE(key.fits(Algorithm::rs256));
  key.use = "enc";
  CHECK_FALSE(key.fits(Algorithm::ps256));
  Jwk curve;
  curve.kty = "EC";
  curve.crv = "P-384";
  curve.use = "sig";
  CHECK(curve.fits(Algorithm::es384));
  CHECK_FALSE(curve.fits(Algorithm::es256));
}

TEST_CASE("a key that cannot be used is left out and named", "[jose]") {
  struct Row {
    std::string key;
    std::string why;
  };
  const Row row = GENERATE(values<Row>({
      {R"({"kty":"oct","kid":"a","k":"c2VjcmV0"})", "key `a`: kty `oct` is no public key"},
      {R"({"kty":"RSA","kid":"b","n":"!","e":"AQAB"})", "key `b`: n and e are no numbers"},
      {R"({"kty":"RSA","kid":"c","e":"AQAB"})", "key `c`: n and e are no numbers"},
      {R"({"kty":"RSA","kid":"d","n":"wKhX4kV7KzE","e":"AQAB"})",
       "key `d`: 64 bits are too few, at least 2048"},
      {R"({"kty":"EC","kid":"e","crv":"secp256k1","x":"AA","y":"AA"})",
       "key `e`: curve `secp256k1` is not known"},
      {R"({"kty":"EC","kid":"f","crv":"P-256","x":"AA","y":"AA"})",
       "key `f`: x and y must have 32 bytes each"},
      {R"({"kty":"EC","kid":"g","crv":"P-256",
           "x":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
           "y":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"})",
       "key `g`: its numbers make no key"},
      {R"({"kty":"OKP","kid":"h","crv":"X25519","x":"AA"})",
       "key `h`: curve `X25519` is not known"},
      {R"({"kty":"OKP","kid":"i","crv":"Ed25519","x":"AA"})", "key `i`: x must have 32 bytes"},
      {R"({"kid":7})", "key ``: kty `` is no public key"},
  }));
  const auto set = parse_jwk_set(rfc::set_of({row.key, rfc::kP256}));
  REQUIRE(set);
  CHECK(set->keys.size() == 1);
  REQUIRE(set->refused.size() == 1);
  CHECK(set->refused[0] == row.why);
}

TEST_CASE("what is no JWK set is refused", "[jose]") {
  const auto text = GENERATE(as<std::string>{}, "", "<html>", "[]", "{}", R"({"keys":{}})",
                             R"({"keys":[])", std::string(kJwksBytesMax + 1, ' '));
  CHECK(parse_jwk_set(text).error().code == ErrorCode::invalid_argument);
  std::vector<std::string> many(kJwksKeysMax + 1, "{}");
  CHECK(parse_jwk_set(rfc::set_of(many)).error().message == "101 keys, at most 100");
  CHECK(parse_jwk_set(R"({"keys":[]})")->keys.empty());
}

}  // namespace
}  // namespace picket::jose
