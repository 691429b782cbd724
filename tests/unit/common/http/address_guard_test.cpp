#include "common/http/address_guard.h"

#include <catch2/catch.hpp>
#include <string>

namespace picket::http {
namespace {

struct Row {
  std::string address;
  std::string why;  // part of the refusal; empty: allowed
};

TEST_CASE("the default guard refuses what no check should reach", "[http][guard]") {
  const Row rows[] = {
      {"8.8.8.8", ""},
      {"10.1.2.3", ""},
      {"192.168.1.1", ""},
      {"2606:4700::1111", ""},
      {"fd00::1", ""},
      {"169.254.169.254", "cloud metadata"},
      {"100.100.100.200", "cloud metadata"},
      {"100.100.100.201", ""},
      {"168.63.129.16", "cloud metadata"},
      {"168.63.129.17", ""},
      {"fd00:ec2::254", "cloud metadata"},
      {"fd20:ce::254", "cloud metadata"},
      {"fd20:ce::253", ""},
      {"fd00:ec2::253", ""},
      {"127.0.0.1", "loopback"},
      {"127.255.255.254", "loopback"},
      {"128.0.0.1", ""},
      {"126.255.255.255", ""},
      {"0.0.0.0", "this network"},
      {"0.1.2.3", "this network"},
      {"169.254.0.1", "link-local"},
      {"169.253.255.255", ""},
      {"169.255.0.0", ""},
      {"224.0.0.1", "multicast"},
      {"239.255.255.255", "multicast"},
      {"240.0.0.1", ""},
      {"255.255.255.255", "broadcast"},
      {"::", "unspecified"},
      {"::1", "loopback"},
      {"0:0:0:0:0:0:0:1", "loopback"},
      {"fe80::1", "link-local"},
      {"febf::1", "link-local"},
      {"fec0::1", ""},
      {"ff02::1", "multicast"},
      {"::ffff:127.0.0.1", "loopback"},
      {"::ffff:7f00:1", "loopback"},
      {"::ffff:169.254.169.254", "cloud metadata"},
      {"::ffff:8.8.8.8", ""},
      {"64:ff9b::127.0.0.1", "loopback"},
      {"64:ff9b::a9fe:a9fe", "cloud metadata"},
      {"64:ff9b::8.8.8.8", ""},
      {"2002:7f00:1::", "loopback"},
      {"2002:a9fe:a9fe::1", "cloud metadata"},
      {"2002:808:808::1", ""},
      {"::127.0.0.1", "loopback"},
      {"::169.254.169.254", "cloud metadata"},
      {"", "no address"},
      {"localhost", "no address"},
      {"127.0.0.1:80", "no address"},
      {"0x7f.1", "no address"},
      {"2130706433", "no address"},
      {"127.1", "no address"},
      {"[::1]", "no address"},
      {"fe80::1%eth0", "no address"},
      {std::string("8.8.8.8\0x", 9), "no address"},
  };
  const AddressGuard guard;
  for (const Row& row : rows) {
    INFO(row.address);
    const std::string refusal = guard.refusal(row.address);
    if (row.why.empty()) CHECK(refusal.empty());
    if (!row.why.empty()) CHECK_THAT(refusal, Catch::Contains(row.why));
  }
}

TEST_CASE("what the operator allows passes, also in its other forms", "[http][guard]") {
  const auto guard = AddressGuard::create({"127.0.0.0/8", "169.254.10.0/23", "::1", "fe80::/64"});
  REQUIRE(guard);
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1",
                              "2002:7f00:1::", "169.254.11.255", "::1", "fe80::1"}) {
    INFO(address);
    CHECK(guard->refusal(address).empty());
  }
  for (const char* address : {"169.254.12.0", "169.254.169.254", "fe81::1", "fe80:0:0:1::1"}) {
    INFO(address);
    CHECK_FALSE(guard->refusal(address).empty());
  }
}

TEST_CASE("the open guard refuses nothing", "[http][guard]") {
  CHECK(AddressGuard::open().refusal("169.254.169.254").empty());
}

TEST_CASE("an allow list with a mistake is refused with the entry's text", "[http][guard]") {
  for (const char* entry : {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129",
                            "10.0.0.0/8x", "10.0.0/8", "/8"}) {
    INFO(entry);
    const auto guard = AddressGuard::create({"10.0.0.1", entry});
    REQUIRE_FALSE(guard);
    CHECK(guard.error().code == ErrorCode::invalid_config);
    CHECK_THAT(guard.error().message, Catch::Contains("`" + std::string(entry) + "`"));
  }
  CHECK(AddressGuard::create({"0.0.0.0/0", "::/0"}));
}

}  // namespace
}  // namespace picket::http
