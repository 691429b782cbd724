#include "controller/deliver/mail_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::controller {
namespace {

constexpr std::size_t kPlainMax = 60;      // with the header's name below 78 columns
constexpr std::size_t kEncodedBytes = 42;  // 56 of base64: 68 with its frame, below 75
constexpr std::size_t kBodyColumns = 75;   // and "=" for a soft line break

bool is_printable(char c) { return c >= ' ' && c <= '~'; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// How much of valid UTF-8 fits into `bytes` without cutting a character.
std::size_t whole_prefix(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text.size();
  while (bytes > 1 && is_continuation(text[bytes])) --bytes;
  return bytes;
}

void add_quoted_line(std::string_view line, std::string& out) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool last = i + 1 == line.size();
    const bool blank = line[i] == ' ' && !last;
    const bool plain = blank || (line[i] > ' ' && line[i] <= '~' && line[i] != '=');
    const std::string piece =
        plain ? std::string{line[i]} : fmt::format("={:02X}", static_cast<unsigned char>(line[i]));
    if (column + piece.size() > kBodyColumns) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  }
  out += "\r\n";
}

}  // namespace

std::string encode_header(std::string_view text) {
  const std::string line{trim_ascii(clean_line(text))};
  const bool plain = line.size() <= kPlainMax && line.find("=?") == line.npos &&
                     std::all_of(line.begin(), line.end(), is_printable);
  if (plain) return line;
  std::string out;
  for (std::string_view rest = line; !rest.empty();) {
    const std::size_t part = whole_prefix(rest, kEncodedBytes);
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + to_base64(rest.substr(0, part)) + "?=";
    rest.remove_prefix(part);
  }
  return out;
}

std::string encode_body(std::string_view text) {
  std::string out;
  for (const std::string& line : split(clean_text(text), '\n')) add_quoted_line(line, out);
  return out;
}

std::string render_mail_date(WallTime time) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = static_cast<std::time_t>(time.unix_ms() / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[parts.tm_wday], parts.tm_mday,
                     kMonths[parts.tm_mon], 1900 + parts.tm_year, parts.tm_hour, parts.tm_min,
                     parts.tm_sec);
}

}  // namespace picket::controller
