#include "agent/probe/icmp_probe.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "agent/probe/probes.h"
#include "common/async/task_group.h"
#include "tests/support/scripted_http.h"
#include "tests/support/udp_responder.h"

using namespace picket;
using namespace picket::agent;
using namespace std::chrono_literals;

namespace {

struct FakePings final : IcmpClient {
  Result<PingSeries> series;
  std::map<std::string, Result<PingSeries>> of_address;  // instead of `series`
  PingRequest asked;

  async::Task<Result<PingSeries>> ping(PingRequest request, Deadline) override {
    asked = std::move(request);
    const auto found = of_address.find(asked.address);
    co_return found == of_address.end() ? series : found->second;
  }
};

struct World {
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  test::ScriptedHttp http{clock};
  test::UdpResponder names{[](const test::DnsQuestion& question) {
    const bool is_v6 = question.type == 28;
    return test::dns_addresses(question, {is_v6 ? "2001:db8::7" : "127.0.0.1"}, 1);
  }};
  std::unique_ptr<http::Network> network;
  FakePings pings;

  explicit World(std::vector<std::string> allow = {"127.0.0.0/8"}) {
    http::NetworkOptions options;
    options.dns_servers = {names.address()};
    options.guard = *http::AddressGuard::create(allow);
    network = *http::Network::create(io.get_executor(), clock, std::move(options));
  }

  Result<ProbeOutcome> run(IcmpAction action, std::vector<std::string> judged = {}) {
    Result<ProbeOutcome> out = fail(ErrorCode::internal, "did not run");
    async::TaskGroup group{io.get_executor()};
    group.spawn("ping", keep(std::move(action), std::move(judged), out));
    io.restart();
    io.run();
    return out;
  }

  async::Task<void> keep(IcmpAction action, std::vector<std::string> judged,
                         Result<ProbeOutcome>& out) {
    const IcmpPorts ports{pings, *network};
    Probes probes({.client = http, .clock = clock, .icmp = &ports});
    const auto session = probes.open({});
    ProbeRequest request{.action = std::move(action),
                         .secret_headers = {},
                         .deadline = Deadline::after(clock.now(), 5s),
                         .step = "ping",
                         .judged = std::move(judged)};
    out = co_await session->run(std::move(request));
  }
};

PingSeries series_of(std::vector<std::optional<Nanos>> rtts) {
  PingSeries series;
  series.rtts = std::move(rtts);
  series.duration = 400ms;
  return series;
}

std::string kind_of(const Result<ProbeOutcome>& outcome) {
  REQUIRE(outcome);
  return outcome->failure ? std::string(to_string(outcome->failure->kind)) : "none";
}

}  // namespace

TEST_CASE("facts of a series: loss in percent, round trips in milliseconds", "[icmp]") {
  const Facts facts = icmp_facts(series_of({1'234'567ns, std::nullopt, 2'000'000ns}));
  CHECK(facts.at("loss").values.front() == Value{33.3});
  CHECK(facts.at("packets.sent").values.front() == Value{std::int64_t{3}});
  CHECK(facts.at("packets.received").values.front() == Value{std::int64_t{2}});
  CHECK(facts.at("rtt.min").values.front() == Value{1.235});
  CHECK(facts.at("rtt.avg").values.front() == Value{1.617});
  CHECK(facts.at("rtt.max").values.front() == Value{2.0});
  CHECK(facts.at("rtt.max").unit == "ms");
  const Facts lost = icmp_facts(series_of({std::nullopt, std::nullopt}));
  CHECK(lost.at("loss").values.front() == Value{100.0});
  CHECK(!lost.contains("rtt.avg"));
  CHECK(!icmp_facts(series_of({})).contains("loss"));
}

