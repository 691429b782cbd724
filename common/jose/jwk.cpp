#include "common/jose/jwk.h"

#include <fmt/format.h>
#include <openssl/core_names.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/core/text.h"
#include "common/jose/base64url.h"
#include "common/jose/json_text.h"
#include "common/jose/openssl_handles.h"

namespace picket::jose {
namespace {

using nlohmann::json;

constexpr int kRsaBitsMin = 2048;  // RFC 7518, 3.3

struct Curve {
  const char* openssl_name;
  std::size_t bytes;  // of one coordinate
};

const std::map<std::string, Curve, std::less<>>& curves() {
  static const std::map<std::string, Curve, std::less<>> all{
      {"P-256", {"prime256v1", 32}}, {"P-384", {"secp384r1", 48}}, {"P-521", {"secp521r1", 66}}};
  return all;
}

std::string member(const json& key, const char* name) {
  const auto found = key.find(name);
  return found != key.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::optional<std::string> bytes_of(const json& key, const char* name) {
  auto bytes = from_base64url(member(key, name));
  if (!bytes || bytes->empty()) return std::nullopt;
  return bytes;
}

const unsigned char* raw(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

BigNumber big_number(const std::string& bytes) {
  return BigNumber(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

KeyHandle from_data(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return {};
  return own_key(key);
}

using Made = tl::expected<KeyHandle, std::string>;

Made make_rsa(const json& key) {
  const auto n = bytes_of(key, "n");
  const auto e = bytes_of(key, "e");
  if (!n || !e || n->size() > 2048) return tl::unexpected<std::string>("n and e are no numbers");
  const BigNumber modulus = big_number(*n);
  const BigNumber exponent = big_number(*e);
  const int bits = BN_num_bits(modulus.get());
  if (bits < kRsaBitsMin)
    return tl::unexpected(fmt::format("{} bits are too few, at least {}", bits, kRsaBitsMin));
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return from_data("RSA", builder.get());
}

Made make_ec(const json& key, const std::string& crv) {
  const auto curve = curves().find(crv);
  if (curve == curves().end())
    return tl::unexpected(fmt::format("curve `{}` is not known", clean_line(cut_utf8(crv, 40))));
  const auto x = bytes_of(key, "x");
  const auto y = bytes_of(key, "y");
  const std::size_t size = curve->second.bytes;
  if (!x || !y || x->size() != size || y->size() != size)
    return tl::unexpected(fmt::format("x and y must have {} bytes each", size));
  const std::string point = '\4' + *x + *y;  // uncompressed
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                  curve->second.openssl_name, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return from_data("EC", builder.get());
}

Made make_okp(const json& key, const std::string& crv) {
  if (crv != "Ed25519")
    return tl::unexpected(fmt::format("curve `{}` is not known", clean_line(cut_utf8(crv, 40))));
  const auto x = bytes_of(key, "x");
  if (!x || x->size() != 32) return tl::unexpected<std::string>("x must have 32 bytes");
  return own_key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(*x), x->size()));
}

Made make_key(const json& key, const Jwk& jwk) {
  if (jwk.kty == "RSA") return make_rsa(key);
  if (jwk.kty == "EC") return make_ec(key, jwk.crv);
  if (jwk.kty == "OKP") return make_okp(key, jwk.crv);
  return tl::unexpected(
      fmt::format("kty `{}` is no public key", clean_line(cut_utf8(jwk.kty, 40))));
}

void add_key(JwkSet& set, const json& key) {
  Jwk jwk;
  jwk.kid = member(key, "kid");
  jwk.kty = member(key, "kty");
  jwk.crv = member(key, "crv");
  jwk.alg = member(key, "alg");
  jwk.use = member(key, "use");
  Made made = make_key(key, jwk);
  if (made && !*made) made = tl::unexpected<std::string>("its numbers make no key");
  if (!made) {
    set.refused.push_back(
        fmt::format("key `{}`: {}", clean_line(cut_utf8(jwk.kid, 80)), made.error()));
    return;
  }
  jwk.key = std::move(*made);
  set.keys.push_back(std::move(jwk));
}

}  // namespace

bool Jwk::fits(Algorithm algorithm) const {
  const AlgorithmFacts& facts = facts_of(algorithm);
  return kty == facts.kty && (facts.curve.empty() || crv == facts.curve) &&
         (alg.empty() || alg == facts.name) && (use.empty() || use == "sig");
}

Result<JwkSet> parse_jwk_set(std::string_view text) {
  if (text.size() > kJwksBytesMax)
    return fail(ErrorCode::invalid_argument,
                fmt::format("a JWK set of {} bytes, at most {}", text.size(), kJwksBytesMax));
  const json document = parse_json(text);
  const auto keys = document.is_object() ? document.find("keys") : document.end();
  if (!document.is_object() || keys == document.end() || !keys->is_array())
    return fail(ErrorCode::invalid_argument, "no JSON object with a list `keys`");
  if (keys->size() > kJwksKeysMax)
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} keys, at most {}", keys->size(), kJwksKeysMax));
  JwkSet set;
  for (const json& key : *keys)
    if (key.is_object()) add_key(set, key);
  return set;
}

}  // namespace picket::jose
