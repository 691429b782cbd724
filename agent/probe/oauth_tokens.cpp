#include "agent/probe/oauth_tokens.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "common/core/text.h"
#include "common/jose/id_token.h"
#include "common/jose/json_text.h"
#include "common/jose/signature.h"

namespace picket::agent {
namespace {

using nlohmann::json;

constexpr std::size_t kClaimsMax = 40;
constexpr std::size_t kClaimNameMax = 64;

// One-time values: nobody compares them, and each would be another series of texts.
constexpr std::array<std::string_view, 5> kPassing{"nonce", "at_hash", "c_hash", "jti", "sid"};

Value value_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Found found_of(const json& value) {
  if (!value.is_array()) {
    Found found = Found::scalar(value_of(value));
    if (value.is_object()) found.type = "object";
    return found;
  }
  std::vector<Value> values;
  for (const json& item : value) values.push_back(value_of(item));
  return Found::list(std::move(values));
}

void add_claims(Facts& facts, const std::string& prefix, const json& claims) {
  std::size_t count = 0;
  for (const auto& [name, value] : claims.items()) {
    const bool passing = std::find(kPassing.begin(), kPassing.end(), name) != kPassing.end();
    if (passing || value.is_null() || name.size() > kClaimNameMax || ++count > kClaimsMax) continue;
    facts[prefix + clean_line(name)] = found_of(value);
  }
}

Found milliseconds(Millis span) {
  Found found = Found::scalar(std::int64_t{span.count()});
  found.unit = "ms";
  return found;
}

Found text(std::string value) { return Found::scalar(std::move(value)); }

}  // namespace

void add_token_facts(Facts& facts, const TokenResponse& tokens) {
  facts["token.type"] = text(tokens.type);
  if (tokens.expires_in) facts["token.expires_in"] = milliseconds(*tokens.expires_in);
  std::vector<Value> scope(tokens.scope.begin(), tokens.scope.end());
  facts["token.scope"] = Found::list(std::move(scope));
  const auto jwt = jose::parse_jwt(tokens.access_token);
  if (jwt) add_claims(facts, "access_token.claims.", jwt->claims);
}

OrFailure<bool> add_userinfo_facts(Facts& facts, const http::Exchange& exchange) {
  const json body = jose::parse_json(exchange.body);
  if (exchange.status != 200 || !body.is_object())
    return tl::unexpected(
        oauth_failure(FailureKind::oauth_userinfo, "userinfo",
                      fmt::format("answered {}: {}", exchange.status, excerpt(exchange.body))));
  add_claims(facts, "userinfo.", body);
  return true;
}

OrFailure<jose::Jwt> read_id_token(Facts& facts, const std::string& token, WallTime now) {
  auto jwt = jose::parse_jwt(token);
  if (!jwt)
    return tl::unexpected(oauth_failure(FailureKind::oauth_token, "token",
                                        "the id_token cannot be read: " + jwt.error().message));
  facts["id_token.alg"] = text(clean_line(cut_utf8(jwt->alg, 40)));
  if (!jwt->kid.empty()) facts["id_token.kid"] = text(clean_line(cut_utf8(jwt->kid, 80)));
  const auto skew = jose::skew_of(*jwt, now);
  if (skew) facts["id_token.skew"] = milliseconds(*skew);
  add_claims(facts, "id_token.claims.", jwt->claims);
  return std::move(*jwt);
}

OrFailure<jose::JwkSet> read_keys(const http::Exchange& exchange) {
  const auto wrong = [](const std::string& message) {
    return tl::unexpected(oauth_failure(FailureKind::oauth_keys, "jwks", message));
  };
  if (exchange.status != 200)
    return wrong(fmt::format("answered {}: {}", exchange.status, excerpt(exchange.body)));
  auto keys = jose::parse_jwk_set(exchange.body);
  if (!keys) return wrong("the keys cannot be read: " + keys.error().message);
  if (keys->keys.empty())
    return wrong(keys->refused.empty()
                     ? std::string{"the provider serves no key: no token of it can be checked"}
                     : "no key can be used: " + keys->refused.front());
  return std::move(*keys);
}

std::optional<Failure> judge_id_token(Facts& facts, const jose::Jwt& token,
                                      const jose::JwkSet& keys, const IdTokenJudging& judging) {
  const auto bad_signature = jose::find_fault(token, keys);
  facts["id_token.signature"] = text(bad_signature ? bad_signature->message : "valid");
  if (bad_signature)
    return oauth_failure(FailureKind::oauth_signature, "id_token", bad_signature->message);
  jose::IdTokenWanted wanted;
  wanted.issuer = judging.endpoints.issuer;
  wanted.client_id = judging.action.client_id;
  wanted.nonce = judging.nonce;
  wanted.access_token = judging.access_token;
  wanted.now = judging.now;
  wanted.skew_max = std::chrono::duration_cast<Seconds>(judging.action.skew_max);
  const auto bad_claim = jose::find_fault(token, wanted);
  if (bad_claim) return oauth_failure(FailureKind::oauth_claims, "id_token", bad_claim->message);
  return std::nullopt;
}

}  // namespace picket::agent
