#include "common/wire/actions.h"
#include "common/wire/value.h"

namespace picket::wire {
namespace {

constexpr std::uint64_t kResponseBytesMax = 1024ULL * 1024 * 1024;

}  // namespace

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
}

HttpAction read(Fields& fields, const v1::HttpAction& message) {
  HttpAction out;
  out.method = fields.name("method", message.method());
  out.url = fields.text("url", message.url());
  if (out.url.empty()) fields.refuse("url", "missing");
  out.headers = fields.list("headers", message.headers(), kListMax, read_pair);
  out.query = fields.list("query", message.query(), kListMax, read_pair);
  out.body_kind = fields.enumerator("body_kind", message.body_kind(), BodyKind::form);
  out.body = fields.text("body", message.body(), kBodyMax);
  out.form = fields.list("form", message.form(), kListMax, read_pair);
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
