#include "common/jose/signature.h"

#include <catch2/catch.hpp>

#include "common/jose/base64url.h"
#include "tests/unit/common/jose/rfc_keys.h"

namespace picket::jose {
namespace {

struct Vector {
  std::string name;
  Algorithm algorithm;
  std::string key;
  std::string input;
  std::string signature;
};

const std::string kJoe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
const std::string kRs256Signature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

std::vector<Vector> vectors() {
  return {
      {"RFC 7515 A.2", Algorithm::rs256, rfc::kRsa, "eyJhbGciOiJSUzI1NiJ9." + kJoe,
       kRs256Signature},
      {"RFC 7515 A.3", Algorithm::es256, rfc::kP256, "eyJhbGciOiJFUzI1NiJ9." + kJoe,
       "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
      {"RFC 7515 A.4", Algorithm::es512, rfc::kP521, "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA",
       "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_"
       "7XdtAG8G"
       "aSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"},
      {"RFC 7520 4.2", Algorithm::ps384, rfc::kHobbitonRsa,
       "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9."
       "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb25"
       "0"
       "byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2h"
       "l"
       "cmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4",
       "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-"
       "tPid6VrklHkqsGqDqHCdP6O8TT"
       "B5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-"
       "UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrY"
       "RXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_"
       "jLAeQTlqRHtf"
       "a64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"},
      {"RFC 8037 A.4", Algorithm::eddsa, rfc::kEd25519,
       "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
       "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
  };
}

JwkSet keys_of(const std::vector<std::string>& keys) { return *parse_jwk_set(rfc::set_of(keys)); }

TEST_CASE("the signatures of the RFCs hold, and no changed one", "[jose]") {
  for (const Vector& vector : vectors()) {
    CAPTURE(vector.name);
    const Jwk key = keys_of({vector.key}).keys.at(0);
    const std::string signature = *from_base64url(vector.signature);
    CHECK(is_signature_of(vector.algorithm, key, vector.input, signature));
    CHECK_FALSE(is_signature_of(vector.algorithm, key, vector.input + "x", signature));
    CHECK_FALSE(is_signature_of(vector.algorithm, key, vector.input, ""));
    CHECK_FALSE(is_signature_of(vector.algorithm, key, vector.input, signature + '\0'));
    for (const std::size_t at : {std::size_t{0}, signature.size() / 2, signature.size() - 1}) {
      std::string changed = signature;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      CHECK_FALSE(is_signature_of(vector.algorithm, key, vector.input, changed));
    }
  }
}

TEST_CASE("a signature holds under no other algorithm of its key", "[jose]") {
  const Jwk key = keys_of({rfc::kRsa}).keys.at(0);
  const std::string input = "eyJhbGciOiJSUzI1NiJ9." + kJoe;
  for (const Algorithm other : {Algorithm::rs384, Algorithm::rs512, Algorithm::ps256})
    CHECK_FALSE(is_signature_of(other, key, input, *from_base64url(kRs256Signature)));
}

Jwt rs256_token() { return *parse_jwt("eyJhbGciOiJSUzI1NiJ9." + kJoe + '.' + kRs256Signature); }

TEST_CASE("a token without kid is tried with each key that fits", "[jose]") {
  CHECK_FALSE(find_fault(rs256_token(), keys_of({rfc::kHobbitonRsa, rfc::kP256, rfc::kRsa})));
  const auto fault = find_fault(rs256_token(), keys_of({rfc::kHobbitonRsa, rfc::kP256}));
  REQUIRE(fault);
  CHECK(fault->kind == SignatureFaultKind::mismatch);
}

TEST_CASE("each way in which a signature does not hold is told apart", "[jose]") {
  struct Row {
    std::string header;
    std::vector<std::string> keys;
    SignatureFaultKind kind;
    std::string message;
  };
  const std::string p256_named =
      R"({"kid":"k2","kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
      R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
  const Row row = GENERATE_REF(values<Row>({
      {R"({"alg":"none"})",
       {rfc::kRsa},
       SignatureFaultKind::algorithm,
       "it is not signed (alg `none`)"},
      {R"({"alg":"HS256"})",
       {rfc::kRsa},
       SignatureFaultKind::algorithm,
       "alg `HS256` is a shared secret, not a key pair: nobody but the client could check it"},
      {R"({"alg":"rs256"})",
       {rfc::kRsa},
       SignatureFaultKind::algorithm,
       "alg `rs256` is not known"},
      {R"({"alg":"RS256","kid":"k1"})",
       {p256_named},
       SignatureFaultKind::unknown_kid,
       "it is signed with key `k1`, which the provider does not serve (it has k2)"},
      {R"({"alg":"RS256","kid":"k1"})",
       {},
       SignatureFaultKind::unknown_kid,
       "it is signed with key `k1`, which the provider does not serve (it has no key at all)"},
      {R"({"alg":"RS256","kid":"k2"})",
       {p256_named},
       SignatureFaultKind::no_key,
       "no key of the provider fits alg `RS256`"},
      {R"({"alg":"ES256","kid":"k2"})",
       {p256_named},
       SignatureFaultKind::mismatch,
       "the ES256 signature is not that of the provider's key `k2`"},
  }));
  const auto jwt = parse_jwt(to_base64url(row.header) + '.' + kJoe + '.' + kRs256Signature);
  CHECK(find_fault(*jwt, keys_of(row.keys)) == SignatureFault{row.kind, row.message});
}

// The classic attack: the public key's text as the secret of an HMAC.
TEST_CASE("no key of the set is ever used as a shared secret", "[jose]") {
  const std::string oct = R"({"kty":"oct","alg":"HS256","k":"c2VjcmV0"})";
  CHECK(keys_of({oct}).keys.empty());
  CHECK_FALSE(parse_algorithm("HS256"));
  CHECK_FALSE(parse_algorithm("none"));
  CHECK_FALSE(parse_algorithm(""));
}

}  // namespace
}  // namespace picket::jose
