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

enum class BodyKind { none, raw, json, form, base64, multipart };

// One part of a multipart/form-data body (RFC 7578): a field, or with a filename a file.
struct BodyPart {
  enum class Kind { text, base64, generated };
  std::string name;
  Kind kind{Kind::text};
  std::string value;         // text, or base64 of the bytes; empty when generated
  std::uint64_t bytes{0};    // of a generated content
  std::string filename;      // empty: a plain field
  std::string content_type;  // empty: none for a field, application/octet-stream for a file
  bool operator==(const BodyPart&) const = default;
};

// How a request reaches its target where that is not the plain way; empty texts: the plain way.
struct HttpRoute {
  std::string proxy;  // http://, https:// or socks5h:// URL
  std::string proxy_username;
  std::string proxy_password;
  std::string address;             // numeric: connect there
  std::string server_name;         // for SNI and the certificate's name
  std::string client_certificate;  // PEM, chain and key
  std::string ca;                  // PEM: these are trusted and no others
  bool happy_eyeballs{false};      // race the address families
  bool every_address{false};       // ask each address that the name has
  bool operator==(const HttpRoute&) const = default;
};

struct HttpAction {
  static constexpr std::string_view kKind{"http"};
  std::string method{"GET"};
  std::string url;
  Pairs headers;
  Pairs query;
  BodyKind body_kind{BodyKind::none};
  std::string body;  // raw text, base64, or JSON text whose strings may hold templates
  Pairs form;
  std::vector<BodyPart> multipart;
  std::optional<std::pair<std::string, std::string>> basic;   // user, password
  std::optional<std::pair<std::string, std::string>> digest;  // likewise
  std::string bearer;
  int redirects_max{10};             // 0: not followed
  std::string http_version{"auto"};  // auto, 1.1, 2
  std::string ip_version{"any"};     // any, 4, 6
  bool insecure{false};
  bool compression{true};
  std::uint64_t body_bytes_max{10 * 1024 * 1024};
  HttpRoute route;
  bool operator==(const HttpAction&) const = default;

  std::string_view target() const { return url; }
};

template <class Visit>
void each_text(HttpRoute& route, Visit& visit) {
  visit(route.proxy, TextPart{"proxy"});
  visit(route.proxy_username, TextPart{"proxy"});
  visit(route.proxy_password, TextPart{"proxy"});
  visit(route.address, TextPart{"address"});
  visit(route.server_name, TextPart{"server_name"});
  visit(route.client_certificate, TextPart{"client_certificate"});
  visit(route.ca, TextPart{"ca"});
}

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
  if (action.digest) {
    visit(action.digest->first, TextPart{"digest"});
    visit(action.digest->second, TextPart{"digest"});
  }
  for (BodyPart& part : action.multipart) {
    visit(part.value, TextPart{"multipart"});
    visit(part.filename, TextPart{"multipart"});
  }
  each_text(action.route, visit);
  const bool json = action.body_kind == BodyKind::json;
  visit(action.body, TextPart{json ? "json" : "body", json});
}

}  // namespace picket
