// The words of `expect` that stand beside matchers in one map: the attributes of a cookie and the
// attribute of elements. Private to common/checks; one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/checks/decoders.h"

namespace picket::checks {

// `node` is a cookie's value or a map of matchers and attributes. Leaves both in `out`; false,
// with a mistake, when there is neither.
bool decode_cookie(CheckContext& context, std::string_view name, const Node& node,
                   Expectation& out);

// `node` is what an element is compared with, and `attribute` for one of its attributes.
bool decode_elements(CheckContext& context, std::string_view selector, const Node& node,
                     Expectation& out);

// A selector or an XPath, or a mistake (E0206) at `at`.
bool check_css(Report& report, const Mark& at, const std::string& selector);
bool check_xpath(Report& report, const Mark& at, const std::string& expression);
// What every response has beside the facts of its kind: body.sha256, etag, status, header.NAME.
bool is_response_fact(std::string_view name);

}  // namespace picket::checks
