#include "common/model/matcher.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "common/core/text.h"

namespace picket {
namespace {

constexpr std::size_t kShownBytesMax = 200;
constexpr std::size_t kShownElementsMax = 8;

constexpr std::array<std::string_view, 18> kOps{
    "equals",  "not_equals",  "contains", "not_contains", "starts_with", "ends_with",
    "matches", "not_matches", "in",       "includes",     "all_match",   "gt",
    "gte",     "lt",          "lte",      "exists",       "count",       "type"};

using Mismatch = std::optional<std::string>;

RE2::Options pattern_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  return options;
}

// Values as messages show them: redacted, then cut, then cleaned.
class Shown {
 public:
  explicit Shown(const Redact& redact) : redact_(redact) {}

  std::string one(const Value& value, const std::string& unit = {}) const {
    if (const auto* text = std::get_if<std::string>(&value)) return render(Value{safe(*text)});
    if (is_number(value) && !unit.empty()) return render(value) + ' ' + unit;
    return render(value);
  }

  std::string list(const std::vector<Value>& values) const {
    std::string out = "[";
    for (std::size_t i = 0; i < values.size() && i < kShownElementsMax; ++i)
      out += (i == 0 ? "" : ", ") + one(values[i]);
    if (values.size() > kShownElementsMax) out += ", …";
    return cut_utf8(out + "]", 2 * kShownBytesMax);
  }

  std::string found(const Found& found) const {
    if (!found.present) return "nothing";
    if (found.is_list) return list(found.values);
    const auto* text = std::get_if<std::string>(&found.values.front());
    if (found.type != "string" && text != nullptr) return safe(*text);
    return one(found.values.front(), found.unit);
  }

 private:
  std::string safe(const std::string& text) const {
    return clean_line(cut_utf8(redact_ ? redact_(text) : text, kShownBytesMax));
  }

