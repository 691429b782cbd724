// The matchers of `expect`: known words over a scalar, a list or nothing at all. Pure rules:
// an absent value fails everything but `exists: false`, nothing is coerced, and a list fails
// every word but contains, not_contains, includes, all_match, count, exists and type.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/failure.h"
#include "common/model/value.h"

namespace picket {

enum class MatchOp {
  equals,
  not_equals,
  contains,
  not_contains,
  starts_with,
  ends_with,
  matches,
  not_matches,
  in,
  includes,
  all_match,
  gt,
  gte,
  lt,
  lte,
  exists,
  count,
  type,
};

std::string_view to_string(MatchOp op);
std::optional<MatchOp> parse_match_op(std::string_view name);

struct Matcher {
  MatchOp op{MatchOp::equals};
  Value operand;                // string operands may hold ${{ }} templates until the run
  std::vector<Value> list;      // of `in`; of `includes` when it asks for several
  std::vector<Matcher> nested;  // of `count`
  SourcePosition at;
  bool operator==(const Matcher&) const = default;
};

// What was found: nothing, one scalar, or a list of scalars (a JSON array, repeated headers).
// A JSON object or a nested array stands as its JSON text with its type.
struct Found {
  bool present{false};
  bool is_list{false};
  std::string type;           // JSON type name: string number boolean array object null
  std::vector<Value> values;  // one for a scalar; the elements for a list
  std::string unit;           // shown behind numbers in messages: "ms", "bytes"; may be empty
  std::string note;           // shown behind what was got: why it is so; may be empty
  bool several{false};        // a scalar that could have been a list: the one header of a name
  static Found absent() { return {}; }
  static Found scalar(Value value);
  static Found list(std::vector<Value> values);
  // What may stand several times: nothing, a scalar, or a list.
  static Found texts(std::vector<std::string> values);
};

// The words over what was found:
//   equals, not_equals, in                  equal() with the operand
//   contains, not_contains                  a substring of the text, or of some text of the list
//   starts_with, ends_with                  of a text
//   matches, not_matches                    RE2, anywhere in a text; ^ and $ anchor
//   includes                                some element of the list equals the operand; with a
//                                           list, each of it is equal to some element. What could
//                                           have been a list (`several`) counts as one of one
//   all_match                               RE2 matches every element of a list that is not empty,
//                                           all of them texts; or the text
//   gt, gte, lt, lte                        of numbers
//   exists                                  present at all, null included
//   count                                   the length of a list, 1 for anything else, judged by
//                                           the nested matchers; null and an absent value have none
//   type                                    the JSON type: string number boolean array object null
// Nothing when `matcher` holds for `found`; else what was wanted and what was got, without the
// subject's name: `wanted "text/html" contained, got "text/plain"`. Values are cut at 200 bytes;
// `redact`, if given, sees every text before it is cut, so that no part of a secret is shown.
using Redact = std::function<std::string(std::string_view)>;
std::optional<std::string> mismatch(const Matcher& matcher, const Found& found,
                                    const Redact& redact = {});

// An RE2 pattern is valid, or why not.
std::optional<std::string> pattern_error(const std::string& pattern);

// The first group of the first match in `text`, or the whole match when the pattern has no group.
// Nothing without a match, for a group that took no part in it, and for an invalid pattern.
std::optional<std::string> find_pattern(const std::string& pattern, std::string_view text);

}  // namespace picket
