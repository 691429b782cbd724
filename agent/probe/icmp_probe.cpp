#include "agent/probe/icmp_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace picket::agent {
namespace {

http::IpVersion ip_version_of(const std::string& text) {
  if (text == "4") return http::IpVersion::v4;
  return text == "6" ? http::IpVersion::v6 : http::IpVersion::any;
}

double millis_of(Nanos span) {
  return std::round(std::chrono::duration<double, std::micro>(span).count()) / 1000.0;
}

Found milliseconds(double value) {
  Found found = Found::scalar(value);
  found.unit = "ms";
  return found;
}

// Like ping's own lines.
std::string render_series(const PingSeries& series) {
  std::string out;
  for (std::size_t i = 0; i < series.rtts.size(); ++i)
    out += series.rtts[i] ? fmt::format("seq={} time={:.3f} ms\n", i, millis_of(*series.rtts[i]))
                          : fmt::format("seq={} lost\n", i);
  return out;
}

// Not even a packet could be sent: this machine has no such protocol, or no route.
bool has_no_way(const Result<PingSeries>& series) {
  if (!series) return series.error().code == ErrorCode::io;
  return series->rtts.empty() && series->failure &&
         series->failure->kind == FailureKind::icmp_unreachable;
}

std::string ping_line(const IcmpAction& action, const std::string& address) {
  return fmt::format("ping -c {} -i {} -s {} {}", action.count,
                     static_cast<double>(action.interval.count()) / 1000.0, action.size_bytes,
                     address);
}

class IcmpProbe {
 public:
  IcmpProbe(IcmpAction action, const IcmpPorts& ports, const ProbeContext& context)
      : action_(std::move(action)), ports_(ports), context_(context) {
    hop_.request.method = "PING";
    hop_.request.url = "icmp://" + action_.host;
  }

  async::Task<Result<ProbeOutcome>> run();

 private:
  async::Task<Status> resolve();
  async::Task<Result<PingSeries>> ping_first_with_a_way();
  async::Task<Status> ping();
  ProbeOutcome finish();

  IcmpAction action_;
  const IcmpPorts& ports_;
  const ProbeContext& context_;
  Hop hop_;
  std::vector<std::string> addresses_;
  std::string address_;  // the one pinged
  Facts facts_;
};

async::Task<Status> IcmpProbe::resolve() {
  async::Clock& clock = context_.ports.clock;
  const MonoTime start = clock.now();
  auto resolution = co_await ports_.network.resolver().resolve(
      action_.host, ip_version_of(action_.ip_version), context_.deadline);
  if (!resolution) co_return fail(std::move(resolution.error()));
  hop_.exchange.phases.dns = clock.now() - start;
  hop_.exchange.resolved_addresses = resolution->addresses;
  hop_.exchange.dns_server = resolution->server;
  ports_.network.keep_allowed(action_.host, *resolution);
  hop_.exchange.failure = resolution->failure;
  if (!resolution->failure) addresses_ = std::move(resolution->addresses);
  co_return Status{};
}

// An agent without IPv6 says nothing about a target that has it beside IPv4.
async::Task<Result<PingSeries>> IcmpProbe::ping_first_with_a_way() {
  for (std::size_t i = 0;; ++i) {
    PingRequest request;
    request.address = address_ = addresses_[i];
    request.count = action_.count;
    request.interval = action_.interval;
    request.payload_bytes = action_.size_bytes;
    auto series = co_await ports_.client.ping(std::move(request), context_.deadline);
    if (i + 1 == addresses_.size() || !has_no_way(series)) co_return series;
  }
}

async::Task<Status> IcmpProbe::ping() {
  auto series = co_await ping_first_with_a_way();
  if (!series) co_return fail(std::move(series.error()));
  hop_.exchange.remote_address = address_;
  hop_.exchange.phases.wait = series->duration;
  hop_.exchange.body = render_series(*series);
  hop_.exchange.failure = series->failure;
  hop_.command = ping_line(action_, address_);
  facts_ = icmp_facts(*series);
  const auto& judged = context_.judged;
  const bool judges_loss = std::find(judged.begin(), judged.end(), "loss") != judged.end();
  const bool all_lost = std::none_of(series->rtts.begin(), series->rtts.end(),
                                     [](const auto& rtt) { return rtt.has_value(); });
  if (all_lost && !series->failure && !judges_loss)
    hop_.exchange.failure =
        Failure{FailureKind::icmp_loss,
                fmt::format("{} answered none of {} packets", address_, series->rtts.size()),
                {}};
  co_return Status{};
}

ProbeOutcome IcmpProbe::finish() {
  hop_.duration = hop_.exchange.phases.total();
  ProbeOutcome outcome;
  outcome.failure = hop_.exchange.failure;
  outcome.facts = std::move(facts_);
  outcome.hops.push_back(std::move(hop_));
  return outcome;
}

async::Task<Result<ProbeOutcome>> IcmpProbe::run() {
  Status done = co_await resolve();
  if (done && !hop_.exchange.failure) done = co_await ping();
  if (!done) co_return fail(std::move(done.error()));
  co_return finish();
}

}  // namespace

Facts icmp_facts(const PingSeries& series) {
  Facts facts;
  Nanos sum{0};
  std::vector<Nanos> answered;
  for (const auto& rtt : series.rtts)
    if (rtt) answered.push_back(*rtt);
  for (const Nanos rtt : answered) sum += rtt;
  const auto sent = static_cast<double>(series.rtts.size());
  const auto received = static_cast<double>(answered.size());
  facts["packets.sent"] = Found::scalar(static_cast<std::int64_t>(series.rtts.size()));
  facts["packets.received"] = Found::scalar(static_cast<std::int64_t>(answered.size()));
  if (sent > 0) facts["loss"] = Found::scalar(std::round(1000.0 * (sent - received) / sent) / 10.0);
  if (answered.empty()) return facts;
  const auto [low, high] = std::minmax_element(answered.begin(), answered.end());
  facts["rtt.min"] = milliseconds(millis_of(*low));
  facts["rtt.avg"] = milliseconds(millis_of(sum / static_cast<std::int64_t>(answered.size())));
  facts["rtt.max"] = milliseconds(millis_of(*high));
  return facts;
}

async::Task<Result<ProbeOutcome>> run_icmp(IcmpAction action, const ProbeContext& context) {
  if (context.ports.icmp == nullptr)
    co_return fail(ErrorCode::internal, "this program has no ICMP client");
  IcmpProbe probe(std::move(action), *context.ports.icmp, context);
  co_return co_await probe.run();
}

}  // namespace picket::agent
