#include "agent/dns/socket_client.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <mutex>
#include <set>

#include "agent/dns/name_servers.h"
#include "common/async/task_group.h"
#include "tests/support/hostile_server.h"
#include "tests/support/udp_responder.h"
#include "tests/unit/agent/dns/packets.h"

using namespace picket;
using namespace picket::agent;
using namespace std::chrono_literals;
using test::HostileServer;
using test::RawConnection;
using test::UdpResponder;
using Asked = test::DnsQuestion;

namespace {

struct World {
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  http::AddressGuard guard = *http::AddressGuard::create({"127.0.0.0/8"});

  static DnsQuery query_of(const std::string& server) {
    DnsQuery query;
    query.question = {"shop.example", "A"};
    query.server = *parse_server(server);
    query.try_timeout = 5s;  // an answer may take its time on a busy machine
    return query;
  }
  // For servers that do not answer.
  static DnsQuery impatient(const std::string& server) {
    DnsQuery query = query_of(server);
    query.try_timeout = 200ms;
    return query;
  }

  DnsReply ask(DnsQuery query, Nanos limit = 10s) {
    DnsReply out;
    const auto client = create_dns_client(clock, guard);
    async::TaskGroup group{io.get_executor()};
    group.spawn("query", one(*client, std::move(query), limit, out));
    io.restart();
    io.run();  // returns only when nothing is left over
    return out;
  }

  async::Task<void> one(DnsClient& client, DnsQuery query, Nanos limit, DnsReply& out) {
    const Deadline deadline = Deadline::after(clock.now(), limit);
    auto reply = co_await client.query(std::move(query), deadline);
    if (reply) out = std::move(*reply);
  }
};

std::string kind_of(const DnsReply& reply) {
  return reply.failure ? std::string(to_string(reply.failure->kind)) : "none";
}

Asked with_other_id(Asked question) {
  question.id = static_cast<std::uint16_t>(question.id + 1);
  return question;
}

// A server on TCP that reads the question and answers with what `answer` makes of its packet.
HostileServer::Behaviour over_tcp(std::function<std::string(std::string)> answer) {
  return [answer = std::move(answer)](RawConnection& connection) {
    std::string got;
    while (got.size() < 2 || got.size() < 2u + static_cast<unsigned char>(got[1])) {
      const std::string more = connection.read_some();
      if (more.empty()) return;
      got += more;
    }
    connection.send(answer(got.substr(2)));
  };
}

std::string framed(const std::string& packet) {
  return test::u16(static_cast<int>(packet.size())) + packet;
}

// The packet of a question, turned into an answer without records.
std::string answered(std::string packet) {
  packet[2] = static_cast<char>(packet[2] | 0x80);
  return packet;
}

}  // namespace

TEST_CASE("an answer over UDP is measured and read", "[dns]") {
  const UdpResponder server([](const Asked& question) {
    return test::dns_addresses(question, {"203.0.113.7", "203.0.113.8"}, 60);
  });
  const DnsReply reply = World{}.ask(World::query_of(server.address()));
  REQUIRE(kind_of(reply) == "none");
  REQUIRE(reply.message.answers.size() == 2);
  CHECK(reply.message.answers[1].rdata == "203.0.113.8");
  CHECK(reply.tries == 1);
  CHECK(reply.ignored == 0);
  CHECK(!reply.used_tcp);
  CHECK(reply.bytes > 40);
  CHECK(reply.duration > 0ns);
}

TEST_CASE("answers with a wrong id or question are counted and ignored", "[dns]") {
  int asked = 0;
  const UdpResponder server([&](Asked question) {
    if (++asked == 1) return test::dns_reply(with_other_id(question), 3);
    if (asked == 2) {
      question.question = test::labels("bank.example") + test::u16(1) + test::u16(1);
      return test::dns_reply(question, 3);
    }
    return test::dns_addresses(question, {"203.0.113.7"}, 60);
  });
  const DnsReply reply = World{}.ask(World::impatient(server.address()));
  REQUIRE(kind_of(reply) == "none");
  CHECK(reply.message.answers.size() == 1);
  CHECK(reply.ignored == 2);
  CHECK(reply.tries == 3);
}

TEST_CASE("only wrong answers are a timeout that says so", "[dns]") {
  const UdpResponder server(
      [](const Asked& question) { return test::dns_reply(with_other_id(question), 0); });
  const DnsReply reply = World{}.ask(World::impatient(server.address()));
  REQUIRE(kind_of(reply) == "dns_timeout");
  CHECK(reply.failure->message == "no answer from " + server.address() +
                                      " in 3 tries; 3 answers with a wrong id or question were "
                                      "ignored");
}

TEST_CASE("silence is a timeout after the tries, or at the deadline", "[dns]") {
  const UdpResponder server([](const Asked&) { return std::string(); });
  World world;
  const DnsReply patient = world.ask(World::impatient(server.address()));
  CHECK(kind_of(patient) == "dns_timeout");
  CHECK(patient.tries == 3);
  CHECK(patient.duration >= 1400ms);  // 200 + 400 + 800
  DnsQuery query = World::impatient(server.address());
  query.try_timeout = 10s;
  const DnsReply hurried = world.ask(query, 50ms);
  CHECK(kind_of(hurried) == "dns_timeout");
  CHECK(hurried.failure->message == "no answer from " + server.address() + " in 1 try");
}

TEST_CASE("each question has a port and an id of its own", "[dns]") {
  std::mutex mutex;
  std::set<int> ids;
  const UdpResponder server([&](const Asked& question) {
    const std::lock_guard lock(mutex);
    ids.insert(question.id);
    return test::dns_reply(question, 0);
  });
  World world;
  for (int i = 0; i < 20; ++i)
    CHECK(kind_of(world.ask(World::query_of(server.address()))) == "none");
  const std::lock_guard lock(mutex);
  CHECK(ids.size() >= 18);  // of 65,536: two collisions among 20 are one in ten million
}

