#include "common/jose/signature.h"

#include <fmt/format.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "common/core/text.h"
#include "common/jose/openssl_handles.h"

namespace picket::jose {
namespace {

const unsigned char* raw(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// JWS has r and s side by side (RFC 7518, 3.4), OpenSSL wants them in DER. Empty: wrong length.
std::string der_of(const std::string& pair, std::size_t key_bits) {
  const std::size_t size = (key_bits + 7) / 8;
  if (pair.size() != 2 * size) return {};
  const EcdsaPair signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(raw(pair), static_cast<int>(size), nullptr);
  BIGNUM* s = BN_bin2bn(raw(pair) + size, static_cast<int>(size), nullptr);
  ECDSA_SIG_set0(signature.get(), r, s);
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(signature.get(), &out);
  return der;
}

bool init(EVP_MD_CTX* context, const AlgorithmFacts& facts, EVP_PKEY* key) {
  EVP_PKEY_CTX* padding = nullptr;
  const char* digest = facts.scheme == Scheme::eddsa ? nullptr : facts.digest;
  if (EVP_DigestVerifyInit_ex(context, &padding, digest, nullptr, nullptr, key, nullptr) != 1)
    return false;
  if (facts.scheme != Scheme::rsa_pss) return true;
  return EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) == 1;
}

SignatureFault unknown_kid(const Jwt& jwt, const JwkSet& keys) {
  std::vector<std::string> served;
  for (const Jwk& key : keys.keys)
    if (served.size() < 8) served.push_back(clean_line(cut_utf8(key.kid, 40)));
  const std::string list =
      keys.keys.empty() ? "no key at all" : fmt::format("{}", fmt::join(served, ", "));
  return {SignatureFaultKind::unknown_kid,
          fmt::format("it is signed with key `{}`, which the provider does not serve (it has {})",
                      clean_line(cut_utf8(jwt.kid, 80)), list)};
}

SignatureFault bad_algorithm(const Jwt& jwt) {
  const std::string name = clean_line(cut_utf8(jwt.alg, 40));
  if (jwt.alg == "none") return {SignatureFaultKind::algorithm, "it is not signed (alg `none`)"};
  if (jwt.alg.rfind("HS", 0) == 0)
    return {SignatureFaultKind::algorithm,
            fmt::format("alg `{}` is a shared secret, not a key pair: nobody but the client could "
                        "check it",
                        name)};
  return {SignatureFaultKind::algorithm, fmt::format("alg `{}` is not known", name)};
}

}  // namespace

bool is_signature_of(Algorithm algorithm, const Jwk& key, const std::string& input,
                     const std::string& signature) {
  const AlgorithmFacts& facts = facts_of(algorithm);
  if (!key.key || !key.fits(algorithm)) return false;
  std::string bytes = signature;
  if (facts.scheme == Scheme::ecdsa)
    bytes = der_of(signature, static_cast<std::size_t>(EVP_PKEY_get_bits(key.key.get())));
  if (bytes.empty()) return false;
  const DigestContext context(EVP_MD_CTX_new());
  return init(context.get(), facts, key.key.get()) &&
         EVP_DigestVerify(context.get(), raw(bytes), bytes.size(), raw(input), input.size()) == 1;
}

std::optional<SignatureFault> find_fault(const Jwt& jwt, const JwkSet& keys) {
  const auto algorithm = parse_algorithm(jwt.alg);
  if (!algorithm) return bad_algorithm(jwt);
  const auto is_named = [&](const Jwk& key) { return jwt.kid.empty() || key.kid == jwt.kid; };
  if (std::none_of(keys.keys.begin(), keys.keys.end(), is_named)) return unknown_kid(jwt, keys);
  bool any_fits = false;
  for (const Jwk& key : keys.keys) {
    if (!is_named(key) || !key.fits(*algorithm)) continue;
    any_fits = true;
    if (is_signature_of(*algorithm, key, jwt.signing_input, jwt.signature)) return std::nullopt;
  }
  if (!any_fits)
    return SignatureFault{SignatureFaultKind::no_key,
                          fmt::format("no key of the provider fits alg `{}`", jwt.alg)};
  return SignatureFault{SignatureFaultKind::mismatch,
                        fmt::format("the {} signature is not that of the provider's key `{}`",
                                    jwt.alg, clean_line(cut_utf8(jwt.kid, 80)))};
}

}  // namespace picket::jose
