#include "common/jose/id_token.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/core/text.h"
#include "common/jose/algorithm.h"
#include "common/jose/base64url.h"

namespace picket::jose {
namespace {

using nlohmann::json;
using Fault = std::optional<ClaimFault>;

constexpr double kSecondsMax = 253402300800.0;  // the year 10000: beyond it nothing is a time

std::string shown(const json& value) {
  return clean_line(cut_utf8(value.is_string()
                                 ? value.get<std::string>()
                                 : value.dump(-1, ' ', false, json::error_handler_t::replace),
                             120));
}

ClaimFault missing(std::string claim) {
  std::string message = fmt::format("`{}` is missing", claim);
  return {std::move(claim), std::move(message)};
}

Fault check_text(const Jwt& token, const char* claim, const std::string& wanted) {
  const auto found = token.claims.find(claim);
  if (found == token.claims.end()) return missing(claim);
  if (found->is_string() && found->get_ref<const std::string&>() == wanted) return std::nullopt;
  return ClaimFault{claim, fmt::format("`{}` is `{}`, wanted `{}`", claim, shown(*found), wanted)};
}

Fault check_audience(const Jwt& token, const std::string& client_id) {
  const auto found = token.claims.find("aud");
  if (found == token.claims.end()) return missing("aud");
  const json all = found->is_array() ? *found : json::array({*found});
  if (std::find(all.begin(), all.end(), json(client_id)) == all.end())
    return ClaimFault{"aud", fmt::format("`aud` is `{}`, wanted `{}`", shown(*found), client_id)};
  const bool has_azp = token.claims.contains("azp");
  if (!has_azp && all.size() == 1) return std::nullopt;
  return check_text(token, "azp", client_id);
}

std::optional<Millis> seconds_in(const Jwt& token, const char* claim) {
  const auto found = token.claims.find(claim);
  if (found == token.claims.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!std::isfinite(seconds) || std::fabs(seconds) > kSecondsMax) return std::nullopt;
  return Millis{std::llround(seconds * 1000)};
}

Fault check_times(const Jwt& token, const IdTokenWanted& wanted) {
  const Millis now = wanted.now.since_epoch;
  const auto expires = seconds_in(token, "exp");
  if (!expires) return ClaimFault{"exp", "`exp` is missing or no time"};
  if (*expires + wanted.skew_max <= now)
    return ClaimFault{"exp", fmt::format("it expired {} ago by this agent's clock",
                                         render_elapsed(now - *expires))};
  const auto issued = seconds_in(token, "iat");
  if (!issued) return ClaimFault{"iat", "`iat` is missing or no time"};
  if (*issued > now + wanted.skew_max)
    return ClaimFault{"iat",
                      fmt::format("it is issued {} in the future by this agent's clock, at "
                                  "most {} is allowed",
                                  render_elapsed(*issued - now), render_elapsed(wanted.skew_max))};
  const auto not_before = seconds_in(token, "nbf");
  if (not_before && *not_before > now + wanted.skew_max)
    return ClaimFault{"nbf", fmt::format("it is not valid for another {} by this agent's clock",
                                         render_elapsed(*not_before - now))};
  return std::nullopt;
}

// OpenID Connect Core 3.1.3.6: the left half of the hash of the token's text.
Fault check_access_token(const Jwt& token, const std::string& access_token) {
  const auto algorithm = parse_algorithm(token.alg);
  const auto found = token.claims.find("at_hash");
  if (found == token.claims.end() || access_token.empty() || !algorithm) return std::nullopt;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const EVP_MD* md = EVP_get_digestbyname(facts_of(*algorithm).digest);
  EVP_Digest(access_token.data(), access_token.size(), digest, &size, md, nullptr);
  const std::string wanted =
      to_base64url({reinterpret_cast<const char*>(digest), static_cast<std::size_t>(size / 2)});
  if (found->is_string() && found->get_ref<const std::string&>() == wanted) return std::nullopt;
  return ClaimFault{"at_hash", "`at_hash` is not that of the access token that came with it"};
}

Fault check_nonce(const Jwt& token, const std::string& nonce) {
  return nonce.empty() ? Fault{} : check_text(token, "nonce", nonce);
}

}  // namespace

std::optional<ClaimFault> find_fault(const Jwt& id_token, const IdTokenWanted& wanted) {
  if (Fault fault = check_text(id_token, "iss", wanted.issuer)) return fault;
  if (Fault fault = check_audience(id_token, wanted.client_id)) return fault;
  if (Fault fault = check_times(id_token, wanted)) return fault;
  if (Fault fault = check_nonce(id_token, wanted.nonce)) return fault;
  return check_access_token(id_token, wanted.access_token);
}

std::optional<Millis> skew_of(const Jwt& token, WallTime now) {
  const auto issued = seconds_in(token, "iat");
  if (!issued) return std::nullopt;
  return *issued - now.since_epoch;
}

}  // namespace picket::jose
