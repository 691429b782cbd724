#include "agent/probe/dns_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/dns/name_servers.h"
#include "agent/probe/dns_servers.h"
#include "agent/probe/dns_summary.h"

namespace picket::agent {
namespace {

// A name in single quotes, unless a shell takes it as it is.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:";
  if (text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  return out + "'";
}

class DnsProbe {
 public:
  DnsProbe(DnsAction action, const DnsPorts& ports, const ProbeContext& context)
      : action_(std::move(action)), ports_(ports), context_(context), clock_(context.ports.clock) {
    question_ = {.name = action_.query, .type = action_.type};
    if (action_.type != "PTR") return;
    if (std::string name = reverse_name(action_.query); !name.empty())
      question_.name = std::move(name);
  }

  async::Task<Result<ProbeOutcome>> run();

 private:
  async::Task<Result<DnsAsked>> ask(DnsServer server, Deadline deadline);
  async::Task<Result<DnsReply>> query(DnsServer server, DnsEndpoint endpoint, bool checked,
                                      Deadline deadline);
  Hop hop_of(const DnsAsked& asked) const;
  std::string dig_line(const DnsAsked& asked) const;

  DnsAction action_;
  const DnsPorts& ports_;
  const ProbeContext& context_;
  async::Clock& clock_;
  DnsQuestion question_;
};

async::Task<Result<DnsReply>> DnsProbe::query(DnsServer server, DnsEndpoint endpoint, bool checked,
                                              Deadline deadline) {
  DnsQuery query;
  query.question = question_;
  query.server = std::move(endpoint);
  query.guarded = server.guarded;
  query.tcp = action_.tcp;
  query.recursion = action_.recursion && !action_.authoritative;
  query.dnssec = action_.dnssec;
  query.checking_disabled = !checked;
  co_return co_await ports_.client.query(std::move(query), deadline);
}

async::Task<Result<DnsAsked>> DnsProbe::ask(DnsServer server, Deadline deadline) {
  DnsAsked asked{.label = server.label, .server = {}, .failure = server.failure, .reply = {}};
  // One that does not answer leaves the next its share of the time, and its own wait is told.
  auto left = static_cast<std::int64_t>(server.endpoints.size());
  Nanos waited{0};
  for (const DnsEndpoint& endpoint : server.endpoints) {
    asked.server = endpoint;
    const MonoTime now = clock_.now();
    const Deadline share = deadline.shorten(now, deadline.left(now) / left--);
    auto reply = co_await query(server, endpoint, true, share);
    if (!reply) co_return fail(std::move(reply.error()));
    waited += reply->duration;
    asked.reply = std::move(*reply);
    asked.reply.duration = waited;
    asked.failure = asked.reply.failure;
    if (!asked.failure) break;
  }
  if (asked.failure || !action_.dnssec || asked.reply.message.rcode != "SERVFAIL") co_return asked;
  // Only validation can make the difference between the two.
  auto unchecked = co_await query(server, asked.server, false, deadline);
  if (!unchecked) co_return fail(std::move(unchecked.error()));
  asked.bogus = !unchecked->failure && unchecked->message.rcode == "NOERROR";
  co_return asked;
}

std::string DnsProbe::dig_line(const DnsAsked& asked) const {
  std::string line = fmt::format("dig @{} -p {} {} {}", asked.server.address, asked.server.port,
                                 shell_word(question_.name), question_.type);
  if (action_.tcp) line += " +tcp";
  if (action_.authoritative || !action_.recursion) line += " +norecurse";
  if (action_.dnssec) line += " +dnssec";
  return line;
}

Hop DnsProbe::hop_of(const DnsAsked& asked) const {
  Hop hop;
  hop.label = asked.label;
  hop.request.method = "DNS";
  hop.duration = asked.reply.duration;
  http::Exchange& exchange = hop.exchange;
  exchange.failure = asked.failure;
  exchange.phases.dns = asked.reply.duration;
  if (asked.server.address.empty()) {
    hop.request.url =
        fmt::format("dns://{}/{}?type={}", asked.label, question_.name, question_.type);
    return hop;
  }
  hop.request.url =
      fmt::format("dns://{}/{}?type={}", render(asked.server), question_.name, question_.type);
  hop.command = dig_line(asked);
  exchange.remote_address = render(asked.server);
  exchange.dns_server = exchange.remote_address;
  exchange.body_bytes = asked.reply.bytes;
  if (!asked.failure) exchange.body = render_dns(asked.reply);
  return hop;
}

async::Task<Result<ProbeOutcome>> DnsProbe::run() {
  const auto& judged = context_.judged;
  if (std::find(judged.begin(), judged.end(), "dnssec") != judged.end()) action_.dnssec = true;
  DnsServers servers(ports_, clock_);
  DnsAction asked_for = action_;
  asked_for.query = question_.name;
  auto found = co_await servers.find(std::move(asked_for), context_.deadline);
  if (!found) co_return fail(std::move(found.error()));
  ProbeOutcome outcome;
  std::vector<DnsAsked> all;
  for (std::size_t i = 0; i < found->size(); ++i) {
    const MonoTime now = clock_.now();
    const auto left = static_cast<std::int64_t>(found->size() - i);
    const Deadline share = context_.deadline.shorten(now, context_.deadline.left(now) / left);
    auto asked = co_await ask(found->at(i), share);
    if (!asked) co_return fail(std::move(asked.error()));
    outcome.hops.push_back(hop_of(*asked));
    all.push_back(std::move(*asked));
  }
  DnsSummary summary = summarize_dns(action_, question_, all, judged);
  outcome.facts = std::move(summary.facts);
  outcome.failure = std::move(summary.failure);
  // The last hop is the one that a failure is told of.
  const auto failed = outcome.hops.begin() + static_cast<std::ptrdiff_t>(summary.failed);
  if (outcome.failure) std::rotate(failed, failed + 1, outcome.hops.end());
  co_return outcome;
}

}  // namespace

async::Task<Result<ProbeOutcome>> run_dns(DnsAction action, const ProbeContext& context) {
  if (context.ports.dns == nullptr)
    co_return fail(ErrorCode::internal, "this program has no DNS client");
  DnsProbe probe(std::move(action), *context.ports.dns, context);
  co_return co_await probe.run();
}

}  // namespace picket::agent
