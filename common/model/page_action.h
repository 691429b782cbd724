// A page and what it needs, as configured: the action of `page` checks and steps, budgets
// included. Plain value; texts may hold ${{ }} templates until a run fills them (action.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/time.h"
#include "common/model/http_action.h"

namespace picket {

// A limit of `budgets`; it also stands as an expectation over the fact SCOPE.MEASURE.
struct PageBudget {
  std::string scope;      // "page", "third_party" or "origin.HOST"
  std::string measure;    // duration, transfer, requests or origins
  std::int64_t limit{0};  // milliseconds, bytes or a number; as much is within it
  bool operator==(const PageBudget&) const = default;
};

struct PageAction {
  static constexpr std::string_view kKind{"page"};
  std::string url;
  Pairs headers;                         // for the page and what is of its own origin
  std::string device{"desktop"};         // or mobile: User-Agent, srcset and media queries
  std::vector<std::string> first_party;  // patterns of hosts; the page's own host always is
  std::vector<std::string> block;        // patterns of hosts that are never asked
  // Patterns of the third parties that may appear; nothing: they are not looked at.
  std::optional<std::vector<std::string>> known_origins;
  std::vector<std::string> required;  // hosts that must be there and answer
  std::vector<PageBudget> budgets;
  std::string ip_version{"any"};  // any, 4, 6
  bool insecure{false};
  Millis resource_timeout{10'000};  // for one resource with its redirects
  bool operator==(const PageAction&) const = default;

  std::string_view target() const { return url; }
};

template <class Visit>
void each_text(PageAction& action, Visit visit) {
  visit(action.url, TextPart{"url"});
  each_text(action.headers, "headers", visit);
}

// Whether `host` fits a pattern of hosts: letters in any case, `*` for any characters, so
// "*.example.com" has each name below example.com and not itself.
bool host_matches(std::string_view pattern, std::string_view host);
bool host_matches(const std::vector<std::string>& patterns, std::string_view host);

}  // namespace picket
