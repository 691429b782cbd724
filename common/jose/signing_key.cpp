#include "common/jose/signing_key.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <optional>

#include "common/jose/base64url.h"
#include "common/jose/openssl_handles.h"

namespace picket::jose {
namespace {

// Without this OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

std::optional<Algorithm> usual_for(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return Algorithm::rs256;
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return Algorithm::eddsa;
  if (EVP_PKEY_is_a(key, "EC") != 1) return std::nullopt;
  char curve[32] = "";
  EVP_PKEY_get_group_name(key, curve, sizeof curve, nullptr);
  const std::string_view name = curve;
  if (name == "prime256v1" || name == "P-256") return Algorithm::es256;
  if (name == "secp384r1" || name == "P-384") return Algorithm::es384;
  if (name == "secp521r1" || name == "P-521") return Algorithm::es512;
  return std::nullopt;
}

bool fits(Algorithm algorithm, Algorithm usual) {
  const AlgorithmFacts& facts = facts_of(algorithm);
  return facts.kty == facts_of(usual).kty && facts.curve == facts_of(usual).curve;
}

// r and s side by side, each as long as the key (RFC 7518, 3.4).
std::string pair_of(const std::string& der, std::size_t key_bits) {
  const auto* in = reinterpret_cast<const unsigned char*>(der.data());
  const EcdsaPair signature(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  const std::size_t size = (key_bits + 7) / 8;
  std::string out(2 * size, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes, static_cast<int>(size));
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes + size, static_cast<int>(size));
  return out;
}

std::optional<std::string> sign_bytes(const AlgorithmFacts& facts, EVP_PKEY* key,
                                      const std::string& input) {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* padding = nullptr;
  const char* digest = facts.scheme == Scheme::eddsa ? nullptr : facts.digest;
  if (EVP_DigestSignInit_ex(context.get(), &padding, digest, nullptr, nullptr, key, nullptr) != 1)
    return std::nullopt;
  if (facts.scheme == Scheme::rsa_pss &&
      (EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) != 1))
    return std::nullopt;
  const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
  std::size_t size = 0;
  if (EVP_DigestSign(context.get(), nullptr, &size, bytes, input.size()) != 1) return std::nullopt;
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(context.get(), out, &size, bytes, input.size()) != 1) return std::nullopt;
  signature.resize(size);
  if (facts.scheme == Scheme::ecdsa)
    return pair_of(signature, static_cast<std::size_t>(EVP_PKEY_get_bits(key)));
  return signature;
}

}  // namespace

Result<SigningKey> SigningKey::create(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  KeyHandle key = own_key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key)
    return fail(ErrorCode::invalid_argument, "the private key is no PEM",
                "write it as PKCS #8 without a passphrase: `openssl pkcs8 -topk8 -nocrypt`");
  const auto usual = usual_for(key.get());
  if (!usual)
    return fail(ErrorCode::invalid_argument, "the private key is of a kind that signs no token",
                "RSA, EC P-256, P-384, P-521 or Ed25519");
  return SigningKey(std::move(key), *usual);
}

Result<std::string> SigningKey::sign(Algorithm algorithm, const std::string& kid,
                                     const nlohmann::json& claims) const {
  const AlgorithmFacts& facts = facts_of(algorithm);
  if (!fits(algorithm, usual_))
    return fail(ErrorCode::invalid_argument, fmt::format("{} cannot be made with this key, {} can",
                                                         facts.name, to_string(usual_)));
  nlohmann::json header{{"alg", facts.name}, {"typ", "JWT"}};
  if (!kid.empty()) header["kid"] = kid;
  const std::string input = to_base64url(header.dump()) + '.' + to_base64url(claims.dump());
  const auto signature = sign_bytes(facts, key_.get(), input);
  if (!signature) return fail(ErrorCode::internal, "OpenSSL could not sign");
  return input + '.' + to_base64url(*signature);
}

nlohmann::json assertion_claims(const ClientAssertion& assertion) {
  const std::int64_t now = assertion.now.unix_ms() / 1000;
  return {{"iss", assertion.client_id},
          {"sub", assertion.client_id},
          {"aud", assertion.audience},
          {"jti", assertion.jti},
          {"iat", now},
          {"exp", now + assertion.lifetime.count()}};
}

}  // namespace picket::jose
