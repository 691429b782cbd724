#include "tests/integration/dns/dns_fixture.h"
#include "tests/support/hostile_server.h"
#include "tests/support/udp_responder.h"

using namespace picket;
using namespace picket::test;

TEST_CASE("names and records that are not there", "[dns]") {
  DnsWorld world;
  DnsRunner& runner = world.runner();
  const auto missing = runner.run(question("nobody.example.test", "A"));
  CHECK(kind_of(missing) == "dns_nxdomain");
  CHECK(message_of(missing) == "system answers NXDOMAIN for nobody.example.test A");
  const auto empty = runner.run(question("edge.example.test", "MX"));
  CHECK(kind_of(empty) == "dns_no_data");
  CHECK(message_of(empty) == "system has no MX record for edge.example.test");
}

TEST_CASE("what the expectations judge is no failure of the probe's own", "[dns]") {
  DnsWorld world;
  DnsRunner& runner = world.runner();
  const auto missing = runner.run(question("nobody.example.test", "A"), {"rcode"});
  CHECK(kind_of(missing) == "none");
  CHECK(fact(missing, "rcode") == "NXDOMAIN");
  CHECK(fact(missing, "answers") == "absent");
  CHECK(fact(missing, "authority").starts_with("SOA ns1.example.test."));
  const auto empty = runner.run(question("edge.example.test", "MX"), {"answers"});
  CHECK(kind_of(empty) == "none");
  const auto still = runner.run(question("edge.example.test", "MX"), {"rcode", "ttl"});
  CHECK(kind_of(still) == "dns_no_data");
}

TEST_CASE("a server that refuses is no resolver for us; as authority it is lame", "[dns]") {
  DnsWorld world;
  const std::string lame = world.lame().server();
  const auto refused = world.runner().run(question("edge.example.test", "A", {lame}));
  CHECK(kind_of(refused) == "dns_servfail");
  CHECK(message_of(refused) == lame + " answers REFUSED for edge.example.test A");
  DnsAction action = question("edge.example.test", "A", {lame});
  action.recursion = false;
  const auto as_authority = world.runner().run(action);
  CHECK(kind_of(as_authority) == "dns_lame");
  CHECK(message_of(as_authority) == lame + " refuses questions about edge.example.test");
}

TEST_CASE("a delegation is not an answer", "[dns]") {
  DnsWorld world;
  DnsAction action = question("www.child.example.test", "A");
  action.recursion = false;
  const auto outcome = world.runner().run(action);
  CHECK(kind_of(outcome) == "dns_lame");
  CHECK(message_of(outcome) ==
        "system is not authoritative for www.child.example.test: it refers "
        "to ns.child.example.test.");
  CHECK(kind_of(world.runner().run(action, {"flags.aa", "answers"})) == "none");
}

TEST_CASE("one dead server of several fails the step and leaves the others their time", "[dns]") {
  DnsWorld world;
  const UdpResponder silent([](const DnsQuestion&) { return std::string(); });
  const std::string good = world.primary().server();
  const auto outcome = world.runner().run(
      question("edge.example.test", "A", {silent.address(), good}), {}, Seconds{2});
  CHECK(kind_of(outcome) == "dns_timeout");
  CHECK(message_of(outcome).starts_with("no answer from " + silent.address()));
  CHECK(message_of(outcome).ends_with("(1 of 2 servers failed)"));
  REQUIRE(outcome.hops.size() == 2);
  CHECK(outcome.hops[1].label == silent.address());  // whom the failure is of stands last
  CHECK(!outcome.hops[0].exchange.failure);
  CHECK(outcome.hops[0].exchange.body.find("203.0.113.8") != std::string::npos);
  CHECK(fact(outcome, "rcode") == "NOERROR");  // of the one that answered
  CHECK(fact(outcome, "flags.aa") == "true");
  CHECK(fact(outcome, "server." + silent.address() + ".rcode") == "absent");
  CHECK(outcome.facts.at("same_across_servers").note.find(silent.address() + ": no answer") !=
        std::string::npos);
  const auto nobody =
      world.runner().run(question("edge.example.test", "A", {silent.address()}), {}, Seconds{1});
  for (const char* name : {"rcode", "answers", "flags.aa", "truncated", "ttl"})
    CHECK(fact(nobody, name) == "absent");
  CHECK(fact(nobody, "servers") == "1");
}

TEST_CASE("an error code without a kind of its own is shown by name", "[dns]") {
  const UdpResponder server([](const DnsQuestion& asked) { return dns_reply(asked, 4); });
  DnsRunner runner(server.address());
  const auto outcome = runner.run(question("edge.example.test", "A"));
  CHECK(kind_of(outcome) == "dns_rcode");
  CHECK(message_of(outcome) == "system answers NOTIMP for edge.example.test A");
}

TEST_CASE("hostile answers end with their kind", "[dns]") {
  const UdpResponder broken([](const DnsQuestion& asked) {
    std::string reply = dns_addresses(asked, {"203.0.113.7"}, 60);
    reply.resize(reply.size() - 1);
    return reply;
  });
  DnsRunner runner(broken.address());
  CHECK(kind_of(runner.run(question("edge.example.test", "A"))) == "dns_malformed");
  const std::string closed = "127.0.0.1:" + std::to_string(unused_port());
  CHECK(kind_of(runner.run(question("edge.example.test", "A", {closed}))) == "connect_refused");
}

TEST_CASE("the address guard holds for servers of the check", "[dns]") {
  const UdpResponder server([](const DnsQuestion& asked) { return dns_reply(asked, 0); });
  DnsRunner runner(server.address(), 53, http::AddressGuard{});
  const auto blocked = runner.run(question("edge.example.test", "A", {server.address()}));
  CHECK(kind_of(blocked) == "blocked_address");
  CHECK(message_of(blocked) == "DNS server 127.0.0.1 is loopback");
  CHECK(server.questions() == 0);
  CHECK(kind_of(runner.run(question("edge.example.test", "A"))) == "dns_no_data");
}
