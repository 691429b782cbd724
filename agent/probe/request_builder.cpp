#include "agent/probe/request_builder.h"

#include "common/core/hex.h"

namespace picket::agent {
namespace {

std::string encode_pairs(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs)
    out += (out.empty() ? "" : "&") + http::percent_encode(name) + "=" +
           http::percent_encode(value);
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
  if (!action.bearer.empty())
    add_unless_given(headers, "authorization", "Bearer " + action.bearer);
  else if (action.basic)
    add_unless_given(headers, "authorization", basic(action.basic->first, action.basic->second));
  else if (!url.user.empty() || !url.password.empty())
    add_unless_given(headers, "authorization", basic(url.user, url.password));
}

void add_body(const HttpAction& action, http::Request& request) {
  switch (action.body_kind) {
    case BodyKind::none: return;
    case BodyKind::raw:
      request.body = action.body;
      add_unless_given(request.headers, "content-type", "text/plain; charset=utf-8");
      return;
    case BodyKind::json:
      request.body = action.body;
      add_unless_given(request.headers, "content-type", "application/json");
      return;
    case BodyKind::form:
      request.body = encode_pairs(action.form);
      add_unless_given(request.headers, "content-type", "application/x-www-form-urlencoded");
      return;
  }
}

}  // namespace

Result<BuiltRequest> build_request(const HttpAction& action, const std::string& user_agent) {
  const auto url = http::parse_url(with_query(action.url, action.query));
  if (!url) return fail(url.error());
  BuiltRequest built{.request = {}, .url = *url};
  http::Request& request = built.request;
  request.method = action.method;
  request.url = url->text;
  request.headers = action.headers;
  add_unless_given(request.headers, "user-agent", user_agent);
  add_unless_given(request.headers, "accept", "*/*");
  add_credentials(action, *url, request.headers);
  add_body(action, request);
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
