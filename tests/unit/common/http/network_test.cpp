#include "common/http/network.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "common/async/task_group.h"
#include "common/http/curl_client.h"
#include "tests/support/hostile_server.h"
#include "tests/support/udp_responder.h"

namespace picket::http {
namespace {

struct World {
  std::unique_ptr<Network> make(NetworkOptions options) {
    auto network = Network::create(io.get_executor(), clock, std::move(options));
    if (!network) throw std::runtime_error(render(network.error()));
    return std::move(*network);
  }
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
};

Resolution of(std::vector<std::string> addresses) {
  Resolution resolution;
  resolution.addresses = std::move(addresses);
  return resolution;
}

TEST_CASE("refused addresses are taken out, the rest keep their order", "[http][network]") {
  World world;
  const auto network = world.make({});
  Resolution mixed = of({"127.0.0.1", "192.0.2.2", "169.254.169.254", "192.0.2.1"});
  network->keep_allowed("shop.test", mixed);
  CHECK_FALSE(mixed.failure);
  CHECK(mixed.addresses == std::vector<std::string>{"192.0.2.2", "192.0.2.1"});
}

TEST_CASE("a name with refused addresses only is blocked, by the first one's reason",
          "[http][network]") {
  World world;
  const auto network = world.make({});
  Resolution none = of({"127.0.0.1", "169.254.169.254"});
  network->keep_allowed("shop.test", none);
  REQUIRE(none.failure);
  CHECK(none.failure->kind == FailureKind::blocked_address);
  CHECK(none.failure->message == "shop.test: " + network->guard().refusal("127.0.0.1"));
  Resolution literal = of({"127.0.0.1"});
  network->keep_allowed("127.0.0.1", literal);
  REQUIRE(literal.failure);
  CHECK(literal.failure->message == network->guard().refusal("127.0.0.1"));
}

TEST_CASE("a resolver's failure stays as it is", "[http][network]") {
  World world;
  const auto network = world.make({});
  Resolution failed;
  failed.failure = Failure{FailureKind::dns_nxdomain, "no such name", {}};
  network->keep_allowed("shop.test", failed);
  CHECK(failed.failure->kind == FailureKind::dns_nxdomain);
}

TEST_CASE("a bad CA file and a bad DNS server are configuration errors", "[http][network]") {
  World world;
  NetworkOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  const auto no_file = Network::create(world.io.get_executor(), world.clock, options);
  REQUIRE_FALSE(no_file);
  CHECK(no_file.error().code == ErrorCode::invalid_config);
  options.ca_file.clear();
  options.dns_servers = {"dns.example"};
  const auto no_server = Network::create(world.io.get_executor(), world.clock, options);
  REQUIRE_FALSE(no_server);
  CHECK(no_server.error().code == ErrorCode::invalid_config);
}

async::Task<void> ask(HttpClient& client, std::string url, int& status) {
  Request request;
  request.url = std::move(url);
  const auto exchange = co_await client.exchange(std::move(request));
  status = exchange ? exchange->status : -1;
}

TEST_CASE("clients over one network share its resolver", "[http][network]") {
  constexpr int kTypeA = 1;
  test::UdpResponder names([](const test::DnsQuestion& question) {
    if (question.type != kTypeA) return test::dns_reply(question, 0);
    return test::dns_addresses(question, {"127.0.0.1"}, 1);
  });
  test::HostileServer server([](test::RawConnection& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  World world;
  NetworkOptions options;
  options.dns_servers = {names.address()};
  options.guard = *AddressGuard::create({"127.0.0.0/8"});
  const auto network = world.make(std::move(options));
  const std::string url = "http://shop.test:" + std::to_string(server.port()) + "/";
  for (const char* agent : {"one", "two"}) {  // the first client's end leaves the network alone
    const auto client = create_curl_client(world.io.get_executor(), world.clock, *network, agent);
    REQUIRE(client);
    int status = 0;
    async::TaskGroup group{world.io.get_executor()};
    group.spawn("ask", ask(**client, url, status));
    world.io.restart();
    world.io.run();
    CHECK(status == 204);
  }
  CHECK(names.questions() == 4);  // A and AAAA, twice: nothing is kept
}

}  // namespace
}  // namespace picket::http
