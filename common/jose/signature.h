// Whether a token's signature holds under a provider's keys (RFC 7515, section 5.2). Pure, any
// thread; HMAC and `none` never hold.
#pragma once

#include <optional>
#include <string>

#include "common/jose/jwk.h"
#include "common/jose/jwt.h"

namespace picket::jose {

enum class SignatureFaultKind {
  algorithm,    // none, HMAC, or one that is not known
  unknown_kid,  // the set has no such key: rotated without overlap, or an old copy of the set
  no_key,       // no key of the set fits the algorithm
  mismatch,     // the key is there, the signature is not its
};

struct SignatureFault {
  SignatureFaultKind kind{SignatureFaultKind::mismatch};
  std::string message;  // for people, names algorithm and kid
  bool operator==(const SignatureFault&) const = default;
};

// Nothing when the signature is valid. A token without kid is tried with every key that fits.
std::optional<SignatureFault> find_fault(const Jwt& jwt, const JwkSet& keys);

// The raw check of one signature, in JWS's own form (r and s side by side for ECDSA).
bool is_signature_of(Algorithm algorithm, const Jwk& key, const std::string& input,
                     const std::string& signature);

}  // namespace picket::jose
