#include "common/jose/signing_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <catch2/catch.hpp>

#include "common/jose/base64url.h"
#include "common/jose/openssl_handles.h"
#include "common/jose/signature.h"

namespace picket::jose {
namespace {

struct Pair {
  std::string pem;
  Jwk key;
};

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Pair pair_of(EVP_PKEY* made, const std::string& kty, const std::string& crv) {
  Pair pair;
  pair.key.kty = kty;
  pair.key.crv = crv;
  pair.key.kid = "client";
  pair.key.key = own_key(made);
  pair.pem = pem_of(made);
  return pair;
}

Pair make_pair(Algorithm algorithm) {
  const AlgorithmFacts& facts = facts_of(algorithm);
  const std::string crv(facts.curve);
  if (facts.kty == "RSA") return pair_of(EVP_RSA_gen(2048), "RSA", "");
  if (facts.kty == "EC") return pair_of(EVP_EC_gen(crv.c_str()), "EC", crv);
  return pair_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), "OKP", crv);
}

TEST_CASE("what is signed holds under the key's public half", "[jose]") {
  for (const Algorithm algorithm :
       {Algorithm::rs256, Algorithm::rs384, Algorithm::ps256, Algorithm::ps512, Algorithm::es256,
        Algorithm::es384, Algorithm::es512, Algorithm::eddsa}) {
    CAPTURE(std::string(to_string(algorithm)));
    const Pair pair = make_pair(algorithm);
    const auto key = SigningKey::create(pair.pem);
    REQUIRE(key);
    const auto token = key->sign(algorithm, "client", {{"iss", "shop"}});
    REQUIRE(token);
    const auto jwt = parse_jwt(*token);
    CHECK(jwt->alg == to_string(algorithm));
    CHECK(jwt->typ == "JWT");
    CHECK(jwt->claims == nlohmann::json{{"iss", "shop"}});
    JwkSet set;
    set.keys.push_back(pair.key);
    CHECK_FALSE(find_fault(*jwt, set));
    set.keys[0].key = make_pair(algorithm).key.key;
    CHECK(find_fault(*jwt, set)->kind == SignatureFaultKind::mismatch);
  }
}

TEST_CASE("each key has the algorithm that fits it", "[jose]") {
  CHECK(SigningKey::create(make_pair(Algorithm::ps256).pem)->usual_algorithm() == Algorithm::rs256);
  for (const Algorithm algorithm :
       {Algorithm::es256, Algorithm::es384, Algorithm::es512, Algorithm::eddsa})
    CHECK(SigningKey::create(make_pair(algorithm).pem)->usual_algorithm() == algorithm);
  const auto key = SigningKey::create(make_pair(Algorithm::es256).pem);
  CHECK(key->sign(Algorithm::rs256, "", {}).error().message ==
        "RS256 cannot be made with this key, ES256 can");
  CHECK_FALSE(key->sign(Algorithm::es512, "", {}));
}

TEST_CASE("a key file that cannot be used says what to do, not what it holds", "[jose]") {
  const auto nonsense = SigningKey::create("hunter2");
  REQUIRE_FALSE(nonsense);
  CHECK_THAT(render(nonsense.error()),
             Catch::Contains("pkcs8 -topk8 -nocrypt") && !Catch::Contains("hunter2"));
  const Pair pair = pair_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"), "OKP", "X25519");
  CHECK(SigningKey::create(pair.pem).error().hint == "RSA, EC P-256, P-384, P-521 or Ed25519");
}

TEST_CASE("a client's assertion names it twice and lives a minute", "[jose]") {
  ClientAssertion assertion;
  assertion.client_id = "shop";
  assertion.audience = "https://id/token";
  assertion.jti = "once";
  assertion.now = WallTime::from_unix_ms(1'700'000'000'999);
  CHECK(assertion_claims(assertion) == nlohmann::json{{"iss", "shop"},
                                                      {"sub", "shop"},
                                                      {"aud", "https://id/token"},
                                                      {"jti", "once"},
                                                      {"iat", 1'700'000'000},
                                                      {"exp", 1'700'000'060}});
}

}  // namespace
}  // namespace picket::jose
