// I-Regexp (RFC 9485), the regular expressions of JSONPath's match() and search(), run by RE2.
// Immutable; for any thread. RE2's repeat limit of 1000 is a limit here too.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace picket {

class IRegexp {
 public:
  static constexpr std::size_t kBytesMax = 1000;

  // invalid_argument: not an I-Regexp, with the position from 1 in code points, or larger than
  // kBytesMax or RE2 bears.
  static Result<IRegexp> create(std::string_view pattern);

  bool matches_all(std::string_view text) const;   // match(): the whole text
  bool matches_part(std::string_view text) const;  // search()

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

// The RE2 expression for an I-Regexp: RFC 9485, 5.4 (a dot is neither LF nor CR; ^ and $ are left
// as they are, so they are anchors), \p{C} and \p{Cn} with unassigned code points, which RE2 has
// not. invalid_argument as above, and for \p{C} or \p{Cn} within a negated class.
Result<std::string> to_re2(std::string_view pattern);

}  // namespace picket
