#include "common/core/time.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace picket {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
};

// Longest first, so that "ms" is not read as "m".
constexpr Unit kUnits[] = {{"ms", 1},        {"w", 604'800'000}, {"d", 86'400'000},
                           {"h", 3'600'000}, {"m", 60'000},      {"s", 1'000}};

constexpr double kMaxMs = 10.0 * 366 * 86'400'000;  // ten years: far above any sensible value

const Unit* unit_at(std::string_view text) {
  for (const Unit& unit : kUnits)
    if (text.substr(0, unit.name.size()) == unit.name) return &unit;
  return nullptr;
}

tl::unexpected<Error> bad_duration(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message),
              "write a number and a unit: 500ms, 30s, 5m, 1h30m, 30d");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool read_digits(std::string_view& text, int count, int& value) {
  if (text.size() < static_cast<size_t>(count)) return false;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + count, value);
  if (ec != std::errc{} || end != text.data() + count || value < 0) return false;
  text.remove_prefix(static_cast<size_t>(count));
  return true;
}

bool read_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

int read_fraction_ms(std::string_view& text) {
  int ms = 0;
  int scale = 100;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    ms += (text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
  }
  return ms;
}

// Minutes east of UTC, or nothing when the rest is not an offset.
std::optional<int> read_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  int h = 0;
  int m = 0;
  if (!read_char(text, "+-") || !read_digits(text, 2, h) || !read_char(text, ":") ||
      !read_digits(text, 2, m) || h > 23 || m > 59)
    return std::nullopt;
  return sign * (h * 60 + m);
}

}  // namespace

Result<Millis> parse_duration(std::string_view text) {
  if (text.empty()) return bad_duration("a duration is missing");
  std::string_view rest = text;
  double total = 0;
  while (!rest.empty()) {
    double number = 0;
    const auto [end, ec] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    // Digits before and behind the point: neither ".5s" nor "5.s", "-1s" or "infs".
    if (ec != std::errc{} || !is_digit(rest.front()) || !is_digit(*(end - 1)) ||
        !std::isfinite(number))
      return bad_duration(fmt::format("`{}` is not a duration", text));
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    const Unit* unit = unit_at(rest);
    if (unit == nullptr && rest.empty()) return bad_duration(fmt::format("`{}` has no unit", text));
    if (unit == nullptr) return bad_duration(fmt::format("`{}` has an unknown unit", text));
    rest.remove_prefix(unit->name.size());
    total += number * static_cast<double>(unit->ms);
    if (total > kMaxMs) return bad_duration(fmt::format("`{}` is longer than ten years", text));
  }
  return Millis{static_cast<std::int64_t>(std::llround(total))};
}

std::string render_duration(Millis duration) {
  std::int64_t left = duration.count();
  if (left == 0) return "0s";
  std::string out;
  if (left < 0) {
    out = "-";
    left = -left;
  }
  constexpr Unit kDescending[] = {
      {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
  for (const Unit& unit : kDescending) {
    if (left < unit.ms) continue;
    out += fmt::format("{}{}", left / unit.ms, unit.name);
    left %= unit.ms;
  }
  return out;
}

std::string render_elapsed(Nanos elapsed) {
  const double ms = std::chrono::duration<double, std::milli>(elapsed).count();
  if (ms < 9.95) return fmt::format("{:.1f} ms", ms);
  if (ms < 999.5) return fmt::format("{:.0f} ms", ms);
  if (ms < 59'995) return fmt::format("{:.2f} s", ms / 1000);
  const auto s = static_cast<std::int64_t>(std::llround(ms / 1000));
  if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
  return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
}

std::string render_rfc3339(WallTime time) {
  std::int64_t ms = time.unix_ms() % 1000;
  std::time_t seconds = time.unix_ms() / 1000;
  if (ms < 0) {
    ms += 1000;
    --seconds;
  }
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     ms);
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorCode::invalid_argument, fmt::format("`{}` is not a time", text),
                "write it as 2026-11-22T02:19:44Z");
  };
  std::string_view rest = text;
  std::tm t{};
  if (!read_digits(rest, 4, t.tm_year) || !read_char(rest, "-") ||
      !read_digits(rest, 2, t.tm_mon) || !read_char(rest, "-") ||
      !read_digits(rest, 2, t.tm_mday) || !read_char(rest, "Tt ") ||
      !read_digits(rest, 2, t.tm_hour) || !read_char(rest, ":") ||
      !read_digits(rest, 2, t.tm_min) || !read_char(rest, ":") || !read_digits(rest, 2, t.tm_sec))
    return bad();
  const int ms = read_char(rest, ".") ? read_fraction_ms(rest) : 0;
  const auto offset = read_offset(rest);
  const std::tm wanted = t;
  t.tm_year -= 1900;
  t.tm_mon -= 1;
  const std::time_t seconds = timegm(&t);
  // timegm normalises 31 February into March: refuse what it had to change (leap seconds too).
  if (!offset || t.tm_mday != wanted.tm_mday || t.tm_mon + 1 != wanted.tm_mon ||
      t.tm_hour != wanted.tm_hour || t.tm_min != wanted.tm_min || t.tm_sec != wanted.tm_sec)
    return bad();
  return WallTime::from_unix_ms((static_cast<std::int64_t>(seconds) - *offset * 60) * 1000 + ms);
}

}  // namespace picket
