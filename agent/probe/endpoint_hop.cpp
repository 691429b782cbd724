#include "agent/probe/endpoint_hop.h"

#include <algorithm>

#include "common/core/text.h"

namespace picket::agent {
namespace {

http::IpVersion ip_version_of(const std::string& word) {
  if (word == "4") return http::IpVersion::v4;
  return word == "6" ? http::IpVersion::v6 : http::IpVersion::any;
}

}  // namespace

async::Task<Result<EndpointHop>> open_endpoint(Endpoint endpoint, EndpointOptions options,
                                               const ProbeContext& context) {
  EndpointHop opened;
  opened.hop.request.method = options.protocol;
  opened.hop.request.url = to_lower_ascii(options.protocol) + "://" + endpoint.target;
  const auto at = parse_host_port(endpoint.target, options.default_port);
  if (!at) {
    opened.hop.exchange.failure =
        Failure{FailureKind::invalid_request,
                "target: `" + cut_utf8(clean_line(endpoint.target), 120) + "` is not HOST:PORT",
                {}};
    co_return opened;
  }
  opened.at = *at;
  opened.hop.request.url = to_lower_ascii(options.protocol) + "://" + render(*at);
  if (context.ports.dialer == nullptr)
    co_return fail(ErrorCode::internal, "this agent has no dialer for " + options.protocol);
  DialOptions dial{.host = at->host,
                   .port = at->port,
                   .address = std::move(endpoint.address),
                   .ip_version = ip_version_of(endpoint.ip_version),
                   .deadline = context.deadline};
  auto dialed = co_await context.ports.dialer->dial(std::move(dial));
  if (!dialed) co_return fail(dialed.error());
  opened.hop.exchange = std::move(dialed->exchange);
  opened.failed = std::move(dialed->failed);
  opened.connection = std::move(dialed->connection);
  finish(opened.hop);
  co_return opened;
}

TlsSettings settings_of(const TlsClient& client, const HostPort& at) {
  TlsSettings settings;
  settings.server_name = client.server_name.empty() ? at.host : client.server_name;
  settings.alpn = client.alpn;
  settings.verify = !client.insecure;
  settings.min_version = client.min_version;
  settings.ca_pem = client.ca;
  settings.certificate_pem = client.client_certificate;
  return settings;
}

void take_report(const TlsReport& report, Hop& hop) {
  hop.exchange.tls = report.facts;
  hop.exchange.phases.tls = report.took;
  hop.exchange.failure = report.failure;
  finish(hop);
}

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-[]";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos &&
      text.find('[') == std::string::npos)
    return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return out + "'";
}

void finish(Hop& hop) { hop.duration = hop.exchange.phases.total(); }

}  // namespace picket::agent
