#include "common/jose/algorithm.h"

#include <algorithm>
#include <array>

namespace picket::jose {
namespace {

constexpr std::array<AlgorithmFacts, 10> kAll{{
    {Algorithm::rs256, "RS256", Scheme::rsa_pkcs1, "RSA", "", "SHA256"},
    {Algorithm::rs384, "RS384", Scheme::rsa_pkcs1, "RSA", "", "SHA384"},
    {Algorithm::rs512, "RS512", Scheme::rsa_pkcs1, "RSA", "", "SHA512"},
    {Algorithm::ps256, "PS256", Scheme::rsa_pss, "RSA", "", "SHA256"},
    {Algorithm::ps384, "PS384", Scheme::rsa_pss, "RSA", "", "SHA384"},
    {Algorithm::ps512, "PS512", Scheme::rsa_pss, "RSA", "", "SHA512"},
    {Algorithm::es256, "ES256", Scheme::ecdsa, "EC", "P-256", "SHA256"},
    {Algorithm::es384, "ES384", Scheme::ecdsa, "EC", "P-384", "SHA384"},
    {Algorithm::es512, "ES512", Scheme::ecdsa, "EC", "P-521", "SHA512"},
    {Algorithm::eddsa, "EdDSA", Scheme::eddsa, "OKP", "Ed25519", "SHA512"},
}};

}  // namespace

const AlgorithmFacts& facts_of(Algorithm algorithm) {
  return kAll.at(static_cast<std::size_t>(algorithm));
}

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  const auto found = std::find_if(kAll.begin(), kAll.end(),
                                  [&](const AlgorithmFacts& facts) { return facts.name == name; });
  if (found == kAll.end()) return std::nullopt;
  return found->algorithm;
}

std::string_view to_string(Algorithm algorithm) { return facts_of(algorithm).name; }

}  // namespace picket::jose
