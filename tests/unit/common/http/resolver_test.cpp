#include "common/http/resolver.h"

#include <ares.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>

#include "common/async/task_group.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/udp_responder.h"

namespace picket::http {
namespace {

using namespace std::chrono_literals;
using test::DnsQuestion;
using test::UdpResponder;

constexpr int kServfail = 2;
constexpr int kNxdomain = 3;
constexpr int kRefused = 5;

struct Fixture {
  explicit Fixture(ResolverOptions options) {
    auto created = Resolver::create(io.get_executor(), clock, std::move(options));
    if (!created) throw std::runtime_error(render(created.error()));
    resolver = std::move(*created);
  }

  static ResolverOptions asking(const std::string& server) {
    ResolverOptions options;
    options.servers = {server};
    options.try_timeout = 5s;  // an answer may take its time on a busy machine
    options.tries = 2;
    options.other_family_grace = 2s;
    return options;
  }
  // For servers that do not answer.
  static ResolverOptions impatient(const std::string& server) {
    ResolverOptions options = asking(server);
    options.try_timeout = 40ms;
    options.other_family_grace = 50ms;
    return options;
  }

  async::Task<void> one(std::string host, IpVersion family, Nanos limit, Resolution& out) {
    const Deadline deadline = Deadline::after(clock.now(), limit);
    auto result = co_await resolver->resolve(std::move(host), family, deadline);
    if (result) out = std::move(*result);
  }

