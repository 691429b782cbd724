#include "common/jose/pkce.h"

#include "common/core/digest.h"
#include "common/jose/base64url.h"

namespace picket::jose {

std::string make_code_verifier(std::string_view random_bytes) { return to_base64url(random_bytes); }

std::string code_challenge_s256(std::string_view verifier) {
  return to_base64url(sha256(verifier));
}

}  // namespace picket::jose
