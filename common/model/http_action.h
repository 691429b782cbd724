// One HTTP request as configured: the action of `http` steps, and what probes that speak HTTP send.
// Plain value; texts may hold ${{ }} templates until a run fills them (action.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/model/text_part.h"

namespace picket {

using Pairs = std::vector<std::pair<std::string, std::string>>;

enum class BodyKind { none, raw, json, form };

struct HttpAction {
  static constexpr std::string_view kKind{"http"};
  std::string method{"GET"};
  std::string url;
  Pairs headers;
  Pairs query;
  BodyKind body_kind{BodyKind::none};
  std::string body;  // raw text, or JSON text whose strings may hold templates
  Pairs form;
  std::optional<std::pair<std::string, std::string>> basic;  // user, password
  std::string bearer;
  int redirects_max{10};             // 0: not followed
  std::string http_version{"auto"};  // auto, 1.1, 2
  std::string ip_version{"any"};     // any, 4, 6
  bool insecure{false};
  bool compression{true};
  std::uint64_t body_bytes_max{10 * 1024 * 1024};
  bool operator==(const HttpAction&) const = default;

  std::string_view target() const { return url; }
};

template <class Visit>
void each_text(HttpAction& action, Visit visit) {
  visit(action.method, TextPart{"method"});
  visit(action.url, TextPart{"url"});
  each_text(action.headers, "headers", visit);
  each_text(action.query, "query", visit);
  each_text(action.form, "form", visit);
  visit(action.bearer, TextPart{"bearer"});
  if (action.basic) {
    visit(action.basic->first, TextPart{"basic"});
    visit(action.basic->second, TextPart{"basic"});
  }
  const bool json = action.body_kind == BodyKind::json;
  visit(action.body, TextPart{json ? "json" : "body", json});
}

}  // namespace picket
