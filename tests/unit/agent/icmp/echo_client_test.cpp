#include "agent/icmp/echo_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <iostream>

#include "common/async/task_group.h"
#include "tests/support/net_namespace.h"

using namespace picket;
using namespace picket::agent;
using namespace std::chrono_literals;
using test::NetNamespace;

namespace {

async::Task<void> one(IcmpClient& client, PingRequest request, Deadline deadline,
                      Result<PingSeries>& out) {
  out = co_await client.ping(std::move(request), deadline);
}

Result<PingSeries> ping(PingRequest request, Nanos limit = 10s,
                        IcmpOpener open = open_icmp_socket) {
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  const auto client = create_echo_client(clock, std::move(open));
  Result<PingSeries> out;
  async::TaskGroup group{io.get_executor()};
  group.spawn("ping", one(*client, std::move(request), Deadline::after(clock.now(), limit), out));
  io.run();
  return out;
}

PingRequest request_to(const std::string& address) {
  PingRequest request;
  request.address = address;
  request.interval = 10ms;
  request.patience = 200ms;
  return request;
}

// "3/3", "1/3 icmp_unreachable: ...", "unauthorized: ...": for tests that run in a child.
std::string summary(const Result<PingSeries>& series) {
  if (!series) return std::string(to_string(series.error().code)) + ": " + series.error().hint;
  int answered = 0;
  for (const auto& rtt : series->rtts) answered += rtt.has_value() ? 1 : 0;
  std::string out = std::to_string(answered) + "/" + std::to_string(series->rtts.size());
  out += series->raw ? " raw" : " plain";
  if (!series->failure) return out;
  return out + " " + std::string(to_string(series->failure->kind)) + ": " +
         series->failure->message;
}

// Everybody may ping here, without a privilege.
void allow_all(const NetNamespace& network) {
  network.set("ipv4/ping_group_range", "0 2147483647");
}

bool skip() {
  if (NetNamespace::available()) return false;
  std::cout << "SKIPPED: icmp-namespace: making a network namespace needs root\n";
  return true;
}

}  // namespace

TEST_CASE("the local host answers each packet, over both kinds of socket", "[icmp]") {
  if (skip()) return;
  const NetNamespace network;
  for (const std::string address : {"127.0.0.1", "::1"})
    for (const std::size_t payload : {0u, 56u, 1400u}) {
      PingRequest request = request_to(address);
      request.payload_bytes = payload;
      CHECK(network.run([&] { return summary(ping(request)); }) == "3/3 raw");
    }
  allow_all(network);
  for (const std::string address : {"127.0.0.1", "::1"})
    CHECK(network.run([&] { return summary(ping(request_to(address))); }) == "3/3 plain");
}

TEST_CASE("round trips and the series are measured", "[icmp]") {
  if (skip()) return;
  const NetNamespace network;
  const std::string measured = network.run([] {
    const auto series = ping(request_to("127.0.0.1"));
    for (const auto& rtt : series->rtts)
      if (*rtt <= 0ns || *rtt > 100ms) return std::string("odd round trip");
    return std::string(series->duration >= 20ms ? "fine" : "too short for its intervals");
  });
  CHECK(measured == "fine");
}

TEST_CASE("a host that does not answer loses all packets", "[icmp]") {
  if (skip()) return;
  const NetNamespace network;
  network.set("ipv4/icmp_echo_ignore_all", "1");
  CHECK(network.run([] { return summary(ping(request_to("127.0.0.1"))); }) == "0/3 raw");
  allow_all(network);
  CHECK(network.run([] { return summary(ping(request_to("127.0.0.1"))); }) == "0/3 plain");
}

TEST_CASE("the deadline ends a series and says how far it came", "[icmp]") {
  if (skip()) return;
  const NetNamespace network;
  const std::string ended = network.run([] {
    PingRequest request = request_to("127.0.0.1");
    request.interval = 1h;
    return summary(ping(request, 1s));
  });
  CHECK(ended == "1/1 raw timeout: time for 1 of 3 packets only");
}

TEST_CASE("no way to the address is unreachable, said by whom", "[icmp]") {
  if (skip()) return;
  const NetNamespace here;
  CHECK(here.run([] { return summary(ping(request_to("192.0.2.1"))); }) ==
        "0/0 raw icmp_unreachable: 192.0.2.1: Network is unreachable");
  const NetNamespace router;
  join(here, "198.51.100.1/24", router, "198.51.100.2/24");
  here.ip("route add default via 198.51.100.2");
  router.ip("route add unreachable 192.0.2.0/24");
  router.set("ipv4/ip_forward", "1");
  const auto ping_beyond = [] { return summary(ping(request_to("192.0.2.1"))); };
  CHECK(here.run(ping_beyond)
            .ends_with(" raw icmp_unreachable: 198.51.100.2 says of 192.0.2.1: host unreachable"));
  allow_all(here);
  CHECK(
      here.run(ping_beyond)
          .ends_with(" plain icmp_unreachable: 198.51.100.2 says of 192.0.2.1: host unreachable"));
}

TEST_CASE("without permission it is an error that names both remedies", "[icmp]") {
  if (skip()) return;
  const NetNamespace network;  // where ping_group_range lets nobody in
  const std::string refused = network.run([] {
    constexpr int kNobody = 65534;
    if (::setresgid(kNobody, kNobody, kNobody) != 0 || ::setresuid(kNobody, kNobody, kNobody) != 0)
      return std::string("still root");
    return summary(ping(request_to("127.0.0.1")));
  });
  CHECK(refused ==
        "unauthorized: let the agent's group into net.ipv4.ping_group_range, or give the agent "
        "CAP_NET_RAW (AmbientCapabilities=CAP_NET_RAW in its unit)");
}

TEST_CASE("an opener that fails makes the error", "[icmp]") {
  const auto series = ping(request_to("127.0.0.1"), 1s, [](IpFamily) -> Result<IcmpSocket> {
    return fail(ErrorCode::resource_exhausted, "no descriptor", "raise LimitNOFILE");
  });
  CHECK(summary(series) == "resource_exhausted: raise LimitNOFILE");
}

TEST_CASE("a name is no address to ping", "[icmp]") {
  const auto series = ping(request_to("host.example"));
  REQUIRE(!series);
  CHECK(series.error().code == ErrorCode::invalid_argument);
}
