// JSON Web Tokens in the compact form (RFC 7519, RFC 7515), read without judging: see signature.h
// for the signature and id_token.h for the claims. Pure, any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace picket::jose {

struct Jwt {
  std::string alg;  // as written
  std::string kid;  // may be empty
  std::string typ;
  nlohmann::json claims;      // an object
  std::string signing_input;  // what is signed: "header.payload"
  std::string signature;      // bytes
};

constexpr std::size_t kJwtBytesMax = 64 * 1024;

// invalid_argument says which of the three parts is wrong. A token with `crit` is refused: no
// extension is understood here.
Result<Jwt> parse_jwt(std::string_view token);

}  // namespace picket::jose