  const Redact& redact_;
};

const std::string* text_of(const Value& value) { return std::get_if<std::string>(&value); }

// The text of a scalar string, or nothing.
const std::string* text_of(const Found& found) {
  if (found.is_list || found.type != "string") return nullptr;
  return text_of(found.values.front());
}

bool has_text(const Found& found, const std::string& part) {
  return std::any_of(found.values.begin(), found.values.end(), [&](const Value& value) {
    const std::string* text = text_of(value);
    return text != nullptr && text->find(part) != std::string::npos;
  });
}

bool is_text_list(const Found& found) { return found.is_list || found.type == "string"; }

bool among(const std::vector<Value>& values, const Value& wanted) {
  return std::any_of(values.begin(), values.end(),
                     [&](const Value& value) { return equal(value, wanted); });
}

// What the word asks for, as a phrase after "wanted".
std::string wish(const Matcher& matcher, const std::string& unit, const Shown& shown) {
  const std::string operand = shown.one(matcher.operand, unit);
  switch (matcher.op) {
    case MatchOp::equals: return operand;
    case MatchOp::not_equals: return "anything but " + operand;
    case MatchOp::contains: return operand + " contained";
    case MatchOp::not_contains: return operand + " not contained";
    case MatchOp::starts_with: return operand + " at the start";
    case MatchOp::ends_with: return operand + " at the end";
    case MatchOp::matches: return "a match of " + operand;
    case MatchOp::not_matches: return "no match of " + operand;
    case MatchOp::in: return "one of " + shown.list(matcher.list);
    case MatchOp::includes:
      return (matcher.list.empty() ? operand : "each of " + shown.list(matcher.list)) +
             " among the elements";
    case MatchOp::all_match: return "every element to match " + operand;
    case MatchOp::gt: return "> " + operand;
    case MatchOp::gte: return ">= " + operand;
    case MatchOp::lt: return "< " + operand;
    case MatchOp::lte: return "<= " + operand;
    case MatchOp::exists: return matcher.operand == Value{false} ? "nothing" : "a value";
    case MatchOp::count: return "a count";
    case MatchOp::type:
      return "type " + (text_of(matcher.operand) ? *text_of(matcher.operand) : operand);
  }
  return operand;
}

bool matches_pattern(const RE2& re, std::string_view text) {
  return RE2::PartialMatch({text.data(), text.size()}, re);
}

bool pattern_holds(const Matcher& matcher, const Found& found) {
  const std::string* pattern = text_of(matcher.operand);
  if (pattern == nullptr) return false;
  const RE2 re(*pattern, pattern_options());
  if (!re.ok()) return false;
  if (matcher.op == MatchOp::all_match)
    return !found.values.empty() && is_text_list(found) &&
           std::all_of(found.values.begin(), found.values.end(), [&](const Value& value) {
             const std::string* text = text_of(value);
             return text != nullptr && matches_pattern(re, *text);
           });
  const std::string* text = text_of(found);
  return text != nullptr && matches_pattern(re, *text) == (matcher.op == MatchOp::matches);
}

bool edge_holds(const Matcher& matcher, const Found& found) {
  const std::string* text = text_of(found);
  const std::string* edge = text_of(matcher.operand);
  if (text == nullptr || edge == nullptr) return false;
  return matcher.op == MatchOp::starts_with ? text->starts_with(*edge) : text->ends_with(*edge);
}

// Whole numbers beyond int64 are texts of digits (json_node.h): larger than every int64.
Value number_of(const Found& found) {
  const Value& value = found.values.front();
  const std::string* digits = found.type == "number" ? text_of(value) : nullptr;
  return digits == nullptr ? value : Value{std::strtod(digits->c_str(), nullptr)};
}

bool order_holds(const Matcher& matcher, const Found& found) {
  if (found.is_list) return false;
  const auto order = compare_numbers(number_of(found), matcher.operand);
  if (!order) return false;
  switch (matcher.op) {
    case MatchOp::gt: return *order > 0;
    case MatchOp::gte: return *order >= 0;
    case MatchOp::lt: return *order < 0;
    default: return *order <= 0;
  }
}

bool contains_holds(const Matcher& matcher, const Found& found) {
  const std::string* part = text_of(matcher.operand);
  if (part == nullptr || !is_text_list(found)) return false;
  return has_text(found, *part) == (matcher.op == MatchOp::contains);
}

bool equals_holds(const Matcher& matcher, const Found& found) {
  if (found.is_list) return false;
  const bool same = found.type != "object" && equal(found.values.front(), matcher.operand);
  return same == (matcher.op == MatchOp::equals);
}

bool includes_holds(const Matcher& matcher, const Found& found) {
  if (!found.is_list && !found.several) return false;
  if (matcher.list.empty()) return among(found.values, matcher.operand);
  return std::all_of(matcher.list.begin(), matcher.list.end(),
                     [&](const Value& wanted) { return among(found.values, wanted); });
}

bool is_pattern(MatchOp op) {
  return op == MatchOp::matches || op == MatchOp::not_matches || op == MatchOp::all_match;
}

bool holds(const Matcher& matcher, const Found& found) {
  switch (matcher.op) {
    case MatchOp::equals:
    case MatchOp::not_equals: return equals_holds(matcher, found);
    case MatchOp::contains:
    case MatchOp::not_contains: return contains_holds(matcher, found);
    case MatchOp::starts_with:
    case MatchOp::ends_with: return edge_holds(matcher, found);
    case MatchOp::matches:
    case MatchOp::not_matches:
    case MatchOp::all_match: return pattern_holds(matcher, found);
    case MatchOp::in: return !found.is_list && among(matcher.list, found.values.front());
    case MatchOp::includes: return includes_holds(matcher, found);
    case MatchOp::gt:
    case MatchOp::gte:
    case MatchOp::lt:
    case MatchOp::lte: return order_holds(matcher, found);
    case MatchOp::exists:
    case MatchOp::count: return true;
    case MatchOp::type: return matcher.operand == Value{found.type};
  }
  return false;
}

// A message that a type explains is worth more than the two values alone.
std::string type_remark(const Matcher& matcher, const Found& found) {
  const bool order = matcher.op == MatchOp::gt || matcher.op == MatchOp::gte ||
                     matcher.op == MatchOp::lt || matcher.op == MatchOp::lte;
  const bool for_lists = matcher.op == MatchOp::type || matcher.op == MatchOp::includes ||
                         matcher.op == MatchOp::contains || matcher.op == MatchOp::not_contains ||
                         matcher.op == MatchOp::all_match;
  if (found.is_list && !for_lists) return " (a list: use includes, all_match, contains or count)";
  if (matcher.op == MatchOp::type) return " (" + found.type + ")";
  if (order && found.type != "number") return " (a " + found.type + " is not a number)";
  if (matcher.op == MatchOp::includes && !found.is_list && !found.several) return " (not a list)";
  const bool other_type = matcher.op == MatchOp::equals && found.type != type_name(matcher.operand);
  return other_type ? " (" + found.type + ")" : "";
}

Mismatch wanted_and_got(const Matcher& matcher, const Found& found, const Redact& redact) {
  const Shown shown{redact};
  return "wanted " + wish(matcher, found.unit, shown) + ", got " + shown.found(found);
}

Mismatch count_mismatch(const Matcher& matcher, const Found& found) {
  if (!found.is_list && std::holds_alternative<Null>(found.values.front()))
    return "count: wanted a list, got null";
  const auto length = static_cast<std::int64_t>(found.is_list ? found.values.size() : 1);
  const Found count = Found::scalar(Value{length});
  for (const Matcher& nested : matcher.nested)
    if (auto wrong = mismatch(nested, count)) return "count: " + *wrong;
  return std::nullopt;
}

Mismatch bad_pattern(const Matcher& matcher, const Redact& redact) {
  const std::string* pattern = text_of(matcher.operand);
  if (pattern == nullptr) return "the pattern is not a text";
  const auto why = pattern_error(*pattern);
  if (!why) return std::nullopt;
  return "the pattern " + Shown{redact}.one(matcher.operand) + " is not valid: " + *why;
}

}  // namespace

