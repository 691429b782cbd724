#include "agent/dns/name_servers.h"

#include <catch2/catch.hpp>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::agent;

TEST_CASE("resolv.conf gives its first three name servers", "[dns]") {
  const auto servers = parse_resolv_conf(
      "# nameserver 192.0.2.9\n; nameserver 192.0.2.8\nsearch example.com\n"
      "nameserver 192.0.2.1\nnameserver\t2001:db8::53  # second\n"
      "nameservers 192.0.2.7\nnameserver\noptions rotate\n"
      "nameserver 192.0.2.3\nnameserver 192.0.2.4\n");
  REQUIRE(servers.size() == 3);
  CHECK(render(servers[0]) == "192.0.2.1:53");
  CHECK(render(servers[1]) == "[2001:db8::53]:53");
  CHECK(render(servers[2]) == "192.0.2.3:53");
}

TEST_CASE("without a name server the local host is asked", "[dns]") {
  const test::TempDir directory;
  for (const auto& servers :
       {parse_resolv_conf("search example.com\n"), read_resolv_conf(directory.file("none"))}) {
    REQUIRE(servers.size() == 1);
    CHECK(render(servers[0]) == "127.0.0.1:53");
  }
  const std::string path = test::write_file(directory.file("resolv.conf"), "nameserver 192.0.2.1");
  CHECK(render(read_resolv_conf(path).front()) == "192.0.2.1:53");
}

TEST_CASE("a server is an address or a name, with a port if need be", "[dns]") {
  const auto rendered = [](std::string_view text) {
    const auto server = parse_server(text);
    return server ? render(*server) : std::string("none");
  };
  CHECK(rendered("9.9.9.9") == "9.9.9.9:53");
  CHECK(rendered("9.9.9.9:5353") == "9.9.9.9:5353");
  CHECK(rendered("2001:db8::1") == "[2001:db8::1]:53");
  CHECK(rendered("[2001:db8::1]") == "[2001:db8::1]:53");
  CHECK(rendered("[2001:db8::1]:5353") == "[2001:db8::1]:5353");
  CHECK(rendered("ns1.example.com:54") == "ns1.example.com:54");
  for (const char* bad : {"", ":53", "[::1", "[::1]x", "9.9.9.9:0", "9.9.9.9:65536",
                          "9.9.9.9:", "a b", "9.9.9.9:5x", "[]", "https://dns.example"})
    CHECK(rendered(bad) == "none");
}

TEST_CASE("the reverse name of an address", "[dns]") {
  CHECK(reverse_name("203.0.113.7") == "7.113.0.203.in-addr.arpa");
  CHECK(reverse_name("2001:db8::1") ==
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  CHECK(reverse_name("host.example").empty());
}