TEST_CASE("an unreadable answer is malformed at once", "[dns]") {
  const UdpResponder server([](const Asked& question) {
    std::string reply = test::dns_addresses(question, {"203.0.113.7"}, 60);
    reply.resize(reply.size() - 2);
    return reply;
  });
  const DnsReply reply = World{}.ask(World::query_of(server.address()));
  REQUIRE(kind_of(reply) == "dns_malformed");
  CHECK(reply.tries == 1);
  CHECK(reply.failure->message.starts_with("the answer of 127.0.0.1:"));
}

TEST_CASE("a port without a server refuses", "[dns]") {
  const std::string server = "127.0.0.1:" + std::to_string(test::unused_port());
  World world;
  CHECK(kind_of(world.ask(World::query_of(server))) == "connect_refused");
  DnsQuery query = World::query_of(server);
  query.tcp = true;
  CHECK(kind_of(world.ask(query)) == "connect_refused");
}

TEST_CASE("the address guard stands before servers of a check, not before the system's", "[dns]") {
  const UdpResponder server([](const Asked& question) { return test::dns_reply(question, 0); });
  World world;
  world.guard = http::AddressGuard{};
  DnsQuery query = World::query_of(server.address());
  const DnsReply refused = world.ask(query);
  REQUIRE(kind_of(refused) == "blocked_address");
  CHECK(refused.failure->message == "DNS server 127.0.0.1 is loopback");
  CHECK(server.questions() == 0);
  query.guarded = false;
  CHECK(kind_of(world.ask(query)) == "none");
}

TEST_CASE("what cannot be asked is the check's mistake", "[dns]") {
  World world;
  DnsQuery query = World::query_of("127.0.0.1:53");
  query.question.name = "a..b";
  CHECK(kind_of(world.ask(query)) == "invalid_request");
  query = World::query_of("ns1.example:53");
  CHECK(kind_of(world.ask(query)) == "invalid_request");
}

TEST_CASE("an answer over TCP is read in its frame", "[dns]") {
  const HostileServer server(
      over_tcp([](const std::string& packet) { return framed(answered(packet)); }));
  DnsQuery query = World::query_of("127.0.0.1:" + std::to_string(server.port()));
  query.tcp = true;
  const DnsReply reply = World{}.ask(query);
  CHECK(kind_of(reply) == "none");
  CHECK(reply.used_tcp);
  CHECK(reply.tries == 0);
}

TEST_CASE("a TCP peer that misbehaves ends in a failure of its kind", "[dns]") {
  struct Case {
    const char* kind;
    HostileServer::Behaviour behaviour;
  };
  const auto empty = over_tcp([](const std::string&) { return std::string(); });
  const auto short_frame = over_tcp([](const std::string&) { return test::u16(400) + "abc"; });
  const auto nonsense = over_tcp([](const std::string&) { return framed("abcdefghijklmnop"); });
  const auto no_bytes = over_tcp([](const std::string&) { return framed(""); });
  const auto broken = over_tcp([](std::string packet) {
    packet.resize(packet.size() - 5);
    return framed(answered(packet));
  });
  const std::vector<Case> cases{{"connect_reset", empty},
                                {"connect_reset", short_frame},
                                {"dns_malformed", nonsense},
                                {"dns_malformed", no_bytes},
                                {"dns_malformed", broken},
                                {"dns_timeout", [](RawConnection& c) { c.hold(); }},
                                {"connect_reset", [](RawConnection& c) {
                                   c.read_some();
                                   c.reset();
                                 }}};
  for (const Case& one : cases) {
    const HostileServer server(one.behaviour);
    DnsQuery query = World::query_of("127.0.0.1:" + std::to_string(server.port()));
    query.tcp = true;
    const DnsReply reply = World{}.ask(query);
    INFO((reply.failure ? reply.failure->message : ""));
    CHECK(kind_of(reply) == one.kind);
  }
}

TEST_CASE("a cut answer is asked for again over TCP, and the failure tells both", "[dns]") {
  const UdpResponder server([](const Asked& question) {
    std::string reply = test::dns_reply(question, 0);
    reply[2] = static_cast<char>(reply[2] | 0x02);  // TC
    return reply;
  });
  const DnsReply reply = World{}.ask(World::query_of(server.address()));
  REQUIRE(kind_of(reply) == "connect_refused");  // nobody listens on the same TCP port
  CHECK(reply.truncated);
  CHECK(reply.used_tcp);
  CHECK(reply.failure->message.starts_with("the answer over UDP was cut, and over TCP: 127.0.0.1"));
}

TEST_CASE("a query that is cancelled ends at once", "[dns]") {
  const UdpResponder server([](const Asked&) { return std::string(); });
  World world;
  const auto client = create_dns_client(world.clock, world.guard);
  async::TaskGroup group{world.io.get_executor()};
  DnsReply reply;
  DnsQuery query = World::query_of(server.address());
  query.try_timeout = 1h;
  group.spawn("query", world.one(*client, query, 2h, reply));
  const auto cancel = [&]() -> async::Task<void> {
    while (server.questions() == 0) co_await world.clock.sleep_for(1ms);
    group.cancel_all();
  };
  async::TaskGroup canceller{world.io.get_executor()};
  canceller.spawn("cancel", cancel());
  world.io.run();
  CHECK(kind_of(reply) == "none");
  CHECK(group.size() == 0);
}
