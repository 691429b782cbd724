// JSON Web Keys (RFC 7517): the public keys a provider serves for its signatures. Plain values;
// pure, any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/jose/algorithm.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace picket::jose {

struct Jwk {
  std::string kid;  // may be empty
  std::string kty;  // RSA, EC, OKP
  std::string crv;  // of EC and OKP
  std::string alg;  // empty: any that fits
  std::string use;  // empty: any
  std::shared_ptr<evp_pkey_st> key;

  bool fits(Algorithm algorithm) const;  // by kty, crv, alg and use
};

struct JwkSet {
  std::vector<Jwk> keys;             // those that can be used
  std::vector<std::string> refused;  // "key `x`: kty `oct` is no public key": one line each
};

constexpr std::size_t kJwksBytesMax = 256 * 1024;
constexpr std::size_t kJwksKeysMax = 100;

// RSA from 2,048 bits, EC P-256, P-384, P-521, OKP Ed25519. A key of another kind is left out and
// told in `refused` (RFC 7517, section 5). invalid_argument: this is no JWK set at all.
Result<JwkSet> parse_jwk_set(std::string_view json);

}  // namespace picket::jose
