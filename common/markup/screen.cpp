#include "common/markup/screen.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/core/text.h"
#include "common/markup/numbers.h"

namespace picket::markup {
namespace {

constexpr double kEmPx = 16;  // the default size of a font

bool compare(std::string_view prefix, double have, double want) {
  if (prefix == "min-") return have >= want;
  if (prefix == "max-") return have <= want;
  return have == want;
}

std::optional<double> dots(std::string_view text) {
  const auto number = leading_number(text);
  if (!number) return std::nullopt;
  const std::string_view unit = text.substr(number->length);
  if (unit == "dppx" || unit == "x" || unit.empty()) return number->value;
  if (unit == "dpi") return number->value / 96;
  return std::nullopt;
}

// One `(name: value)` without its parentheses, in lower case.
bool feature_matches(std::string_view feature, const Screen& screen) {
  const auto colon = feature.find(':');
  if (colon == std::string_view::npos) return false;
  std::string_view name = trim_ascii(feature.substr(0, colon));
  const std::string_view value = trim_ascii(feature.substr(colon + 1));
  if (name == "orientation")
    return value == (screen.width > screen.height ? "landscape" : "portrait");
  if (name.starts_with("-webkit-")) name.remove_prefix(8);
  const bool bounded = name.starts_with("min-") || name.starts_with("max-");
  const std::string_view prefix = bounded ? name.substr(0, 4) : std::string_view();
  if (bounded) name.remove_prefix(4);
  if (name == "resolution" || name == "device-pixel-ratio") {
    const auto want = dots(value);
    return want && compare(prefix, screen.density, *want);
  }
  const auto want = length_px(value, screen);
  if (name == "width") return want && compare(prefix, screen.width, *want);
  if (name == "height") return want && compare(prefix, screen.height, *want);
  return false;
}

// One query: a type, features in parentheses, joined by `and`.
bool query_matches(std::string_view query, const Screen& screen) {
  bool negated = false;
  bool holds = true;
  for (std::size_t at = 0; at < query.size();) {
    if (query[at] == '(') {
      const auto end = query.find(')', at);
      holds = holds && end != std::string_view::npos &&
              feature_matches(query.substr(at + 1, end - at - 1), screen);
      at = end == std::string_view::npos ? query.size() : end + 1;
      continue;
    }
    const auto end = std::min(query.find_first_of(" \t\n\r(", at), query.size());
    const std::string_view word = query.substr(at, end - at);
    if (word == "not") negated = true;
    const bool silent = word.empty() || word == "and" || word == "only" || word == "not";
    holds = holds && (silent || word == "all" || word == "screen");
    at = end < query.size() && query[end] != '(' ? end + 1 : end;
  }
  return holds != negated;
}

}  // namespace

bool media_matches(std::string_view media, const Screen& screen) {
  const std::string lower = to_lower_ascii(media);
  if (trim_ascii(lower).empty()) return true;
  for (const std::string& query : split(lower, ','))
    if (query_matches(trim_ascii(query), screen)) return true;
  return false;
}

std::optional<double> length_px(std::string_view text, const Screen& screen) {
  const std::string lower = to_lower_ascii(trim_ascii(text));
  const auto number = leading_number(lower);
  if (!number) return std::nullopt;
  const std::string_view unit = std::string_view(lower).substr(number->length);
  if (unit == "px" || (unit.empty() && number->value == 0)) return number->value;
  if (unit == "vw") return number->value * screen.width / 100;
  if (unit == "vh") return number->value * screen.height / 100;
  if (unit == "em" || unit == "rem") return number->value * kEmPx;
  return std::nullopt;
}

}  // namespace picket::markup
