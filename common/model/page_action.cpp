#include "common/model/page_action.h"

#include <algorithm>

#include "common/core/text.h"

namespace picket {

// Greedy from the left, going back to the last star only: linear for one star, quadratic at worst.
bool host_matches(std::string_view pattern, std::string_view host) {
  const std::string wanted = to_lower_ascii(pattern);
  const std::string name = to_lower_ascii(host);
  std::size_t p = 0, n = 0;
  std::size_t star = std::string::npos, after_star = 0;
  while (n < name.size()) {
    if (p < wanted.size() && wanted[p] == '*') {
      star = p++;
      after_star = n;
    } else if (p < wanted.size() && wanted[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string::npos) {
      p = star + 1;
      n = ++after_star;
    } else {
      return false;
    }
  }
  while (p < wanted.size() && wanted[p] == '*') ++p;
  return p == wanted.size();
}

bool host_matches(const std::vector<std::string>& patterns, std::string_view host) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [host](const std::string& pattern) { return host_matches(pattern, host); });
}

}  // namespace picket
