#include "common/jose/totp.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>

#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::jose {
namespace {

constexpr std::string_view kUrlStart = "otpauth://totp/";
constexpr std::size_t kKeyBytesMax = 1024;

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    out += byte && byte->size() == 1 ? (*byte)[0] : text[i];
    if (byte && byte->size() == 1) i += 2;
  }
  return out;
}

std::optional<int> number_in(const std::string& text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high)
    return std::nullopt;
  return value;
}

Status set_key(Totp& totp, std::string_view base32) {
  auto key = from_base32(base32);
  if (!key || key->empty() || key->size() > kKeyBytesMax)
    return fail(ErrorCode::invalid_argument, "the one-time password's seed is no base32",
                "write the text that the provider shows under its QR code, or the otpauth:// URL");
  totp.key = std::move(*key);
  return {};
}

Status set_parameter(Totp& totp, const std::string& name, const std::string& value) {
  if (name == "secret") return set_key(totp, value);
  if (name == "algorithm") {
    totp.digest.clear();
    for (const std::string_view known : {"SHA1", "SHA256", "SHA512"})
      if (iequals_ascii(value, known)) totp.digest = known;
  }
  const auto number = number_in(value, name == "digits" ? 6 : 1, name == "digits" ? 8 : 3600);
  if (totp.digest.empty() || ((name == "digits" || name == "period") && !number))
    return fail(ErrorCode::invalid_argument, fmt::format("the otpauth URL's `{}` is not known: {}",
                                                         name, clean_line(cut_utf8(value, 20))));
  if (name == "digits") totp.digits = *number;
  if (name == "period") totp.period = Seconds{*number};
  return {};
}

Result<Totp> parse_url(std::string_view url) {
  Totp totp;
  const std::size_t query = url.find('?');
  const std::string_view rest = query == std::string_view::npos ? "" : url.substr(query + 1);
  for (const std::string& pair : split(rest, '&')) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) continue;
    const Status set = set_parameter(totp, pair.substr(0, equals),
                                     percent_decode(std::string_view{pair}.substr(equals + 1)));
    if (!set) return fail(set.error());
  }
  if (totp.key.empty()) return fail(ErrorCode::invalid_argument, "the otpauth URL has no `secret`");
  return totp;
}

}  // namespace

std::optional<std::string> from_base32(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-' || c == '=') continue;
    const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                      : c >= 'a' && c <= 'z' ? c - 'a'
                      : c >= '2' && c <= '7' ? c - '2' + 26
                                             : -1;
    if (value < 0) return std::nullopt;
    bits = (bits << 5 | static_cast<std::uint32_t>(value)) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 255);
  }
  return out;
}

Result<Totp> parse_totp(std::string_view seed) {
  const std::string_view text = trim_ascii(seed);
  if (text.substr(0, kUrlStart.size()) == kUrlStart) return parse_url(text);
  Totp totp;
  const Status set = set_key(totp, text);
  if (!set) return fail(set.error());
  return totp;
}

std::string totp_code(const Totp& totp, WallTime now) {
  const std::int64_t seconds = now.unix_ms() / 1000;
  const std::int64_t period = std::max<std::int64_t>(1, totp.period.count());
  auto counter = static_cast<std::uint64_t>(seconds / period);
  unsigned char message[8];
  for (int i = 7; i >= 0; --i, counter >>= 8) message[i] = static_cast<unsigned char>(counter);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_get_digestbyname(totp.digest.c_str()), totp.key.data(),
       static_cast<int>(totp.key.size()), message, sizeof message, mac, &size);
  const unsigned at = mac[size - 1] & 15U;  // RFC 4226, 5.3: dynamic truncation
  const std::uint32_t binary = (mac[at] & 0x7fU) << 24 |
                               static_cast<std::uint32_t>(mac[at + 1]) << 16 |
                               static_cast<std::uint32_t>(mac[at + 2]) << 8 | mac[at + 3];
  std::uint32_t limit = 1;
  for (int i = 0; i < totp.digits; ++i) limit *= 10;
  return fmt::format("{:0{}}", binary % limit, totp.digits);
}

}  // namespace picket::jose
