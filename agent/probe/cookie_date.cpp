#include <array>
#include <chrono>
#include <charconv>

#include "agent/probe/cookie_jar.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";

struct Parts {
  std::optional<int> seconds;  // of the day
  std::optional<int> day;
  std::optional<int> month;
  std::optional<int> year;
};

bool is_delimiter(char c) {
  return c == '\t' || (c >= ' ' && c <= '/') || (c >= ';' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

// The digits at the start of `text`, if there are `least` to `most` and no further digit.
std::optional<int> leading_digits(std::string_view text, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  if (count < least || count > most) return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + count, number);
  return number;
}

// "hh:mm:ss", each of one or two digits.
std::optional<int> time_of_day(std::string_view token) {
  const auto fields = split(token, ':');
  if (fields.size() != 3) return std::nullopt;
  const auto hour = leading_digits(fields[0], 1, 2);
  const auto minute = leading_digits(fields[1], 1, 2);
  const auto second = leading_digits(fields[2], 1, 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  return (*hour * 60 + *minute) * 60 + *second;
}

std::optional<int> month_of(std::string_view token) {
  if (token.size() < 3) return std::nullopt;
  const auto at = kMonths.find(to_lower_ascii(token.substr(0, 3)));
  if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
  return static_cast<int>(at / 3) + 1;
}

void take(std::string_view token, Parts& parts) {
  if (!parts.seconds && (parts.seconds = time_of_day(token))) return;
  if (!parts.day && (parts.day = leading_digits(token, 1, 2))) return;
  if (!parts.month && (parts.month = month_of(token))) return;
  if (!parts.year) parts.year = leading_digits(token, 2, 4);
}

// Days since 1970-01-01 in the proleptic Gregorian calendar; nothing for 30 February.
std::optional<std::int64_t> days_of(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

}  // namespace

std::optional<WallTime> parse_cookie_date(std::string_view text) {
  Parts parts;
  for (std::size_t i = 0; i < text.size();) {
    while (i < text.size() && is_delimiter(text[i])) ++i;
    const std::size_t start = i;
    while (i < text.size() && !is_delimiter(text[i])) ++i;
    if (i > start) take(text.substr(start, i - start), parts);
  }
  if (!parts.seconds || !parts.day || !parts.month || !parts.year) return std::nullopt;
  int year = *parts.year;
  if (year < 100) year += year >= 70 ? 1900 : 2000;
  const auto days = days_of(year, *parts.month, *parts.day);
  if (year < 1601 || !days) return std::nullopt;
  return WallTime::from_unix_ms((*days * 86'400 + *parts.seconds) * 1000);
}

}  // namespace picket::agent
