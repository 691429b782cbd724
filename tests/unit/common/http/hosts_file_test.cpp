#include "common/http/hosts_file.h"

#include <catch2/catch.hpp>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace picket::http {
namespace {

TEST_CASE("a hosts file is read with comments, aliases and both families", "[http][hosts]") {
  const HostTable table = parse_hosts(
      "# comment\n127.0.0.1 localhost Shop.Example # 10.0.0.9 no\n::1\tlocalhost\n"
      "10.0.0.1\nnot-an-address name\n\n  10.0.0.2   shop.example\r\n");
  CHECK(table.at("localhost") == std::vector<std::string>{"127.0.0.1", "::1"});
  CHECK(table.at("shop.example") == std::vector<std::string>{"127.0.0.1", "10.0.0.2"});
  CHECK(table.size() == 2);
}

TEST_CASE("a lookup keeps to the family and ignores case", "[http][hosts]") {
  const test::TempDir directory;
  HostsFile hosts(test::write_file(directory.file("hosts"), "127.0.0.1 a\n::1 a\n"));
  CHECK(hosts.lookup("A", IpVersion::any) == std::vector<std::string>{"127.0.0.1", "::1"});
  CHECK(hosts.lookup("a", IpVersion::v4) == std::vector<std::string>{"127.0.0.1"});
  CHECK(hosts.lookup("a", IpVersion::v6) == std::vector<std::string>{"::1"});
  CHECK(hosts.lookup("b", IpVersion::any).empty());
}

TEST_CASE("a changed hosts file is read again, a removed one is empty", "[http][hosts]") {
  auto directory = std::make_unique<test::TempDir>();
  HostsFile hosts(test::write_file(directory->file("hosts"), "10.0.0.1 a\n"));
  CHECK(hosts.lookup("a", IpVersion::any).front() == "10.0.0.1");
  test::write_file(directory->file("hosts"), "10.0.0.22 a\n");
  CHECK(hosts.lookup("a", IpVersion::any).front() == "10.0.0.22");
  directory.reset();
  CHECK(hosts.lookup("a", IpVersion::any).empty());
}

}  // namespace
}  // namespace picket::http
