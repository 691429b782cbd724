// The listener against peers that do not behave, over loopback.
#include "controller/server/server.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace picket::controller {
namespace {

using boost::asio::ip::tcp;

async::Task<ServerResponse> echo_length(ServerRequest request) {
  ServerResponse response;
  response.content_type = "text/plain";
  response.body = std::to_string(request.body.size());
  co_return response;
}

std::string read_file(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// A listener on a thread of its own; ends with the world.
class World {
 public:
  explicit World(ServerOptions options = {}) {
    options.name = "test";
    options.host = "127.0.0.1";
    auto created = create_server(context_.get_executor(), std::move(options), echo_length);
    REQUIRE(created.has_value());
    server_ = std::move(*created);
    server_->start();
    thread_ = std::thread{[this] { context_.run(); }};
  }
  ~World() {
    boost::asio::co_spawn(context_, server_->stop(), boost::asio::detached);
    guard_.reset();
    thread_.join();
  }

  tcp::socket connect() {
    tcp::socket socket{mine_};
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), server_->port()});
    return socket;
  }

  // What comes until the peer closes, or `until` has come.
  static std::string read(tcp::socket& socket, const std::string& until = "") {
    std::string text(65536, '\0');
    std::size_t have = 0;
    boost::system::error_code error;
    while (!error && have < text.size()) {
      have += socket.read_some(boost::asio::buffer(text.data() + have, text.size() - have), error);
      if (!until.empty() && text.find(until) < have) break;
    }
    text.resize(have);
    return text;
  }

  std::string ask(const std::string& request) {
    tcp::socket socket = connect();
    boost::system::error_code error;  // it may answer and close before all of it was written
    boost::asio::write(socket, boost::asio::buffer(request), error);
    socket.shutdown(tcp::socket::shutdown_send, error);
    return read(socket);
  }

  const Server& server() const { return *server_; }

 private:
  boost::asio::io_context context_;
  boost::asio::io_context mine_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

constexpr auto kChunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_CASE("a body in chunks is taken", "[server]") {
  World world;
  const std::string answer =
      world.ask(std::string{kChunked} + "5\r\nhello\r\n1\r\n!\r\n0\r\nx: y\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 200"));
  CHECK(answer.ends_with("\r\n\r\n6"));
}

// Each of these ended the controller, or filled its memory until the peer was tired.
TEST_CASE("trailers and chunk lines without an end are refused", "[server]") {
  World world;
  const std::string long_text(70'000, 'A');
  for (const std::string& rest :
       {"0\r\nx: " + long_text + "\r\n\r\n", "0\r\nx: " + long_text, "5;" + long_text, long_text}) {
    INFO(rest.substr(0, 10));
    CHECK(world.ask(kChunked + rest).starts_with("HTTP/1.1 4"));
  }
  CHECK(world.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 200"));
}

TEST_CASE("the largest trailer that fits the buffer is harmless", "[server]") {
  World world;
  for (std::size_t size = 65'500; size < 65'560; ++size) {
    const std::string rest = "0\r\nx:" + std::string(size, 'A') + "\r\n\r\n";
    CHECK(world.ask(kChunked + rest).starts_with("HTTP/1.1 "));
  }
}

TEST_CASE("headers and bodies above their limits are refused", "[server]") {
  ServerOptions options;
  options.body_bytes_max = 1000;
  World world{options};
  CHECK(world.ask("GET / HTTP/1.1\r\nx: " + std::string(70'000, 'A') + "\r\n\r\n")
            .starts_with("HTTP/1.1 431"));
  CHECK(world.ask("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n").starts_with("HTTP/1.1 413"));
  CHECK(world.ask("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").ends_with("\r\n\r\n3"));
}

TEST_CASE("a listener with names answers to no others", "[server]") {
  ServerOptions options;
  options.host_names = {"picket.example.com"};
  World world{options};
  const auto ask = [&](const std::string& host) {
    return world.ask("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  CHECK(ask("127.0.0.1:80").starts_with("HTTP/1.1 200"));
  CHECK(ask("picket.example.com").starts_with("HTTP/1.1 200"));
  CHECK(ask("evil.example").starts_with("HTTP/1.1 421"));
  CHECK(ask("evil.example").find("set external_url") != std::string::npos);
}

TEST_CASE("connections above the limit are closed and counted", "[server]") {
  ServerOptions options;
  options.connections_max = 1;
  World world{options};
  tcp::socket first = world.connect();
  boost::asio::write(first, boost::asio::buffer(std::string{"GET / HTTP/1.1\r\n\r\n"}));
  CHECK(World::read(first, "\r\n\r\n0").starts_with("HTTP/1.1 200"));
  tcp::socket second = world.connect();
  CHECK(World::read(second).empty());
  CHECK(world.server().refused() == 1);
}

TEST_CASE("peers without a certificate leave half of the connections to agents", "[server]") {
  test::TempDir folder;
  const test::TestAuthority authority{folder.path(), "ca"};
  const auto files = authority.issue({.name = "server", .alternatives = "IP:127.0.0.1"});
  ServerOptions options;
  options.tls = {read_file(files.certificate), read_file(files.key),
                 read_file(authority.ca_file())};
  options.connections_max = 4;
  World world{options};
  tcp::socket first = world.connect();  // neither begins its handshake
  tcp::socket second = world.connect();
  tcp::socket third = world.connect();
  CHECK(World::read(third).empty());
  CHECK(world.server().refused() == 1);
}

}  // namespace
}  // namespace picket::controller