TEST_CASE("a ping becomes one hop with its command", "[icmp]") {
  World world;
  world.pings.series = series_of({1ms, std::nullopt, 3ms});
  IcmpAction action;
  action.host = "127.0.0.1";
  action.size_bytes = 100;
  const auto outcome = world.run(action);
  CHECK(kind_of(outcome) == "none");
  CHECK(world.pings.asked.address == "127.0.0.1");
  CHECK(world.pings.asked.payload_bytes == 100);
  REQUIRE(outcome->hops.size() == 1);
  const Hop& hop = outcome->hops.front();
  CHECK(hop.request.method == "PING");
  CHECK(hop.request.url == "icmp://127.0.0.1");
  CHECK(hop.command == "ping -c 3 -i 0.2 -s 100 127.0.0.1");
  CHECK(hop.exchange.phases.wait == 400ms);
  CHECK(hop.exchange.body == "seq=0 time=1.000 ms\nseq=1 lost\nseq=2 time=3.000 ms\n");
}

TEST_CASE("only silence is a failure, and not when loss is judged", "[icmp]") {
  World world;
  world.pings.series = series_of({std::nullopt, std::nullopt});
  IcmpAction action;
  action.host = "127.0.0.1";
  const auto lost = world.run(action);
  CHECK(kind_of(lost) == "icmp_loss");
  CHECK(lost->failure->message == "127.0.0.1 answered none of 2 packets");
  CHECK(kind_of(world.run(action, {"loss"})) == "none");
  world.pings.series = series_of({});
  world.pings.series->failure = Failure{FailureKind::icmp_unreachable, "no way", {}};
  CHECK(kind_of(world.run(action, {"loss"})) == "icmp_unreachable");
}

TEST_CASE("an address that this machine has no way to is passed over", "[icmp]") {
  World world;
  world.pings.series = series_of({1ms});
  PingSeries no_way;
  no_way.failure = Failure{FailureKind::icmp_unreachable, "no way", {}};
  IcmpAction action;
  action.host = "dual.test";
  for (const Result<PingSeries>& of_v6 :
       {Result<PingSeries>(no_way), Result<PingSeries>(fail(ErrorCode::io, "no such protocol"))}) {
    world.pings.of_address.insert_or_assign("2001:db8::7", of_v6);
    const auto outcome = world.run(action);
    CHECK(kind_of(outcome) == "none");
    CHECK(outcome->hops.front().exchange.remote_address == "127.0.0.1");
    CHECK(outcome->hops.front().exchange.resolved_addresses.size() == 2);
  }
  action.ip_version = "6";
  world.pings.of_address.insert_or_assign("2001:db8::7", no_way);
  CHECK(kind_of(world.run(action)) == "icmp_unreachable");
  // What was sent and came to nothing is the target's.
  action.ip_version = "any";
  PingSeries refused = series_of({std::nullopt});
  refused.failure = Failure{FailureKind::icmp_unreachable, "a router says no", {}};
  world.pings.of_address.insert_or_assign("2001:db8::7", refused);
  CHECK(kind_of(world.run(action)) == "icmp_unreachable");
}

TEST_CASE("the address guard stands before a ping", "[icmp]") {
  World world(std::vector<std::string>{});
  world.pings.series = series_of({1ms});
  IcmpAction action;
  action.host = "127.0.0.1";
  CHECK(kind_of(world.run(action)) == "blocked_address");
  CHECK(world.pings.asked.address.empty());
}

TEST_CASE("an address of the other family is no target", "[icmp]") {
  World world;
  IcmpAction action;
  action.host = "127.0.0.1";
  action.ip_version = "6";
  CHECK(kind_of(world.run(action)) == "dns_no_data");
}

TEST_CASE("no permission is our error, with the remedies", "[icmp]") {
  World world;
  world.pings.series = fail(ErrorCode::unauthorized, "the agent may not send ICMP", "do this");
  IcmpAction action;
  action.host = "127.0.0.1";
  const auto outcome = world.run(action);
  REQUIRE(!outcome);
  CHECK(outcome.error().code == ErrorCode::unauthorized);
  CHECK(outcome.error().hint == "do this");
}
