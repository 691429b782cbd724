// The matchers of `expect`: known words over a scalar, a list or nothing at all. Pure rules; an
// absent value fails everything but `exists: false`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/failure.h"
#include "common/model/value.h"

namespace picket {

enum class MatchOp {
  equals, not_equals, contains, not_contains, starts_with, ends_with, matches, not_matches,
  in, includes, gt, gte, lt, lte, exists, count, type,
};

std::string_view to_string(MatchOp op);
std::optional<MatchOp> parse_match_op(std::string_view name);

struct Matcher {
  MatchOp op{MatchOp::equals};
  Value operand;                // string operands may hold ${{ }} templates until the run
  std::vector<Value> list;      // of `in`
  std::vector<Matcher> nested;  // of `count`
  SourcePosition at;
  bool operator==(const Matcher&) const = default;
};

// What was found: nothing, one scalar, or a list of scalars (a JSON array, repeated headers).
// A JSON object or a nested array stands as its JSON text with its type.
struct Found {
  bool present{false};
  bool is_list{false};
  std::string type;            // JSON type name: string number boolean array object null
  std::vector<Value> values;   // one for a scalar; the elements for a list
  static Found absent() { return {}; }
  static Found scalar(Value value);
  static Found list(std::vector<Value> values);
};

// Nothing when `matcher` holds for `found`; else what was wanted and what was got, without the
// subject's name: `wanted "text/html" contained, got "text/plain"`. Values are cut at 200 bytes.
std::optional<std::string> mismatch(const Matcher& matcher, const Found& found);

// An RE2 pattern is valid, or why not.
std::optional<std::string> pattern_error(const std::string& pattern);

}  // namespace picket
