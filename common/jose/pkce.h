// Proof Key for Code Exchange (RFC 7636), method S256: shows that who redeems a code is who asked
// for it. Pure: randomness is an argument.
#pragma once

#include <string>
#include <string_view>

namespace picket::jose {

// 43 characters from 32 random bytes.
std::string make_code_verifier(std::string_view random_bytes);

std::string code_challenge_s256(std::string_view verifier);

}  // namespace picket::jose
