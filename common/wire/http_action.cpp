#include "common/wire/actions.h"
#include "common/wire/value.h"

namespace picket::wire {
namespace {

constexpr std::uint64_t kResponseBytesMax = 1024ULL * 1024 * 1024;
constexpr std::int64_t kGeneratedBytesMax = 64LL * 1024 * 1024;

void put_part(const BodyPart& part, v1::BodyPart& out) {
  out.set_name(part.name);
  out.set_kind(static_cast<std::uint32_t>(part.kind));
  out.set_value(part.value);
  out.set_bytes(part.bytes);
  out.set_filename(part.filename);
  out.set_content_type(part.content_type);
}

BodyPart read_body_part(Fields& fields, const v1::BodyPart& message) {
  BodyPart out;
  out.name = fields.text("name", message.name());
  out.kind = fields.enumerator("kind", message.kind(), BodyPart::Kind::generated);
  out.value = fields.text("value", message.value(), kBodyMax);
  const auto bytes = static_cast<std::int64_t>(message.bytes());
  out.bytes = static_cast<std::uint64_t>(fields.number("bytes", bytes, 0, kGeneratedBytesMax));
  out.filename = fields.text("filename", message.filename());
  out.content_type = fields.text("content_type", message.content_type());
  return out;
}

}  // namespace

void put_route(const HttpRoute& route, v1::HttpRoute& out) {
  out.set_proxy(route.proxy);
  out.set_proxy_username(route.proxy_username);
  out.set_proxy_password(route.proxy_password);
  out.set_address(route.address);
  out.set_server_name(route.server_name);
  out.set_client_certificate(route.client_certificate);
  out.set_ca(route.ca);
  out.set_happy_eyeballs(route.happy_eyeballs);
  out.set_every_address(route.every_address);
}

HttpRoute read_route(Fields& fields, const v1::HttpRoute& message) {
  Fields::Part part(fields, "route");
  HttpRoute out;
  out.proxy = fields.text("proxy", message.proxy());
  out.proxy_username = fields.text("proxy_username", message.proxy_username());
  out.proxy_password = fields.text("proxy_password", message.proxy_password());
  out.address = fields.text("address", message.address());
  out.server_name = fields.text("server_name", message.server_name());
  out.client_certificate = fields.text("client_certificate", message.client_certificate());
  out.ca = fields.text("ca", message.ca(), kBodyMax);
  out.happy_eyeballs = message.happy_eyeballs();
  out.every_address = message.every_address();
  return out;
}

void put(const HttpAction& action, v1::HttpAction& out) {
  out.set_method(action.method);
  out.set_url(action.url);
  put_pairs(action.headers, out.mutable_headers());
  put_pairs(action.query, out.mutable_query());
  out.set_body_kind(static_cast<std::uint32_t>(action.body_kind));
  out.set_body(action.body);
  put_pairs(action.form, out.mutable_form());
  if (action.basic) *out.mutable_basic() = pair_of(action.basic->first, action.basic->second);
  out.set_bearer(action.bearer);
  out.set_redirects_max(action.redirects_max);
  out.set_http_version(action.http_version);
  out.set_ip_version(action.ip_version);
  out.set_insecure(action.insecure);
  out.set_compression(action.compression);
  out.set_body_bytes_max(action.body_bytes_max);
  for (const BodyPart& part : action.multipart) put_part(part, *out.add_multipart());
  if (action.digest) *out.mutable_digest() = pair_of(action.digest->first, action.digest->second);
  if (action.route != HttpRoute{}) put_route(action.route, *out.mutable_route());
}

HttpAction read(Fields& fields, const v1::HttpAction& message) {
  HttpAction out;
  out.method = fields.name("method", message.method());
  out.url = fields.text("url", message.url());
  if (out.url.empty()) fields.refuse("url", "missing");
  out.headers = fields.list("headers", message.headers(), kListMax, read_pair);
  out.query = fields.list("query", message.query(), kListMax, read_pair);
  out.body_kind = fields.enumerator("body_kind", message.body_kind(), BodyKind::multipart);
  out.body = fields.text("body", message.body(), kBodyMax);
  out.form = fields.list("form", message.form(), kListMax, read_pair);
  out.multipart = fields.list("multipart", message.multipart(), kListMax, read_body_part);
  if (message.has_route()) out.route = read_route(fields, message.route());
  if (message.has_digest()) out.digest = read_pair(fields, message.digest());
  if (message.has_basic()) out.basic = read_pair(fields, message.basic());
  out.bearer = fields.text("bearer", message.bearer());
  out.redirects_max =
      static_cast<int>(fields.number("redirects_max", message.redirects_max(), 0, 100));
  out.http_version =
      read_one_of(fields, "http_version", message.http_version(), {"auto", "1.1", "2"});
  out.ip_version = read_one_of(fields, "ip_version", message.ip_version(), {"any", "4", "6"});
  out.insecure = message.insecure();
  out.compression = message.compression();
  out.body_bytes_max = message.body_bytes_max();
  if (out.body_bytes_max > kResponseBytesMax) fields.refuse("body_bytes_max", "more than 1 GiB");
  return out;
}

}  // namespace picket::wire
