#include <sys/resource.h>

#include <filesystem>
#include <string>

#include "common/async/with_deadline.h"
#include "tests/integration/http/client_fixture.h"
#include "tests/support/hostile_server.h"

namespace picket {
namespace {

using namespace std::chrono_literals;
using test::ClientFixture;
using test::HostileServer;
using test::kind_of;
using test::RawConnection;

void hold(RawConnection& peer) { peer.hold(); }

http::Request request_for(std::string url) {
  http::Request request;
  request.url = std::move(url);
  return request;
}

std::size_t open_descriptors() {
  using Iterator = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(Iterator("/proc/self/fd"), Iterator{}));
}

TEST_CASE("a deadline of the caller's cancels the exchange at once", "[http]") {
  ClientFixture fixture;
  HostileServer server(hold);
  bool ended = false;
  const auto probe = [&]() -> async::Task<void> {
    http::Request request = request_for(server.url());
    auto work = fixture.client->exchange(std::move(request));
    const Deadline deadline = Deadline::after(fixture.clock.now(), 50ms);
    const auto answer = co_await async::with_deadline(fixture.clock, deadline, std::move(work));
    ended = !answer.has_value();
  };
  async::TaskGroup group{fixture.io.get_executor()};
  group.spawn("probe", probe());
  const MonoTime start = fixture.clock.now();
  fixture.io.run();
  CHECK(ended);
  CHECK(fixture.clock.now() - start < 2s);
}

TEST_CASE("cancellation at every moment of an exchange leaves nothing behind", "[http]") {
  ClientFixture fixture;
  HostileServer server([](RawConnection& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    peer.drip("0123456789", 1ms);
  });
  const std::size_t before = open_descriptors();
  for (int turns = 0; turns < 40; ++turns) {
    std::vector<http::Request> none;
    Result<http::Exchange> answer;
    const auto probe = [&]() -> async::Task<void> {
      http::Request request = request_for(server.url());
      answer = co_await fixture.client->exchange(std::move(request));
    };
    async::TaskGroup group{fixture.io.get_executor()};
    group.spawn("probe", probe());
    fixture.io.restart();
    for (int i = 0; i < turns && group.size() > 0; ++i) fixture.io.run_one_for(20ms);
    group.cancel_all();
    fixture.io.run();
    REQUIRE(group.size() == 0);
  }
  CHECK(open_descriptors() <= before + 2);  // the server's side of the last connections
}

TEST_CASE("a client can be destroyed with exchanges under way", "[http]") {
  HostileServer server(hold);
  ClientFixture fixture;
  async::TaskGroup group{fixture.io.get_executor()};
  const auto probe = [&]() -> async::Task<void> {
    http::Request request = request_for(server.url());
    const auto answer = co_await fixture.client->exchange(std::move(request));
    FAIL("resumed after its client was gone");
  };
  for (int i = 0; i < 10; ++i) group.spawn("probe", probe());
  while (server.connections() < 10) fixture.io.poll();
  fixture.client.reset();
  CHECK(server.connections() == 10);
}

TEST_CASE("a client can be destroyed before its first turn", "[http]") {
  HostileServer server(hold);
  ClientFixture fixture;
  async::TaskGroup group{fixture.io.get_executor()};
  const auto probe = [&]() -> async::Task<void> {
    http::Request request = request_for(server.url());
    const auto answer = co_await fixture.client->exchange(std::move(request));
  };
  group.spawn("probe", probe());
  fixture.io.poll_one();
  fixture.client.reset();
  CHECK(server.connections() == 0);
}

TEST_CASE("exchanges leave neither descriptors nor work behind", "[http]") {
  ClientFixture fixture;
  HostileServer server([](RawConnection& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  });
  CHECK(kind_of(fixture.get(server.url())) == "none");
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 300; ++i) REQUIRE(kind_of(fixture.get(server.url())) == "none");
  CHECK(open_descriptors() <= before + 2);
}

TEST_CASE("running out of descriptors is our failure, not the target's", "[http]") {
  HostileServer server(hold);
  ClientFixture fixture;
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  rlimit low = old;
  low.rlim_cur = 3;  // below what is open
  ::setrlimit(RLIMIT_NOFILE, &low);
  const auto literal = fixture.try_exchange(request_for(server.url()));
  const auto named = fixture.try_exchange(request_for("http://shop.example/"));
  ::setrlimit(RLIMIT_NOFILE, &old);
  REQUIRE_FALSE(literal);
  CHECK(literal.error().code == ErrorCode::resource_exhausted);
  REQUIRE_FALSE(named);
  CHECK(named.error().code == ErrorCode::resource_exhausted);
}

TEST_CASE("a client with a bad configuration is not made", "[http]") {
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  http::CurlClientOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  auto created = http::create_curl_client(io.get_executor(), clock, options);
  REQUIRE_FALSE(created);
  CHECK(created.error().code == ErrorCode::invalid_config);
  options.ca_file.clear();
  options.dns_servers = {"dns.example"};
  created = http::create_curl_client(io.get_executor(), clock, options);
  REQUIRE_FALSE(created);
  CHECK(created.error().code == ErrorCode::invalid_config);
}

}  // namespace
}  // namespace picket
