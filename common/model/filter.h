// Filters of a capture: what a captured text passes through, one after the other, before later
// steps use it. Pure rules; each is bounded and gives text or the reason why it cannot.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace picket {

constexpr std::size_t kFilteredBytesMax = 1024 * 1024;  // after any filter
constexpr std::size_t kFiltersMax = 8;

// trim           ASCII white space at both ends removed
// lower, upper   ASCII letters only
// url_decode     %XX and + of a query or a form; a broken %XX fails
// base64_decode  the standard or the URL alphabet, with or without padding (RFC 4648)
// html_unescape  &amp; &lt; &gt; &quot; &apos; &nbsp; &#38; &#x26;; others stay as they are
// json_unescape  the escapes within a JSON string, as in a script's text
// regex          the one group of an RE2 expression, anywhere in the text
enum class FilterOp {
  trim, lower, upper, url_decode, base64_decode, html_unescape, json_unescape, regex,
};

std::string_view to_string(FilterOp op);
std::optional<FilterOp> parse_filter_op(std::string_view name);
std::vector<std::string> filter_names();

struct Filter {
  FilterOp op{FilterOp::trim};
  std::string pattern;  // of regex; else empty
  bool operator==(const Filter&) const = default;
};

// invalid_argument says which filter could not do its work, and never shows the text: it may be
// secret. The result is valid UTF-8 without NUL.
Result<std::string> apply_filters(const std::vector<Filter>& filters, std::string text);

}  // namespace picket
