#include "common/wire/fields.h"

#include <algorithm>

#include "common/core/text.h"

namespace picket::wire {
namespace {

constexpr std::int64_t kYearOneMs = -62'135'596'800'000;
constexpr std::int64_t kLastMs = 253'402'300'799'999;  // the end of the year 9999

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::string Fields::render_path(std::string_view field) const {
  std::string out;
  for (const auto& step : path_) {
    if (!out.empty()) out += '.';
    out += step.name;
    if (step.index >= 0) out += "[" + std::to_string(step.index) + "]";
  }
  if (!field.empty()) out += "." + std::string(field);
  return out;
}

void Fields::refuse(std::string_view field, std::string_view why) {
  if (error_) return;
  error_ = Error{ErrorCode::protocol, render_path(field) + ": " + std::string(why),
                 "agent and controller must be at most one version apart"};
}

void Fields::refuse_word(std::string_view field, const std::string& value) {
  refuse(field, "unknown word \"" + cut_utf8(clean_line(value), 64) + "\"");
}

void Fields::refuse_count(std::string_view field, std::size_t count, std::size_t most) {
  refuse(field, std::to_string(count) + " elements, at most " + std::to_string(most));
}

std::string Fields::text(std::string_view field, const std::string& value, std::size_t most) {
  if (value.size() > most)
    refuse(field, std::to_string(value.size()) + " bytes, at most " + std::to_string(most));
  else if (!is_valid_utf8(value))
    refuse(field, "not valid UTF-8");
  return ok() ? value : std::string{};
}

std::string Fields::name(std::string_view field, const std::string& value) {
  if (value.empty()) refuse(field, "missing");
  if (std::any_of(value.begin(), value.end(), is_control)) refuse(field, "control characters");
  return text(field, value, kNameMax);
}

std::string Fields::hex(std::string_view field, const std::string& value, std::size_t digits) {
  if (value.size() != digits || !std::all_of(value.begin(), value.end(), is_lower_hex))
    refuse(field, "wanted " + std::to_string(digits) + " lower-case hex digits");
  return ok() ? value : std::string{};
}

std::int64_t Fields::number(std::string_view field, std::int64_t value, std::int64_t low,
                            std::int64_t high) {
  if (value >= low && value <= high) return value;
  refuse(field, std::to_string(value) + " is not in [" + std::to_string(low) + ", " +
                    std::to_string(high) + "]");
  return low;
}

Millis Fields::millis(std::string_view field, std::int64_t value, Millis low) {
  return Millis{number(field, value, low.count(), kSpanMax.count())};
}

Nanos Fields::nanos(std::string_view field, std::int64_t value) {
  return Nanos{number(field, value, 0, Nanos{kSpanMax}.count())};
}

WallTime Fields::time(std::string_view field, std::int64_t unix_ms) {
  return WallTime::from_unix_ms(number(field, unix_ms, 0, kLastMs));
}

WallTime Fields::any_time(std::string_view field, std::int64_t unix_ms) {
  return WallTime::from_unix_ms(number(field, unix_ms, kYearOneMs, kLastMs));
}

SourcePosition Fields::position(std::string_view field, const v1::SourcePosition& message) {
  Part part(*this, field);
  constexpr std::int64_t most = 1'000'000'000;
  return {text("file", message.file(), 4096),
          static_cast<int>(number("line", message.line(), 0, most)),
          static_cast<int>(number("column", message.column(), 0, most))};
}

}  // namespace picket::wire
