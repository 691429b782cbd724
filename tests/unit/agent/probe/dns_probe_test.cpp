#include "agent/probe/dns_probe.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <map>

#include "agent/probe/dns_servers.h"
#include "agent/probe/probes.h"
#include "common/async/task_group.h"
#include "common/http/network.h"
#include "tests/support/scripted_http.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::agent;
using namespace std::chrono_literals;

namespace {

// Servers that answer after a while; others say nothing for as long as a client would wait.
struct FakeServers final : DnsClient {
  async::Clock& clock;
  std::map<std::string, Nanos> after;

  explicit FakeServers(async::Clock& used) : clock(used) {}

  async::Task<Result<DnsReply>> query(DnsQuery query, Deadline deadline) override {
    const MonoTime start = clock.now();
    const auto known = after.find(query.server.address);
    const Nanos wait = known == after.end() ? Nanos{7s} : known->second;
    const Deadline until = deadline.shorten(start, wait);
    if (!until.passed(start)) co_await clock.sleep_until(until.at());
    DnsReply reply;
    reply.duration = clock.now() - start;
    if (known == after.end() || reply.duration < wait)
      reply.failure = Failure{FailureKind::dns_timeout, "no answer", {}};
    reply.message.answers = {{.owner = "shop.test.", .type = "A", .ttl = 60, .rdata = "192.0.2.1"}};
    co_return reply;
  }
};

struct World {
  boost::asio::io_context context{1};
  sim::SimClock clock{context.get_executor(), WallTime::from_unix_ms(1'795'314'000'000)};
  async::TaskGroup group{context.get_executor()};
  test::ScriptedHttp http{clock};
  FakeServers servers{clock};
  std::unique_ptr<http::Network> network =
      *http::Network::create(context.get_executor(), clock, http::NetworkOptions{});

  ProbeOutcome run(Nanos timeout) {
    const DnsPorts ports{servers, *network, {{"192.0.2.53", 53}, {"192.0.2.54", 53}}};
    Probes probes({.client = http, .clock = clock, .dns = &ports});
    const auto session = probes.open({});
    DnsAction action;
    action.query = "shop.test";
    ProbeRequest request{.action = std::move(action),
                         .secret_headers = {},
                         .deadline = Deadline::after(clock.now(), timeout),
                         .step = "dns",
                         .judged = {}};
    ProbeOutcome outcome;
    group.spawn("dns", keep(*session, std::move(request), outcome));
    sim::run_for(context, clock, Seconds{60});
    return outcome;
  }

  static async::Task<void> keep(ProbeSession& session, ProbeRequest request, ProbeOutcome& out) {
    auto outcome = co_await session.run(std::move(request));
    if (outcome) out = std::move(*outcome);
  }
};

}  // namespace

TEST_CASE("a dead first resolver leaves the next its time, and its wait is told", "[dns]") {
  World w;
  w.servers.after["192.0.2.54"] = 5ms;
  const ProbeOutcome patient = w.run(20s);
  CHECK_FALSE(patient.failure);
  REQUIRE(patient.hops.size() == 1);
  CHECK(patient.hops[0].exchange.remote_address == "192.0.2.54:53");
  CHECK(patient.hops[0].exchange.phases.dns == 7s + 5ms);
  CHECK(patient.hops[0].duration == 7s + 5ms);
  const ProbeOutcome hurried = w.run(6s);
  CHECK_FALSE(hurried.failure);
  CHECK(hurried.hops[0].exchange.phases.dns == 3s + 5ms);
}

TEST_CASE("resolvers that are all dead fail at the end of the time", "[dns]") {
  World w;
  const ProbeOutcome outcome = w.run(6s);
  REQUIRE(outcome.failure);
  CHECK(outcome.failure->kind == FailureKind::dns_timeout);
  CHECK(outcome.hops[0].exchange.phases.dns == 6s);
}
