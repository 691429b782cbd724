// The signature algorithms of JWS that Picket takes (RFC 7518, section 3.1; RFC 8037). HMAC and
// `none` are left out on purpose: a public provider signs with a key pair. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace picket::jose {

enum class Algorithm { rs256, rs384, rs512, ps256, ps384, ps512, es256, es384, es512, eddsa };

enum class Scheme { rsa_pkcs1, rsa_pss, ecdsa, eddsa };

struct AlgorithmFacts {
  Algorithm algorithm;
  std::string_view name;  // as `alg` has it
  Scheme scheme;
  std::string_view kty;    // of its keys
  std::string_view curve;  // `crv` of its keys; empty for RSA
  const char* digest;      // OpenSSL's name; of EdDSA only used for at_hash
};

const AlgorithmFacts& facts_of(Algorithm algorithm);
std::optional<Algorithm> parse_algorithm(std::string_view name);
std::string_view to_string(Algorithm algorithm);

}  // namespace picket::jose
