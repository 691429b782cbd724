// A dialer over real sockets on its own io_context, for tests of connections and of probes over
// them: loopback is allowed, names come from a responder, one CA is trusted.
#pragma once

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "agent/net/socket_dialer.h"
#include "common/async/task_group.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"
#include "tests/support/udp_responder.h"

namespace picket::agent::test {

using namespace picket::test;

class NetWorld {
 public:
  NetWorld() : names_(answer) {
    http::NetworkOptions options;
    options.dns_servers = {names_.address()};
    options.ca_file = authority.ca_file();
    options.add_system_roots = false;
    options.guard = *http::AddressGuard::create({"127.0.0.0/8", "::1"});
    auto made = http::Network::create(io.get_executor(), clock, std::move(options));
    if (!made) throw std::runtime_error(render(made.error()));
    network = std::move(*made);
    dialer = create_socket_dialer(io.get_executor(), clock, *network);
  }

  Deadline within(Nanos span) const { return Deadline::after(clock.now(), span); }

  DialOptions to(std::string host, int port, Nanos span = Seconds{5}) const {
    return {.host = std::move(host), .port = port, .deadline = within(span)};
  }

  // Runs one task to its end; that no work is left over is part of every test.
  template <class T>
  T run(async::Task<T> task) {
    std::optional<T> value;
    async::TaskGroup group{io.get_executor()};
    group.spawn("test", keep(std::move(task), value));
    io.restart();
    io.run();
    if (!value) throw std::runtime_error("the task was cancelled");
    return std::move(*value);
  }

  TempDir directory;
  TestAuthority authority{directory.path(), "ca"};
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  std::unique_ptr<http::Network> network;
  std::unique_ptr<Dialer> dialer;

 private:
  // dead-first.test has a dead address before a good one, dual.test an IPv6 address too; the rest
  // of *.test is 127.0.0.1.
  static std::string answer(const DnsQuestion& question) {
    constexpr int kTypeAaaa = 28;
    constexpr int kNxdomain = 3;
    if (!question.name.ends_with(".test")) return dns_reply(question, kNxdomain);
    if (question.type == kTypeAaaa && question.name == "dual.test")
      return dns_addresses(question, {"::1"}, 1);
    if (question.type == kTypeAaaa) return dns_reply(question, 0);
    if (question.name == "dead-first.test")
      return dns_addresses(question, {"127.0.0.2", "127.0.0.1"}, 1);
    if (question.name == "dead.test") return dns_addresses(question, {"127.0.0.2", "127.0.0.3"}, 1);
    if (question.name == "metadata.test") return dns_addresses(question, {"169.254.169.254"}, 1);
    return dns_addresses(question, {"127.0.0.1"}, 1);
  }
  template <class T>
  async::Task<void> keep(async::Task<T> task, std::optional<T>& value) {
    value.emplace(co_await std::move(task));
  }

  UdpResponder names_;
};

inline std::string kind_of(const std::optional<Failure>& failure) {
  return failure ? std::string(to_string(failure->kind)) : "none";
}

}  // namespace picket::agent::test