  Resolution resolve(std::string host, IpVersion family = IpVersion::any, Nanos limit = 5s) {
    Resolution out;
    async::TaskGroup group{io.get_executor()};
    group.spawn("resolve", one(std::move(host), family, limit, out));
    io.restart();
    io.run();
    return out;
  }

  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  std::unique_ptr<Resolver> resolver;
};

std::string kind_of(const Resolution& resolution) {
  return resolution.failure ? std::string(to_string(resolution.failure->kind)) : "none";
}

std::string answer_both(const DnsQuestion& question) {
  if (question.type == 28) return dns_addresses(question, {"2001:db8::1", "2001:db8::2"}, 120);
  return dns_addresses(question, {"192.0.2.1"}, 60);
}

TEST_CASE("addresses of both families come with server and shortest life", "[http][dns]") {
  UdpResponder server(answer_both);
  Fixture fixture(Fixture::asking(server.address()));
  const Resolution both = fixture.resolve("shop.example");
  CHECK(kind_of(both) == "none");
  CHECK(both.addresses == std::vector<std::string>{"2001:db8::1", "2001:db8::2", "192.0.2.1"});
  CHECK(both.server == server.address());
  CHECK(both.ttl_seconds == 60);
  CHECK(fixture.resolve("shop.example", IpVersion::v4).addresses.size() == 1);
  CHECK(fixture.resolve("shop.example", IpVersion::v6).addresses.size() == 2);
}

TEST_CASE("each way a name server fails has its own kind", "[http][dns]") {
  struct Row {
    const char* name;
    UdpResponder::Answer answer;
    const char* kind;
  };
  const Row rows[] = {
      {"nxdomain", [](const DnsQuestion& q) { return dns_reply(q, kNxdomain); }, "dns_nxdomain"},
      {"no address", [](const DnsQuestion& q) { return dns_reply(q, 0); }, "dns_no_data"},
      {"servfail", [](const DnsQuestion& q) { return dns_reply(q, kServfail); }, "dns_servfail"},
      {"refused", [](const DnsQuestion& q) { return dns_reply(q, kRefused); }, "dns_servfail"},
      {"silence", [](const DnsQuestion&) { return std::string{}; }, "dns_timeout"},
      {"a cut answer",
       [](const DnsQuestion& q) {
         const std::string whole = dns_addresses(q, {"192.0.2.1"}, 60);
         return whole.substr(0, whole.size() - 3);
       },
       "dns_malformed"},
      {"garbage behind the question",
       [](const DnsQuestion& q) {
         std::string reply = dns_addresses(q, {"192.0.2.1"}, 60);
         for (std::size_t i = 12 + q.question.size(); i < reply.size(); ++i) reply[i] = '\xff';
         return reply;
       },
       "dns_malformed"},
      {"another question's answer",
       [](DnsQuestion q) {
         q.id = static_cast<std::uint16_t>(q.id + 1);
         return answer_both(q);
       },
       "dns_timeout"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    UdpResponder server(row.answer);
    const bool silent = row.kind == std::string("dns_timeout");
    Fixture fixture(silent ? Fixture::impatient(server.address())
                           : Fixture::asking(server.address()));
    const MonoTime start = fixture.clock.now();
    const Resolution resolution = fixture.resolve("shop.example");
    CHECK(kind_of(resolution) == row.kind);
    CHECK(resolution.addresses.empty());
    CHECK(fixture.clock.now() - start < 4s);
    if (resolution.failure)
      CHECK_THAT(resolution.failure->message, Catch::Contains("shop.example"));
  }
}

TEST_CASE("a port where nobody listens is a server that does not answer", "[http][dns]") {
  Fixture fixture(Fixture::impatient("127.0.0.1:" + std::to_string(test::free_port())));
  CHECK(kind_of(fixture.resolve("shop.example")) == "dns_timeout");
}

TEST_CASE("the deadline ends a resolution that the server drags out", "[http][dns]") {
  UdpResponder server([](const DnsQuestion&) { return std::string{}; });
  ResolverOptions options = Fixture::asking(server.address());
  options.try_timeout = 10s;
  Fixture fixture(std::move(options));
  const MonoTime start = fixture.clock.now();
  CHECK(kind_of(fixture.resolve("shop.example", IpVersion::any, 100ms)) == "dns_timeout");
  CHECK(fixture.clock.now() - start >= 100ms);
  CHECK(fixture.clock.now() - start < 4s);
}

TEST_CASE("one family's silence does not hold up the other for long", "[http][dns]") {
  UdpResponder server([](const DnsQuestion& question) {
    return question.type == 28 ? std::string{} : answer_both(question);
  });
  ResolverOptions options = Fixture::impatient(server.address());
  options.try_timeout = 10s;
  Fixture fixture(std::move(options));
  const Resolution resolution = fixture.resolve("shop.example");
  CHECK(resolution.addresses == std::vector<std::string>{"192.0.2.1"});
}

TEST_CASE("an absent family beside a present one is no failure", "[http][dns]") {
  UdpResponder server([](const DnsQuestion& question) {
    return question.type == 28 ? dns_reply(question, 0) : answer_both(question);
  });
  Fixture fixture(Fixture::asking(server.address()));
  CHECK(fixture.resolve("shop.example").addresses == std::vector<std::string>{"192.0.2.1"});
  CHECK(kind_of(fixture.resolve("shop.example", IpVersion::v6)) == "dns_no_data");
}

TEST_CASE("the second server answers for a first that fails", "[http][dns]") {
  UdpResponder broken([](const DnsQuestion& q) { return dns_reply(q, kServfail); });
  UdpResponder good(answer_both);
  ResolverOptions options = Fixture::asking(broken.address());
  options.servers.push_back(good.address());
  Fixture fixture(std::move(options));
  const Resolution resolution = fixture.resolve("shop.example");
  CHECK(kind_of(resolution) == "none");
  CHECK(resolution.server == good.address());
}

TEST_CASE("numeric hosts answer themselves, in their own family only", "[http][dns]") {
  Fixture fixture(Fixture::asking("127.0.0.1:1"));
  CHECK(fixture.resolve("192.0.2.1").addresses == std::vector<std::string>{"192.0.2.1"});
  CHECK(fixture.resolve("::1").addresses == std::vector<std::string>{"::1"});
  CHECK(kind_of(fixture.resolve("192.0.2.1", IpVersion::v6)) == "dns_no_data");
}

TEST_CASE("the hosts file counts with the system's servers only", "[http][dns]") {
  const test::TempDir directory;
  ResolverOptions options;
  options.hosts_file = test::write_file(directory.file("hosts"), "192.0.2.9 shop.example\n");
  Fixture with_system(options);
  CHECK(with_system.resolve("Shop.Example").addresses == std::vector<std::string>{"192.0.2.9"});
  UdpResponder server(answer_both);
  options.servers = {server.address()};
  Fixture with_own(std::move(options));
  CHECK(with_own.resolve("shop.example", IpVersion::v4).addresses ==
        std::vector<std::string>{"192.0.2.1"});
}

TEST_CASE("a hundred names at once are answered each with its own", "[http][dns]") {
  UdpResponder server([](const DnsQuestion& question) {
    if (question.type == 28) return dns_reply(question, 0);
    return dns_addresses(question, {"192.0.2." + question.name.substr(4, 3)}, 60);
  });
  Fixture fixture(Fixture::asking(server.address()));
  std::vector<Resolution> answers(100);
  async::TaskGroup group{fixture.io.get_executor()};
  for (std::size_t i = 0; i < answers.size(); ++i)
    group.spawn("resolve", fixture.one("name" + std::to_string(100 + i) + ".example",
                                       IpVersion::any, 5s, answers[i]));
  fixture.io.run();
  for (std::size_t i = 0; i < answers.size(); ++i)
    CHECK(answers[i].addresses == std::vector<std::string>{"192.0.2." + std::to_string(100 + i)});
}

TEST_CASE("a cancelled resolution ends at once and leaves no work", "[http][dns]") {
  UdpResponder server([](const DnsQuestion&) { return std::string{}; });
  ResolverOptions options = Fixture::asking(server.address());
  options.try_timeout = 10s;
  Fixture fixture(std::move(options));
  Resolution out;
  async::TaskGroup group{fixture.io.get_executor()};
  group.spawn("resolve", fixture.one("shop.example", IpVersion::any, 30s, out));
  const MonoTime start = fixture.clock.now();
  while (server.questions() < 2) fixture.io.poll();
  group.cancel_all();
  fixture.io.run();
  CHECK(group.size() == 0);
  CHECK(fixture.clock.now() - start < 5s);
}

TEST_CASE("a resolver can be destroyed with questions open", "[http][dns]") {
  UdpResponder server([](const DnsQuestion&) { return std::string{}; });
  Fixture fixture(Fixture::asking(server.address()));
  Resolution out;
  async::TaskGroup group{fixture.io.get_executor()};
  group.spawn("resolve", fixture.one("shop.example", IpVersion::any, 30s, out));
  while (server.questions() < 2) fixture.io.poll();
  fixture.resolver.reset();
  CHECK(out.addresses.empty());
}

TEST_CASE("servers that are no addresses are a configuration error", "[http][dns]") {
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  for (const char* server : {"dns.example", "127.0.0.1:x", "300.1.1.1", ""}) {
    INFO(server);
    ResolverOptions options;
    options.servers = {server};
    const auto created = Resolver::create(io.get_executor(), clock, std::move(options));
    REQUIRE_FALSE(created);
    CHECK(created.error().code == ErrorCode::invalid_config);
  }
}

TEST_CASE("hostile names never reach the wire as something else", "[http][dns]") {
  UdpResponder server(answer_both);
  Fixture fixture(Fixture::asking(server.address()));
  for (const std::string& host : {std::string(64, 'a') + ".example", std::string("a..b"),
                                  std::string(300, 'a'), std::string(".")}) {
    INFO(host);
    const Resolution resolution = fixture.resolve(host, IpVersion::any, 300ms);
    CHECK((resolution.failure || !resolution.addresses.empty()));
  }
}

TEST_CASE("of two failed answers the more telling one is named", "[http][dns]") {
  const auto kind = [](int six, int four) {
    const Resolution out = combine("a", {DnsAnswer{six, {}, 0, {}}, DnsAnswer{four, {}, 0, {}}});
    return kind_of(out);
  };
  CHECK(kind(ARES_ENOTFOUND, ARES_ETIMEOUT) == "dns_nxdomain");
  CHECK(kind(ARES_ENODATA, ARES_ESERVFAIL) == "dns_servfail");
  CHECK(kind(ARES_ENODATA, ARES_ETIMEOUT) == "dns_timeout");
  CHECK(kind(ARES_ETIMEOUT, ARES_ESERVFAIL) == "dns_servfail");
  CHECK(kind(ARES_ENODATA, ARES_ENODATA) == "dns_no_data");
}

}  // namespace
}  // namespace picket::http
