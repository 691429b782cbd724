#include "agent/probe/request_builder.h"

#include "agent/probe/multipart.h"
#include "common/core/hex.h"

namespace picket::agent {
namespace {

std::string encode_pairs(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs)
    out +=
        (out.empty() ? "" : "&") + http::percent_encode(name) + "=" + http::percent_encode(value);
  return out;
}

// Before the fragment; after a query that is there already.
std::string with_query(std::string url, const Pairs& query) {
  if (query.empty()) return url;
  const auto hash = url.find('#');
  std::string head = url.substr(0, hash);
  const auto mark = head.find('?');
  if (mark == std::string::npos)
    head += '?';
  else if (mark + 1 != head.size() && !head.ends_with('&'))
    head += '&';
  return head + encode_pairs(query);
}

void add_unless_given(http::Headers& headers, const std::string& name, std::string value) {
  if (!http::find_header(headers, name)) headers.emplace_back(name, std::move(value));
}

void add_credentials(const HttpAction& action, const http::Url& url, http::Headers& headers) {
  const auto basic = [](const std::string& user, const std::string& password) {
    return "Basic " + to_base64(user + ":" + password);
  };
  if (action.digest) return;
  if (!action.bearer.empty())
    add_unless_given(headers, "authorization", "Bearer " + action.bearer);
  else if (action.basic)
    add_unless_given(headers, "authorization", basic(action.basic->first, action.basic->second));
  else if (!url.user.empty() || !url.password.empty())
    add_unless_given(headers, "authorization", basic(url.user, url.password));
}

Status add_multipart(const HttpAction& action, http::Request& request) {
  auto form = make_multipart(action.multipart);
  if (!form) return fail(form.error());
  request.body = std::move(form->body);
  add_unless_given(request.headers, "content-type", std::move(form->content_type));
  return {};
}

Status add_body(const HttpAction& action, http::Request& request) {
  switch (action.body_kind) {
    case BodyKind::none: break;
    case BodyKind::multipart: return add_multipart(action, request);
    case BodyKind::base64: {
      auto bytes = from_base64(action.body);
      if (!bytes) return fail(ErrorCode::invalid_argument, "body_base64: not base64");
      request.body = std::move(*bytes);
      add_unless_given(request.headers, "content-type", "application/octet-stream");
      break;
    }
    case BodyKind::raw:
      request.body = action.body;
      add_unless_given(request.headers, "content-type", "text/plain; charset=utf-8");
      break;
    case BodyKind::json:
      request.body = action.body;
      add_unless_given(request.headers, "content-type", "application/json");
      break;
    case BodyKind::form:
      request.body = encode_pairs(action.form);
      add_unless_given(request.headers, "content-type", "application/x-www-form-urlencoded");
      break;
  }
  return {};
}

void add_route(const HttpAction& action, http::Request& request) {
  const HttpRoute& route = action.route;
  request.proxy = route.proxy;
  request.proxy_login = {route.proxy_username, route.proxy_password};
  request.address = route.address;
  request.first_address_only = route.every_address && route.address.empty();
  request.happy_eyeballs = route.happy_eyeballs;
  request.tls.server_name = route.server_name;
  request.tls.certificate_pem = route.client_certificate;
  request.tls.ca_pem = route.ca;
  if (action.digest)
    request.digest = http::Credentials{action.digest->first, action.digest->second};
}

}  // namespace

Result<BuiltRequest> build_request(const HttpAction& action, const std::string& user_agent) {
  const auto url = http::parse_url(with_query(action.url, action.query));
  if (!url) return fail(ErrorCode::invalid_argument, "url: " + url.error().message);
  BuiltRequest built{.request = {}, .url = *url};
  http::Request& request = built.request;
  request.method = action.method;
  request.url = url->text;
  request.headers = action.headers;
  add_unless_given(request.headers, "user-agent", user_agent);
  add_unless_given(request.headers, "accept", "*/*");
  add_credentials(action, *url, request.headers);
  if (auto added = add_body(action, request); !added) return fail(added.error());
  add_route(action, request);
  request.body_bytes_max = action.body_bytes_max;
  request.compression = action.compression;
  request.tls.insecure = action.insecure;
  if (action.http_version == "1.1") request.http_version = http::HttpVersion::http1_1;
  if (action.http_version == "2") request.http_version = http::HttpVersion::http2;
  if (action.ip_version == "4") request.ip_version = http::IpVersion::v4;
  if (action.ip_version == "6") request.ip_version = http::IpVersion::v6;
  return built;
}

}  // namespace picket::agent
