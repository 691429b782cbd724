// A private key that signs tokens, for private_key_jwt (RFC 7523, OpenID Connect Core 9). It holds
// a secret: it is never printed. Pure but for the randomness of a signature.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/core/time.h"
#include "common/jose/algorithm.h"

struct evp_pkey_st;

namespace picket::jose {

class SigningKey {
 public:
  // From PEM without a passphrase (PKCS #8, PKCS #1, SEC 1). invalid_argument: it is none, or a
  // kind that no algorithm here uses.
  static Result<SigningKey> create(std::string_view pem);

  // RS256, ES256, ES384, ES512 or EdDSA: what fits the key without further ado.
  Algorithm usual_algorithm() const { return usual_; }

  // The compact token. `kid` may be empty. invalid_argument: the algorithm does not fit the key.
  Result<std::string> sign(Algorithm algorithm, const std::string& kid,
                           const nlohmann::json& claims) const;

 private:
  SigningKey(std::shared_ptr<evp_pkey_st> key, Algorithm usual)
      : key_(std::move(key)), usual_(usual) {}

  std::shared_ptr<evp_pkey_st> key_;
  Algorithm usual_;
};

struct ClientAssertion {
  std::string client_id;
  std::string audience;  // the token endpoint, or the issuer
  std::string jti;       // never used before
  WallTime now;
  Seconds lifetime{60};
};

// iss and sub are the client, aud the audience; iat, nbf left out, exp = now + lifetime.
nlohmann::json assertion_claims(const ClientAssertion& assertion);

}  // namespace picket::jose
