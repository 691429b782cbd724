#include "agent/probe/tls_probe.h"

#include <algorithm>
#include <array>

#include "agent/probe/endpoint_hop.h"
#include "agent/probe/starttls.h"
#include "common/core/text.h"
#include "common/http/connect_failure.h"

namespace picket::agent {
namespace {

constexpr Nanos kOcspAtMost = Seconds{5};
constexpr std::uint64_t kOcspBytesMax = 64 * 1024;
constexpr std::uint64_t kTranscriptMax = 16 * 1024;

int default_port(const std::string& starttls) {
  for (const auto& [name, port] : TlsAction::kProtocols)
    if (name == starttls) return port;
  return 0;
}

Found milliseconds(std::int64_t span) {
  Found found = Found::scalar(span);
  found.unit = "ms";
  return found;
}

Found version_of(const std::string& text) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kVersions{
      {{"TLSv1", 1.0}, {"TLSv1.1", 1.1}, {"TLSv1.2", 1.2}, {"TLSv1.3", 1.3}}};
  for (const auto& [name, number] : kVersions)
    if (name == text) return Found::scalar(number);
  return Found::absent();
}

void add_text(Facts& facts, const std::string& name, const std::string& text) {
  if (!text.empty()) facts[name] = Found::scalar(text);
}

void add_leaf(Facts& facts, const CertificateFacts& leaf) {
  add_text(facts, "subject", leaf.subject);
  add_text(facts, "issuer", leaf.issuer);
  add_text(facts, "sha256", leaf.sha256);
  std::vector<Value> names(leaf.dns_names.begin(), leaf.dns_names.end());
  facts["dns_names"] = Found::list(std::move(names));
}

// One handshake, step by step; the coroutine run_tls owns it.
class TlsProbe {
 public:
  TlsProbe(TlsAction action, const ProbeContext& context)
      : action_(std::move(action)), context_(context) {}

  async::Task<Result<ProbeOutcome>> run();

 private:
  async::Task<Status> say_starttls(Connection& connection);
  async::Task<Status> shake_hands(Connection& connection);
  async::Task<Status> look_at_ocsp(Connection& connection, const TlsReport& report);
  async::Task<Result<std::string>> fetch_ocsp(Connection& connection, const TlsReport& report);
  void judge(const TlsReport& report);
  std::string command() const;
  bool wants_ocsp() const {
    return std::find(context_.judged.begin(), context_.judged.end(), "ocsp") !=
           context_.judged.end();
  }

