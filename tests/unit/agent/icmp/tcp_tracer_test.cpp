#include "agent/icmp/tcp_tracer.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <iostream>

#include "common/async/task_group.h"
#include "common/core/text.h"
#include "tests/support/hostile_server.h"
#include "tests/support/net_namespace.h"

using namespace picket;
using namespace picket::agent;
using namespace std::chrono_literals;
using test::NetNamespace;

namespace {

using Lines = std::vector<std::string>;

async::Task<void> keep(RouteTracer& tracer, std::string remote, Deadline deadline, Lines& out) {
  out = co_await tracer.trace(std::move(remote), deadline);
}

Lines trace(const std::string& remote, Nanos limit = 10s) {
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  const auto tracer = create_tcp_tracer(clock, 1);
  Lines out;
  async::TaskGroup group{io.get_executor()};
  group.spawn("trace", keep(*tracer, remote, Deadline::after(clock.now(), limit), out));
  io.run();
  return out;
}

// Without the times, which differ: "1 10.0.1.1|2 10.0.2.1|3 * no answer up to hop 20".
std::string route(const Lines& lines) {
  std::string out;
  for (const std::string& line : lines) {
    std::string words;
    std::vector<std::string> parts;
    for (const std::string& part : split(line, ' '))
      if (!part.empty()) parts.push_back(part);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool is_time = i + 1 < parts.size() && parts[i + 1] == "ms";
      if (is_time || parts[i] == "ms") continue;
      words += (words.empty() ? "" : " ") + parts[i];
    }
    out += (out.empty() ? "" : "|") + words;
  }
  return out;
}

bool skip() {
  if (NetNamespace::available()) return false;
  std::cout << "SKIPPED: icmp-namespace: making a network namespace needs root\n";
  return true;
}

// here - 10.0.1 - first router - 10.0.2 - second router - 10.0.3 - there (10.0.3.2)
struct Way {
  NetNamespace here;
  NetNamespace first;
  NetNamespace second;
  NetNamespace there;

  Way() {
    join(here, "10.0.1.2/24", first, "10.0.1.1/24");
    join(first, "10.0.2.1/24", second, "10.0.2.2/24");
    join(second, "10.0.3.1/24", there, "10.0.3.2/24");
    here.ip("route add default via 10.0.1.1");
    first.ip("route add 10.0.3.0/24 via 10.0.2.2");
    second.ip("route add 10.0.1.0/24 via 10.0.2.1");
    first.set("ipv4/ip_forward", "1");
    second.set("ipv4/ip_forward", "1");
  }
  void let_answers_back() const { there.ip("route add default via 10.0.3.1"); }
};

}  // namespace

TEST_CASE("each router on the way is named, and where it ends", "[route]") {
  if (skip()) return;
  const Way way;
  const auto to_there = [] { return route(trace("10.0.3.2:443")); };
  CHECK(way.here.run(to_there) == "1 10.0.1.1|2 10.0.2.2|3 * no answer up to hop 20");
  way.let_answers_back();
  CHECK(way.here.run(to_there) == "1 10.0.1.1|2 10.0.2.2|3 10.0.3.2:443 refuses");
  way.second.ip("route add unreachable 10.0.9.0/24");
  way.first.ip("route add 10.0.9.0/24 via 10.0.2.2");
  CHECK(way.here.run([] { return route(trace("10.0.9.9:443")); }) ==
        "1 10.0.1.1|2 10.0.2.2 host unreachable");
}

TEST_CASE("a trace ends at its deadline with what it has", "[route]") {
  if (skip()) return;
  const Way way;
  const std::string ended = way.here.run([] { return route(trace("10.0.3.2:443", 300ms)); });
  CHECK(ended == "1 10.0.1.1|2 10.0.2.2|3 * no answer up to hop 5");
}

TEST_CASE("a target that answers is one hop away on the same machine", "[route]") {
  const test::HostileServer server([](test::RawConnection& connection) { connection.hold(); });
  const std::string open = "127.0.0.1:" + std::to_string(server.port());
  CHECK(route(trace(open)) == "1 " + open + " accepts");
  const std::string closed = "127.0.0.1:" + std::to_string(test::unused_port());
  CHECK(route(trace(closed)) == "1 " + closed + " refuses");
}

TEST_CASE("what is no address with a port is not traced", "[route]") {
  for (const char* remote : {"", "127.0.0.1", "host.example:443", "127.0.0.1:", "[::1:443", ":1"}) {
    CAPTURE(remote);
    CHECK(trace(remote).empty());
  }
}

TEST_CASE("only so many traces are begun in a minute", "[route]") {
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  const auto tracer = create_tcp_tracer(clock, 2);
  const std::string closed = "127.0.0.1:" + std::to_string(test::unused_port());
  std::array<Lines, 3> lines;
  for (Lines& one : lines) {
    async::TaskGroup group{io.get_executor()};
    group.spawn("trace", keep(*tracer, closed, Deadline::after(clock.now(), 5s), one));
    io.restart();
    io.run();
  }
  CHECK(lines[0].size() == 1);
  CHECK(lines[1].size() == 1);
  CHECK(lines[2].empty());
  const auto never = create_tcp_tracer(clock, 0);
  async::TaskGroup group{io.get_executor()};
  group.spawn("trace", keep(*never, closed, Deadline::after(clock.now(), 5s), lines[0]));
  io.restart();
  io.run();
  CHECK(lines[0].empty());
}
