#include "agent/script/http_facts.h"

#include <algorithm>
#include <array>

#include "agent/probe/response_facts.h"
#include "common/core/digest.h"

namespace picket::agent {

namespace {

Found byte_count(std::uint64_t bytes) {
  Found found = Found::scalar(static_cast<std::int64_t>(bytes));
  found.unit = "bytes";
  return found;
}

}  // namespace

Found tls_version_fact(std::string_view version) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kVersions{
      {{"TLSv1", 1.0}, {"TLSv1.1", 1.1}, {"TLSv1.2", 1.2}, {"TLSv1.3", 1.3}}};
  for (const auto& [name, number] : kVersions)
    if (name == version) return Found::scalar(number);
  return Found::absent();
}

Found expiry_fact(const TlsFacts& tls, WallTime now) {
  if (tls.chain.empty()) return Found::absent();
  const auto earliest =
      std::min_element(tls.chain.begin(), tls.chain.end(),
                       [](const auto& a, const auto& b) { return a.not_after < b.not_after; });
  Found found = Found::scalar(earliest->not_after.unix_ms() - now.unix_ms());
  found.unit = "ms";
  return found;
}

Found http_fact(std::string_view name, const http::Exchange& exchange, WallTime now) {
  if (exchange.status == 0 && !name.starts_with("tls.")) return Found::absent();
  if (name == "sha256") return Found::scalar(sha256_hex(exchange.body));
  if (name == "content_size") return byte_count(exchange.body.size());
  if (name == "headers_size") return byte_count(exchange.header_bytes);
  if (!name.starts_with("tls.")) return response_fact(name, exchange);
  if (!exchange.tls) return Found::absent();
  if (name == "tls.version") return tls_version_fact(exchange.tls->version);
  if (name == "tls.expires_in") return expiry_fact(*exchange.tls, now);
  return Found::absent();
}

}  // namespace picket::agent
