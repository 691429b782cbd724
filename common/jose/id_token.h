// What OpenID Connect Core 1.0, 3.1.3.7, demands of an id_token's claims. Pure: the time is an
// argument. The signature is judged elsewhere.
#pragma once

#include <optional>
#include <string>

#include "common/core/time.h"
#include "common/jose/jwt.h"

namespace picket::jose {

struct IdTokenWanted {
  std::string issuer;
  std::string client_id;
  std::string nonce;         // empty: none was sent
  std::string access_token;  // empty: at_hash is not looked at
  WallTime now;
  Seconds skew_max{60};  // how far the provider's clock may be off
};

struct ClaimFault {
  std::string claim;    // "aud"
  std::string message;  // "`aud` is `other`, wanted `shop`"
  bool operator==(const ClaimFault&) const = default;
};

// The first of iss, aud, azp, exp, iat, nbf, nonce, at_hash that is wrong or missing; nothing when
// all hold. at_hash, nbf and azp may be absent (azp not when aud has several).
std::optional<ClaimFault> find_fault(const Jwt& id_token, const IdTokenWanted& wanted);

// iat - now: positive when the provider's clock is ahead. Nothing without a number `iat`.
std::optional<Millis> skew_of(const Jwt& token, WallTime now);

}  // namespace picket::jose
