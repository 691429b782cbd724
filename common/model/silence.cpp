#include "common/model/silence.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "common/core/text.h"
#include "common/model/matcher.h"

namespace picket {
namespace {

constexpr std::array<std::string_view, 8> kNames{"check",     "owner",    "service", "subject",
                                                 "condition", "severity", "alert",   "tag"};
constexpr std::string_view kLabel = "label.";
constexpr std::size_t kValueBytes = 500;

bool is_known(std::string_view name) {
  if (name.starts_with(kLabel)) return name.size() > kLabel.size();
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::string_view text_of(SilenceMatcher::Op op) {
  constexpr std::string_view kOps[] = {"=", "!=", "=~", "!~"};
  return kOps[static_cast<std::size_t>(op)];
}

bool is_negative(SilenceMatcher::Op op) {
  return op == SilenceMatcher::Op::not_equals || op == SilenceMatcher::Op::not_matches;
}

bool is_pattern(SilenceMatcher::Op op) {
  return op == SilenceMatcher::Op::matches || op == SilenceMatcher::Op::not_matches;
}

bool holds(const SilenceMatcher& matcher, const IncidentLabels& labels) {
  const auto found = labels.find(matcher.name);
  const bool some =
      found != labels.end() &&
      std::any_of(found->second.begin(), found->second.end(), [&](const std::string& value) {
        return is_pattern(matcher.op) ? RE2::FullMatch(value, matcher.value)
                                      : value == matcher.value;
      });
  return some != is_negative(matcher.op);
}

}  // namespace

Result<SilenceMatcher> parse_silence_matcher(std::string_view text) {
  const auto at = text.find_first_of("=!");
  const std::string_view rest = at == text.npos ? std::string_view{} : text.substr(at);
  SilenceMatcher matcher;
  std::size_t length = 2;
  if (rest.starts_with("=~"))
    matcher.op = SilenceMatcher::Op::matches;
  else if (rest.starts_with("!~"))
    matcher.op = SilenceMatcher::Op::not_matches;
  else if (rest.starts_with("!="))
    matcher.op = SilenceMatcher::Op::not_equals;
  else
    length = 1;
  if (rest.empty() || (length == 1 && rest.front() == '!'))
    return fail(ErrorCode::invalid_argument,
                fmt::format("`{}` has no comparison", cut_utf8(clean_line(text), 80)),
                "write NAME=VALUE, NAME!=VALUE, NAME=~PATTERN or NAME!~PATTERN");
  matcher.name = std::string{trim_ascii(text.substr(0, at))};
  matcher.value = std::string{trim_ascii(rest.substr(length))};
  if (!is_known(matcher.name))
    return fail(ErrorCode::invalid_argument,
                fmt::format("incidents have no `{}`", cut_utf8(clean_line(matcher.name), 80)),
                fmt::format("one of {}, or label.NAME", fmt::join(kNames, ", ")));
  if (matcher.value.empty() || matcher.value.size() > kValueBytes)
    return fail(ErrorCode::invalid_argument,
                fmt::format("the value of `{}` has 1 to {} bytes", matcher.name, kValueBytes));
  if (clean_line(matcher.value) != matcher.value)
    return fail(ErrorCode::invalid_argument,
                fmt::format("the value of `{}` holds control characters", matcher.name));
  if (is_pattern(matcher.op))
    if (const auto wrong = pattern_error(matcher.value))
      return fail(ErrorCode::invalid_argument,
                  fmt::format("the pattern of `{}` is none: {}", matcher.name, *wrong),
                  "the syntax is RE2's");
  return matcher;
}

std::string render(const SilenceMatcher& matcher) {
  return fmt::format("{}{}{}", matcher.name, text_of(matcher.op), matcher.value);
}

bool is_silenced(const Silence& silence, const IncidentLabels& labels) {
  return !silence.matchers.empty() &&
         std::all_of(silence.matchers.begin(), silence.matchers.end(),
                     [&](const SilenceMatcher& matcher) { return holds(matcher, labels); });
}

}  // namespace picket
