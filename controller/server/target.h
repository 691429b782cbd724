// The request target of HTTP (RFC 9112, 3.2): path and query, percent-decoded (RFC 3986, 2.1).
// A pure function for any thread, called with whatever a peer sends: it never throws.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace picket::controller {

struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};

// Nothing when the target is not origin-form, or holds a broken escape, a NUL or invalid UTF-8.
std::optional<Target> parse_target(std::string_view target);

}  // namespace picket::controller
