// The generator's actions, one function per kind of step.
#include <array>

#include "tests/support/model_generator.h"

namespace picket::test {

HttpAction ModelGenerator::http() {
  HttpAction out;
  out.method = coin() ? "GET" : "POST";
  out.url = "https://" + name() + "/" + text();
  out.headers = pairs();
  out.query = pairs();
  out.body_kind = any(BodyKind::multipart);
  out.multipart = several(2, [&] {
    return BodyPart{
        name(), any(BodyPart::Kind::generated), text(), random_.below(1'000'000), text(), text()};
  });
  if (coin()) out.digest = std::pair{text(), text()};
  if (coin()) out.route = {text(), text(), text(), text(), text(), text(), text(), coin(), coin()};
  out.body = text();
  out.form = pairs();
  if (coin()) out.basic = std::pair{text(), text()};
  out.bearer = text();
  out.redirects_max = number(0, 20);
  out.http_version = std::array{"auto", "1.1", "2"}[random_.below(3)];
  out.ip_version = std::array{"any", "4", "6"}[random_.below(3)];
  out.insecure = coin();
  out.compression = coin();
  out.body_bytes_max = random_.below(1'000'000'000);
  return out;
}

DnsAction ModelGenerator::dns() {
  DnsAction out;
  out.query = name();
  out.type = DnsAction::kTypes[random_.below(DnsAction::kTypes.size())];
  out.authoritative = coin();
  out.servers = several(3, [&] { return name(); });
  if (out.servers.empty()) out.authoritative = true;
  out.tcp = coin();
  out.recursion = coin();
  out.dnssec = coin();
  return out;
}

IcmpAction ModelGenerator::icmp() {
  IcmpAction out;
  out.host = name();
  out.count = number(1, IcmpAction::kCountMax);
  out.interval = Millis{number(10, 5'000)};
  out.size_bytes = random_.below(IcmpAction::kSizeMax);
  out.ip_version = std::array{"any", "4", "6"}[random_.below(3)];
  return out;
}

GrpcAction ModelGenerator::grpc() {
  GrpcAction out;
  out.address = name() + ":50051";
  out.service = text();
  out.tls = coin();
  out.authority = text();
  out.metadata = pairs();
  out.insecure = coin();
  out.ip_version = std::array{"any", "4", "6"}[random_.below(3)];
  if (coin()) out.route.ca = text();
  return out;
}

CdnAction ModelGenerator::cdn() {
  return {http(), coin() ? "" : "https://" + name() + "/", coin() ? "auto" : "fastly",
          number(0, 10), several(3, [&] { return name(); })};
}

OAuthAction ModelGenerator::oauth() {
  OAuthAction out;
  out.flow =
      std::array{"authorization_code", "client_credentials", "refresh_token"}[random_.below(3)];
  out.issuer = "https://" + name();
  for (auto* field : {&out.authorization_endpoint, &out.token_endpoint, &out.jwks_uri,
                      &out.userinfo_endpoint, &out.client_secret, &out.private_key, &out.key_id,
                      &out.signing_alg, &out.redirect_uri, &out.scope, &out.refresh_token,
                      &out.login.totp, &out.login.totp_field, &out.login.consent_button})
    *field = text();
  out.client_id = name();
  out.auth = std::array{"", "none", "basic", "post", "private_key_jwt"}[random_.below(5)];
  out.pkce = coin() ? "S256" : "none";
  out.parameters = pairs();
  out.login.form = pairs();
  out.login.consent = coin();
  if (coin()) out.token.cache = Millis{number(30'000, 86'400'000)};
  out.token.refetch_on_401 = coin();
  out.skew_max = Millis{number(0, 3'600'000)};
  out.userinfo = coin();
  out.try_used_token = coin();
  return out;
}

Endpoint ModelGenerator::endpoint() {
  return {name(), text(), std::array{"any", "4", "6"}[random_.below(3)]};
}

TlsClient ModelGenerator::tls_client() {
  TlsClient out;
  out.server_name = text();
  out.alpn = several(2, [&] { return text(); });
  out.min_version = std::array{1.0, 1.1, 1.2, 1.3}[random_.below(4)];
  out.client_certificate = text();
  out.ca = text();
  out.insecure = coin();
  return out;
}

PageAction ModelGenerator::page() {
  PageAction out;
  const auto hosts = [&] { return several(3, [&] { return name(); }); };
  out.url = "https://" + name() + "/" + text();
  out.headers = pairs();
  out.device = coin() ? "mobile" : "desktop";
  out.first_party = hosts();
  out.block = hosts();
  if (coin()) out.known_origins = hosts();
  out.required = hosts();
  out.budgets = several(3, [&] {
    return PageBudget{"origin." + name(), coin() ? "duration" : "transfer", number(0, 1'000'000)};
  });
  out.ip_version = std::array{"any", "4", "6"}[random_.below(3)];
  out.insecure = coin();
  out.resource_timeout = Millis{number(100, 60'000)};
  return out;
}

std::vector<DialogueTurn> ModelGenerator::turns() {
  return several(3, [&] { return DialogueTurn{text(), text()}; });
}

TlsAction ModelGenerator::tls_action() {
  TlsAction out;
  out.endpoint = endpoint();
  out.starttls = TlsAction::kProtocols[random_.below(TlsAction::kProtocols.size())].first;
  out.client = tls_client();
  out.verify_chain = coin();
  out.verify_name = coin();
  out.verify_status = coin();
  return out;
}

TcpAction ModelGenerator::tcp() {
  TcpAction out;
  out.endpoint = endpoint();
  if (coin()) out.tls = tls_client();
  out.dialogue = turns();
  out.reading = any(Reading::all);
  out.until = text();
  out.receive_bytes_max = random_.below(1'000'000'000);
  return out;
}

WebSocketAction ModelGenerator::websocket() {
  WebSocketAction out;
  out.url = name();
  out.address = text();
  out.ip_version = std::array{"any", "4", "6"}[random_.below(3)];
  out.client = tls_client();
  out.headers = pairs();
  out.subprotocols = several(2, [&] { return text(); });
  out.dialogue = turns();
  out.receive = number(0, WebSocketAction::kReceiveMax);
  out.message_bytes_max = random_.below(1'000'000'000);
  out.may_refuse = coin();
  return out;
}

}  // namespace picket::test