  TlsAction action_;
  const ProbeContext& context_;
  HostPort at_;
  Hop hop_;
  ProbeOutcome outcome_;
  bool revoked_{false};
};

std::string TlsProbe::command() const {
  const std::string name =
      action_.client.server_name.empty() ? at_.host : action_.client.server_name;
  std::string line = "openssl s_client -connect " + shell_word(render(at_)) + " -servername " +
                     shell_word(name) + " -showcerts";
  if (action_.starttls != "none") line += " -starttls " + action_.starttls;
  return line + " </dev/null";
}

async::Task<Status> TlsProbe::say_starttls(Connection& connection) {
  const MonoTime start = context_.ports.clock.now();
  http::Exchange& exchange = hop_.exchange;
  auto refused =
      co_await run_starttls(action_.starttls, connection, context_.deadline, exchange.body);
  if (!refused) co_return fail(refused.error());
  exchange.phases.wait = context_.ports.clock.now() - start;
  exchange.body_bytes = exchange.body.size();
  exchange.body.resize(std::min<std::size_t>(exchange.body.size(), kTranscriptMax));
  exchange.failure = std::move(*refused);
  finish(hop_);
  co_return Status{};
}

// What is wrong with the certificate, as far as no expectation judges it.
void TlsProbe::judge(const TlsReport& report) {
  if (hop_.exchange.failure || action_.client.insecure) return;
  const std::string leaf = http::describe_leaf(report.facts);
  if (action_.verify_chain && report.verify_result != 0)
    hop_.exchange.failure = http::refused_certificate(report.verify_result, leaf);
  else if (action_.verify_name && !report.name_matches)
    hop_.exchange.failure = http::refused_certificate(0, leaf);
  if (!hop_.exchange.failure && action_.verify_status && revoked_)
    hop_.exchange.failure = Failure{FailureKind::tls_revoked,
                                    std::string(summary_of(FailureKind::tls_revoked)) + ": " + leaf,
                                    {}};
}

async::Task<Result<std::string>> TlsProbe::fetch_ocsp(Connection& connection,
                                                      const TlsReport& report) {
  const MonoTime start = context_.ports.clock.now();
  Hop hop;
  hop.label = "ocsp";
  hop.beside = true;
  hop.request.method = "POST";
  hop.request.url = report.ocsp_url;
  hop.request.headers = {{"content-type", "application/ocsp-request"},
                         {"accept", "application/ocsp-response"}};
  hop.request.body = report.ocsp_request;
  hop.request.body_bytes_max = kOcspBytesMax;
  hop.request.timeout = std::min(context_.deadline.left(start), kOcspAtMost);
  if (hop.request.timeout <= Nanos{0}) co_return "unreachable";
  http::Request request = hop.request;
  auto exchange = co_await context_.ports.client.exchange(std::move(request));
  if (!exchange) co_return fail(exchange.error());
  hop.exchange = std::move(*exchange);
  hop.duration = context_.ports.clock.now() - start;
  const bool answered = !hop.exchange.failure && hop.exchange.status == 200;
  std::string status = answered ? connection.judge_ocsp(hop.exchange.body) : "unreachable";
  outcome_.hops.insert(outcome_.hops.begin(), std::move(hop));
  co_return status;
}

async::Task<Status> TlsProbe::look_at_ocsp(Connection& connection, const TlsReport& report) {
  const bool stapled = !report.ocsp_staple.empty();
  outcome_.facts["ocsp_stapled"] = Found::scalar(stapled);
  std::string status = stapled ? connection.judge_ocsp(report.ocsp_staple) : "none";
  if (!stapled && wants_ocsp() && !report.ocsp_url.empty()) {
    auto fetched = co_await fetch_ocsp(connection, report);
    if (!fetched) co_return fail(fetched.error());
    status = std::move(*fetched);
  }
  revoked_ = status == "revoked";
  outcome_.facts["ocsp"] = Found::scalar(std::move(status));
  co_return Status{};
}

async::Task<Status> TlsProbe::shake_hands(Connection& connection) {
  TlsSettings settings = settings_of(action_.client, at_);
  settings.verify = false;  // judged here
  settings.ask_ocsp = true;
  auto report = co_await connection.start_tls(std::move(settings), context_.deadline);
  if (!report) co_return fail(report.error());
  take_report(*report, hop_);
  if (!report->done) co_return Status{};
  outcome_.facts = tls_facts(*report, context_.ports.clock.wall_now());
  auto refused = co_await connection.hear_refusal(context_.deadline);
  if (!refused) co_return fail(refused.error());
  if (auto looked = co_await look_at_ocsp(connection, *report); !looked) co_return looked;
  judge(*report);
  if (!hop_.exchange.failure) hop_.exchange.failure = std::move(*refused);
  co_return Status{};
}

async::Task<Result<ProbeOutcome>> TlsProbe::run() {
  EndpointOptions options{.protocol = "TLS", .default_port = default_port(action_.starttls)};
  Endpoint endpoint = action_.endpoint;
  auto opened = co_await open_endpoint(std::move(endpoint), std::move(options), context_);
  if (!opened) co_return fail(opened.error());
  hop_ = std::move(opened->hop);
  at_ = opened->at;
  if (at_.port != 0) hop_.command = command();
  Status done;
  if (opened->connection && action_.starttls != "none")
    done = co_await say_starttls(*opened->connection);
  if (done && opened->connection && !hop_.exchange.failure)
    done = co_await shake_hands(*opened->connection);
  if (!done) co_return fail(done.error());
  outcome_.facts["failed_addresses"] =
      Found::scalar(static_cast<std::int64_t>(opened->failed.size()));
  outcome_.failure = hop_.exchange.failure;
  outcome_.hops.push_back(std::move(hop_));
  co_return std::move(outcome_);
}

}  // namespace

Facts tls_facts(const TlsReport& report, WallTime now) {
  Facts facts;
  facts["version"] = version_of(report.facts.version);
  add_text(facts, "cipher", report.facts.cipher);
  add_text(facts, "alpn", report.alpn);
  facts["chain"] = Found::scalar(report.verify_result == 0 ? "valid" : report.facts.verify_error);
  facts["hostname"] = Found::scalar(report.name_matches ? "matches" : "mismatch");
  facts["chain_length"] = Found::scalar(static_cast<std::int64_t>(report.chain_length));
  add_text(facts, "serial", report.serial);
  add_text(facts, "signature", report.signature);
  add_text(facts, "key.type", report.key_type);
  if (report.key_bits != 0) facts["key.bits"] = Found::scalar(std::int64_t{report.key_bits});
  if (report.facts.chain.empty()) return facts;
  add_leaf(facts, report.facts.chain.front());
  const auto first =
      std::min_element(report.facts.chain.begin(), report.facts.chain.end(),
                       [](const auto& a, const auto& b) { return a.not_after < b.not_after; });
  facts["expires_in"] = milliseconds(first->not_after.unix_ms() - now.unix_ms());
  return facts;
}

async::Task<Result<ProbeOutcome>> run_tls(TlsAction action, const ProbeContext& context) {
  TlsProbe probe(std::move(action), context);
  co_return co_await probe.run();
}

}  // namespace picket::agent