std::string_view to_string(MatchOp op) { return kOps[static_cast<std::size_t>(op)]; }

std::optional<MatchOp> parse_match_op(std::string_view name) {
  const auto* const at = std::find(kOps.begin(), kOps.end(), name);
  if (at == kOps.end()) return std::nullopt;
  return static_cast<MatchOp>(at - kOps.begin());
}

Found Found::scalar(Value value) {
  Found found;
  found.present = true;
  found.type = type_name(value);
  found.values.push_back(std::move(value));
  return found;
}

Found Found::list(std::vector<Value> values) {
  Found found;
  found.present = true;
  found.is_list = true;
  found.type = "array";
  found.values = std::move(values);
  return found;
}

Found Found::texts(std::vector<std::string> values) {
  if (values.empty()) return absent();
  if (values.size() > 1) return list(std::vector<Value>(values.begin(), values.end()));
  Found found = scalar(std::move(values.front()));
  found.several = true;
  return found;
}

std::optional<std::string> mismatch(const Matcher& matcher, const Found& found,
                                    const Redact& redact) {
  if (matcher.op == MatchOp::exists) {
    if (matcher.operand == Value{found.present}) return std::nullopt;
    return wanted_and_got(matcher, found, redact);
  }
  if (!found.present) return wanted_and_got(matcher, found, redact);
  if (matcher.op == MatchOp::count) return count_mismatch(matcher, found);
  if (holds(matcher, found)) return std::nullopt;
  if (is_pattern(matcher.op))
    if (auto bad = bad_pattern(matcher, redact)) return bad;
  const std::string note = found.note.empty() ? std::string{} : " (" + found.note + ")";
  return *wanted_and_got(matcher, found, redact) + type_remark(matcher, found) + note;
}

std::optional<std::string> pattern_error(const std::string& pattern) {
  const RE2 re(pattern, pattern_options());
  if (re.ok()) return std::nullopt;
  return clean_line(cut_utf8(re.error(), kShownBytesMax));
}

std::optional<std::string> find_pattern(const std::string& pattern, std::string_view text) {
  const RE2 re(pattern, pattern_options());
  if (!re.ok()) return std::nullopt;
  std::array<re2::StringPiece, 2> groups;
  const int wanted = re.NumberOfCapturingGroups() > 0 ? 2 : 1;
  const re2::StringPiece input(text.data(), text.size());
  if (!re.Match(input, 0, input.size(), RE2::UNANCHORED, groups.data(), wanted))
    return std::nullopt;
  const re2::StringPiece& group = groups[static_cast<std::size_t>(wanted - 1)];
  if (group.data() == nullptr) return std::nullopt;
  return std::string{group.data(), group.size()};
}

}  // namespace picket
