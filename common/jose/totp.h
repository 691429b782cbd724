// Time-based one-time passwords (RFC 6238) for logins with a second factor. It holds a secret: it
// is never printed. Pure: the time is an argument.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/core/time.h"

namespace picket::jose {

struct Totp {
  std::string key;             // bytes
  std::string digest{"SHA1"};  // SHA1, SHA256, SHA512
  int digits{6};               // 6 to 8
  Seconds period{30};
};

// A seed in base32 (spaces, dashes, lower case and padding do not matter), or the URL of the QR
// code, "otpauth://totp/label?secret=..&algorithm=..&digits=..&period=..". invalid_argument says
// what is wrong and never repeats the seed.
Result<Totp> parse_totp(std::string_view seed);

std::string totp_code(const Totp& totp, WallTime now);

// RFC 4648, section 6.
std::optional<std::string> from_base32(std::string_view text);

}  // namespace picket::jose
