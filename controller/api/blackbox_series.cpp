#include "controller/api/blackbox_series.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/core/text.h"
#include "controller/api/series.h"

namespace picket::controller {
namespace {

constexpr std::string_view kHttpVersion = "probe_http_version";
constexpr std::string_view kRedirects = "probe_http_redirects";
constexpr std::string_view kTlsVersion = "probe_tls_version_info";
constexpr std::string_view kHttpSsl = "probe_http_ssl";
constexpr std::string_view kContentLength = "probe_http_content_length";
constexpr std::string_view kIpProtocol = "probe_ip_protocol";
constexpr std::string_view kIpHash = "probe_ip_addr_hash";
constexpr std::string_view kChainExpiry = "probe_ssl_last_chain_expiry_timestamp_seconds";
constexpr std::string_view kChainInfo = "probe_ssl_last_chain_info";
constexpr std::string_view kIcmp = "probe_icmp_duration_seconds";
constexpr std::size_t kNamesMax = 256;  // bytes of a label

std::optional<double> http_version_of(std::string_view version) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kVersions{
      {{"1.0", 1.0}, {"1.1", 1.1}, {"2", 2}, {"3", 3}}};
  for (const auto& [name, number] : kVersions)
    if (name == version) return number;
  return std::nullopt;
}

// "TLSv1.3" as blackbox_exporter writes it.
std::string tls_version_of(std::string_view version) {
  constexpr std::array<std::string_view, 4> kVersions{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
  constexpr std::array<std::string_view, 4> kShown{"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
  for (std::size_t i = 0; i < kVersions.size(); ++i)
    if (kVersions[i] == version) return std::string{kShown[i]};
  return {};
}

bool is_http(const RequestResult& request) {
  return request.url.starts_with("http://") || request.url.starts_with("https://");
}

// The leaf and its issuers, as far as the peer served them: what it served beside is no part of the
// chain. A peer need not serve the root, which outlives the others.
WallTime chain_expiry(const std::vector<CertificateFacts>& served) {
  WallTime earliest = served.front().not_after;
  const CertificateFacts* last = &served.front();
  for (std::size_t hops = 0; hops < served.size() && last->subject != last->issuer; ++hops) {
    const auto issuer = std::find_if(served.begin(), served.end(), [last](const auto& one) {
      return one.subject == last->issuer;
    });
    if (issuer == served.end()) break;
    last = &*issuer;
    earliest = std::min(earliest, last->not_after);
  }
  return earliest;
}

std::string label(std::string_view name, std::string_view value) {
  return fmt::format(",{}=\"{}\"", name, escape_label(cut_utf8(value, kNamesMax)));
}

// What is the last of its kind in a run.
struct Newest {
  const RequestResult* http{nullptr};
  const RequestResult* addressed{nullptr};
  const RequestResult* accepted{nullptr};  // whose chain was
  const RequestResult* ping{nullptr};
  std::optional<double> version;
  std::string tls;
  int redirects{0};

  void look(const RequestResult& request, bool ends_step) {
    if (const auto number = http_version_of(request.http_version)) version = number;
    if (request.status >= 300 && request.status < 400 && !ends_step) ++redirects;
    if (request.tls && !request.tls->version.empty()) tls = tls_version_of(request.tls->version);
    if (request.beside) return;
    if (is_http(request)) http = &request;
    if (!request.remote_address.empty()) addressed = &request;
    if (request.method == "PING") ping = &request;
    if (request.tls && request.tls->verify_error.empty() && !request.tls->chain.empty())
      accepted = &request;
  }
};

void add_chain(const TlsFacts& tls, std::vector<NamedSample>& out) {
  const double expiry = static_cast<double>(chain_expiry(tls.chain).unix_ms()) / 1000;
  out.push_back({kChainExpiry, {}, expiry});
  const CertificateFacts& leaf = tls.chain.front();
  out.push_back({kChainInfo,
                 label("fingerprint_sha256", leaf.sha256) + label("subject", leaf.subject) +
                     label("issuer", leaf.issuer) +
                     label("subjectalternative", fmt::format("{}", fmt::join(leaf.dns_names, ","))),
                 1});
}

}  // namespace

std::optional<AddressFacts> address_facts(std::string_view address) {
  if (address.starts_with('['))
    address = address.substr(1, address.find(']') - 1);
  else if (std::count(address.begin(), address.end(), ':') == 1)
    address = address.substr(0, address.find(':'));
  std::array<unsigned char, 16> bytes{};
  const std::string text{address};
  AddressFacts facts;
  std::size_t size = 4;
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) != 1) {
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::nullopt;
    facts.protocol = 6;
    size = 16;
  }
  facts.hash = 2166136261U;
  for (std::size_t i = 0; i < size; ++i) facts.hash = (facts.hash ^ bytes[i]) * 16777619U;
  return facts;
}

const std::vector<BlackboxMetric>& blackbox_metrics() {
  static const std::vector<BlackboxMetric> metrics{
      {kHttpVersion, "HTTP version of the last response"},
      {kRedirects, "Redirects that the last run followed"},
      {kTlsVersion, "TLS version of the last connection"},
      {kHttpSsl, "Whether the last request used TLS"},
      {kContentLength, "Bytes of the last response's body, as received"},
      {kIpProtocol, "Whether the last connection used IP version 4 or 6"},
      {kIpHash, "Hash of the address of the last connection, to see that it changed"},
      {kChainExpiry, "Unix time of the first expiry in the last chain that was accepted"},
      {kChainInfo, "Leaf certificate of the last chain that was accepted"},
      {kIcmp, "Durations of the last run's pings by phase"}};
  return metrics;
}

std::vector<NamedSample> make_blackbox_samples(const Attempt& attempt) {
  Newest newest;
  for (const StepResult& step : attempt.steps)
    for (const RequestResult& request : step.requests)
      newest.look(request, &request == &step.requests.back());
  std::vector<NamedSample> out;
  if (newest.version) out.push_back({kHttpVersion, {}, *newest.version});
  if (newest.version) out.push_back({kRedirects, {}, static_cast<double>(newest.redirects)});
  if (!newest.tls.empty()) out.push_back({kTlsVersion, label("version", newest.tls), 1});
  if (newest.http) {
    const bool encrypted = newest.http->tls && !newest.http->tls->version.empty();
    out.push_back({kHttpSsl, {}, encrypted ? 1.0 : 0.0});
    if (newest.http->status != 0)
      out.push_back({kContentLength, {}, static_cast<double>(newest.http->body_bytes)});
  }
  const auto address =
      newest.addressed ? address_facts(newest.addressed->remote_address) : std::nullopt;
  if (address) {
    out.push_back({kIpProtocol, {}, static_cast<double>(address->protocol)});
    out.push_back({kIpHash, {}, static_cast<double>(address->hash)});
  }
  if (newest.accepted) add_chain(*newest.accepted->tls, out);
  if (newest.ping)
    out.push_back({kIcmp, ",phase=\"resolve\"",
                   std::chrono::duration<double>(newest.ping->phases.dns).count()});
  return out;
}

}  // namespace picket::controller
