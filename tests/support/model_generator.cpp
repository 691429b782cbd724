#include "tests/support/model_generator.h"

#include <array>

namespace picket::test {

int ModelGenerator::number(int low, int high) {
  return low + static_cast<int>(random_.below(static_cast<std::uint64_t>(high - low) + 1));
}

std::string ModelGenerator::text() {
  static constexpr std::array<const char*, 8> kParts{"a",  "Z9",   "${{ vars.x }}", "é",
                                                     "\n", "日本", "\"'\\",         " "};
  std::string out;
  for (int n = number(0, 5); n > 0; --n) out += kParts[random_.below(kParts.size())];
  return out;
}

std::string ModelGenerator::name() { return "n" + std::to_string(random_.below(100'000)); }

Pairs ModelGenerator::pairs() {
  return several(3, [&] { return std::pair{name(), text()}; });
}

std::map<std::string, std::string> ModelGenerator::map() {
  std::map<std::string, std::string> out;
  for (auto& [key, value] : pairs()) out[key] = value;
  return out;
}

SourcePosition ModelGenerator::position() {
  if (coin()) return {};
  return {"checks/" + name() + ".check.yaml", number(1, 5'000), number(0, 120)};
}

WallTime ModelGenerator::time() {
  return WallTime::from_unix_ms(static_cast<std::int64_t>(random_.below(4'000'000'000'000)));
}

Nanos ModelGenerator::span() {
  return coin() ? Nanos{0} : Nanos{static_cast<std::int64_t>(random_.below(100'000'000'000))};
}

std::string ModelGenerator::hex(std::size_t digits) {
  std::string out;
  while (out.size() < digits) out += "0123456789abcdef"[random_.below(16)];
  return out;
}

Value ModelGenerator::value() {
  switch (random_.below(5)) {
    case 0: return Null{};
    case 1: return coin();
    case 2: return static_cast<std::int64_t>(random_.next());
    case 3: return random_.unit() * 1e12 - 5e11;
    default: return text();
  }
}

Matcher ModelGenerator::matcher(int depth) {
  Matcher out;
  out.op = any(MatchOp::type);
  out.operand = value();
  out.list = several(3, [&] { return value(); });
  if (depth < 2) out.nested = several(2, [&] { return matcher(depth + 1); });
  out.at = position();
  return out;
}

Expectation ModelGenerator::expectation() {
  const auto status = [&] {
    const int low = number(0, 999);
    return StatusRange{low, number(low, 999)};
  };
  const auto part = [&] { return ExpectedPart{name(), several(2, [&] { return matcher(0); })}; };
  return {any(Subject::fact),
          text(),
          several(3, status),
          several(3, [&] { return matcher(0); }),
          coin(),
          position(),
          text(),
          several(2, part),
          coin()};
}

Capture ModelGenerator::capture() {
  Capture out{name(), any(CaptureSource::url), text(), std::nullopt, position(), {}, {}, {}};
  if (coin()) out.secret = coin();
  out.attribute = text();
  out.path = text();
  out.filters = several(3, [&] { return Filter{any(FilterOp::regex), text()}; });
  return out;
}

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

Step ModelGenerator::step() {
  Step out;
  out.name = name();
  switch (random_.below(11)) {
    case 0: out.action = dns(); break;
    case 1: out.action = icmp(); break;
    case 3: out.action = cdn(); break;
    case 4: out.action = page(); break;
    case 6: out.action = grpc(); break;
    case 7: out.action = tls_action(); break;
    case 8: out.action = tcp(); break;
    case 9: out.action = websocket(); break;
    case 2: out.action = WaitAction{Millis{number(0, 60'000)}}; break;
    case 5: out.action = oauth(); break;
    default: out.action = http();
  }
  out.expect = several(3, [&] { return expectation(); });
  out.captures = several(3, [&] { return capture(); });
  out.always = coin();
  out.continue_on_failure = coin();
  if (coin()) out.timeout = Millis{number(1, 60'000)};
  out.same_across_regions = several(3, [&] { return name(); });
  out.pop_near_region = coin();
  out.at = position();
  return out;
}

Alert ModelGenerator::alert() {
  return {name(),
          any(AlertCondition::no_data),
          Millis{number(0, 900'000)},
          any(Severity::info),
          several(2, [&] { return name(); }),
          text(),
          position()};
}

Check ModelGenerator::check() {
  Check out;
  out.name = CheckName{name()};
  for (auto* field : {&out.title, &out.description, &out.owner, &out.service, &out.runbook})
    *field = text();
  out.interval = Millis{number(1'000, 86'400'000)};
  out.timeout = Millis{number(1, 300'000)};
  out.regions = {coin(), several(4, [&] { return RegionName{name()}; }), map(), std::nullopt};
  if (coin()) out.regions.at_least = number(0, 12);
  out.quorum = {any(Quorum::Kind::any), number(0, 100)};
  out.retries = number(0, 5);
  if (coin()) out.confirm_regions = number(0, 12);
  out.failing_x = number(1, 5);
  out.failing_y = number(out.failing_x, 9);
  out.vars = map();
  out.secrets = several(3, [&] { return name(); });
  out.steps = several(3, [&] { return step(); });
  out.steps.push_back(step());
  out.single = coin();
  out.alerts = several(3, [&] { return alert(); });
  out.notify = several(3, [&] { return name(); });
  out.tags = several(3, [&] { return name(); });
  out.labels = map();
  if (coin()) out.paused = Paused{std::nullopt, text()};
  if (out.paused && coin()) out.paused->until = time();
  out.at = position();
  return out;
}

RunKey ModelGenerator::key() {
  return {CheckName{name()}, RegionName{name()}, time(), any(RunKind::manual),
          static_cast<std::uint32_t>(random_.below(5))};
}

Failure ModelGenerator::failure() { return {any(FailureKind::internal), text(), position()}; }

TlsFacts ModelGenerator::tls() {
  const auto certificate = [&] {
    return CertificateFacts{text(), text(), time(), time(), several(3, [&] { return name(); }),
                            hex(64)};
  };
  return {coin() ? "TLSv1.3" : "", text(), several(3, certificate), text()};
}

RequestEvidence ModelGenerator::evidence() {
  return {"GET",
          text(),
          text(),
          pairs(),
          number(0, 599),
          pairs(),
          text(),
          several(3, [&] { return name(); }),
          name(),
          text(),
          random_.below(1'000'000),
          random_.below(1'000'000),
          several(3, [&] { return text(); })};
}

RequestResult ModelGenerator::request() {
  RequestResult out;
  out.label = coin() ? "token" : "";
  out.method = "GET";
  out.url = text();
  out.status = number(0, 599);
  out.http_version = coin() ? "1.1" : "";
  out.remote_address = coin() ? "203.0.113.7:443" : "";
  out.start = span();
  out.phases = {span(), span(), span(), span(), span()};
  out.body_bytes = random_.below(1'000'000);
  out.pop = coin() ? "FRA" : "";
  out.cache_status = coin() ? "HIT" : "";
  if (coin()) out.tls = tls();
  if (coin()) out.evidence = evidence();
  return out;
}

StepResult ModelGenerator::step_result() {
  return {name(),
          any(StepStatus::skipped),
          coin(),
          span(),
          several(3, [&] { return request(); }),
          several(2, [&] { return failure(); }),
          several(2, [&] { return failure(); }),
          several(3, [&] {
            return NamedFact{name(), value()};
          })};
}

Attempt ModelGenerator::attempt() {
  return {name(), time(), span(), any(RunVerdict::unknown),
          several(3, [&] { return step_result(); })};
}

RunResult ModelGenerator::run() {
  RunResult out;
  out.key = key();
  out.revision = Revision{hex(64)};
  out.started = time();
  out.lateness = Millis{number(0, 60'000)};
  out.duration = span();
  out.verdict = any(RunVerdict::unknown);
  out.attempts = several(2, [&] { return attempt(); });
  out.attempts.push_back(attempt());
  if (coin()) out.trace_id = hex(32);
  return out;
}

AttemptFailed ModelGenerator::attempt_failed() {
  return {key(),
          Revision{hex(64)},
          time(),
          {any(FailureKind::internal), text(), text(), number(0, 599), "FRA", name(), position()}};
}

MissedSlot ModelGenerator::missed() { return {CheckName{name()}, time(), any(MissReason::clock)}; }

}  // namespace picket::test
