#include "tests/integration/dns/dns_fixture.h"

using namespace picket;
using namespace picket::test;

TEST_CASE("every record type of a real name server", "[dns]") {
  DnsWorld world;
  const std::vector<std::vector<std::string>> cases{
      {"edge.example.test", "A", "203.0.113.7, 203.0.113.8"},
      {"edge.example.test", "AAAA", "2001:db8::1"},
      {"www.example.test", "CNAME", "edge.example.test."},
      {"example.test", "MX", "10 mail.example.test."},
      {"example.test", "TXT", "v=spf1 -all"},
      {"example.test", "NS", "ns1.example.test., ns2.example.test."},
      {"example.test", "SOA", "ns1.example.test. host.example.test. 2026112802 3600 600 86400 60"},
      {"_sip._tcp.example.test", "SRV", "1 2 5060 sip.example.test."},
      {"example.test", "CAA", "0 issue \"ca.test\""},
      {"203.0.113.7", "PTR", "host.example.test."}};
  for (const auto& one : cases) {
    const auto outcome = world.runner().run(question(one[0], one[1]));
    INFO(one[1] << ": " << message_of(outcome));
    CHECK(kind_of(outcome) == "none");
    CHECK(fact(outcome, "answers") == one[2]);
    CHECK(fact(outcome, "rcode") == "NOERROR");
    CHECK(fact(outcome, "flags.aa") == "true");
    CHECK(fact(outcome, "flags.ra") == "false");
  }
}

TEST_CASE("an alias is followed, the smallest ttl counts, the hop tells all", "[dns]") {
  DnsWorld world;
  const auto outcome = world.runner().run(question("www.example.test", "A"));
  CHECK(fact(outcome, "answers") == "203.0.113.7, 203.0.113.8");
  CHECK(fact(outcome, "cname") == "edge.example.test.");
  CHECK(fact(outcome, "ttl") == "60");
  CHECK(fact(outcome, "same_across_servers") == "absent");
  CHECK(fact(outcome, "server.system.rcode") == "NOERROR");
  REQUIRE(outcome.hops.size() == 1);
  const agent::Hop& hop = outcome.hops.front();
  CHECK(hop.label == "system");
  CHECK(hop.request.method == "DNS");
  CHECK(hop.request.url == "dns://" + world.primary().server() + "/www.example.test?type=A");
  CHECK(hop.exchange.remote_address == world.primary().server());
  CHECK(hop.exchange.phases.dns > Nanos{0});
  CHECK(hop.exchange.phases.dns == hop.duration);
  CHECK(hop.exchange.body.find("edge.example.test. 300 A 203.0.113.7\n") != std::string::npos);
  CHECK(hop.command ==
        "dig @127.0.0.1 -p " + std::to_string(world.primary().port()) + " www.example.test A");
}

TEST_CASE("a large answer is cut over UDP and complete over TCP", "[dns]") {
  DnsWorld world;
  const auto cut = world.runner().run(question("big.example.test", "TXT"));
  CHECK(kind_of(cut) == "none");
  CHECK(fact(cut, "truncated") == "true");
  CHECK(cut.facts.at("answers").values.size() == 12);
  CHECK(cut.hops.front().exchange.body.find("; TCP after a cut answer over UDP") !=
        std::string::npos);
  DnsAction action = question("big.example.test", "TXT");
  action.tcp = true;
  const auto at_once = world.runner().run(action);
  CHECK(fact(at_once, "truncated") == "false");
  CHECK(at_once.facts.at("answers").values.size() == 12);
}

TEST_CASE("several servers are compared, and the one that differs is named", "[dns]") {
  DnsWorld world;
  const std::string first = world.primary().server();
  const std::string second = world.behind().server();
  const auto same = world.runner().run(question("ns1.example.test", "A", {first, second}));
  CHECK(fact(same, "same_across_servers") == "true");
  CHECK(same.hops.size() == 2);
  const auto differ =
      world.runner().run(question("edge.example.test", "A", {first, "system", second}));
  CHECK(kind_of(differ) == "none");
  CHECK(fact(differ, "same_across_servers") == "false");
  CHECK(differ.facts.at("same_across_servers").note ==
        first + ", system: 203.0.113.7, 203.0.113.8; " + second + ": 203.0.113.7");
  CHECK(fact(differ, "answers") == "203.0.113.7, 203.0.113.8");
}

TEST_CASE("name servers of the zone are found, asked and compared", "[dns]") {
  DnsWorld world;
  DnsAction action = question("example.test", "SOA", {});
  action.authoritative = true;
  const auto outcome = world.runner().run(action);
  INFO(message_of(outcome));
  CHECK(kind_of(outcome) == "none");
  REQUIRE(outcome.hops.size() == 2);
  CHECK(outcome.hops[0].label == "ns1.example.test");
  CHECK(outcome.hops[1].label == "ns2.example.test");
  CHECK(fact(outcome, "flags.rd") == "false");
  CHECK(fact(outcome, "serial") == "2026112802");
  CHECK(fact(outcome, "serial_agreement") == "false");
  CHECK(outcome.facts.at("serial_agreement").note ==
        "ns1.example.test: 2026112802; ns2.example.test: 2026112801");
  action.query = "www.example.test";  // the zone is looked for above the name
  action.type = "A";
  const auto below = world.runner().run(action);
  CHECK(kind_of(below) == "none");
  CHECK(below.hops.size() == 2);
}

TEST_CASE("a server may be a name, resolved first", "[dns]") {
  DnsWorld world;
  const std::string port = std::to_string(world.primary().port());
  const auto outcome =
      world.runner().run(question("edge.example.test", "A", {"ns1.example.test:" + port}));
  CHECK(kind_of(outcome) == "none");
  REQUIRE(outcome.hops.size() == 1);
  CHECK(outcome.hops.front().label == "ns1.example.test:" + port);
  CHECK(outcome.hops.front().exchange.remote_address == "127.0.0.1:" + port);
  const auto unknown =
      world.runner().run(question("edge.example.test", "A", {"ns9.example.test:" + port}));
  CHECK(kind_of(unknown) == "dns_nxdomain");
  CHECK(message_of(unknown).starts_with("the DNS server's own name: "));
}
