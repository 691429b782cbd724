#include "agent/probe/starttls.h"

#include <catch2/catch.hpp>

namespace picket::agent {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

TEST_CASE("the size of a BER element is known once its header is", "[probe][starttls]") {
  CHECK(ber_size("") == 0);
  CHECK(ber_size("0") == 0);
  CHECK(ber_size(bytes({0x30, 0x05})) == 7);
  CHECK(ber_size(bytes({0x30, 0x82, 0x01})) == 0);
  CHECK(ber_size(bytes({0x30, 0x82, 0x01, 0x00})) == 260);
  CHECK(ber_size(bytes({0x30, 0x84, 0, 0, 0, 3})) == 9);
  // Endless, or larger than any answer: whoever reads gives up at the limit.
  CHECK(ber_size(bytes({0x30, 0x80})) == 4096);
  CHECK(ber_size(bytes({0x30, 0x84, 0x7f, 0xff, 0xff, 0xff})) == 4096);
  CHECK(ber_size(bytes({0x30, 0xff})) == 4096);
}

TEST_CASE("the result code of an extended response is read", "[probe][starttls]") {
  const std::string good = bytes({0x30, 0x0c, 2, 1, 1, 0x78, 7, 0x0a, 1, 0, 4, 0, 4, 0});
  CHECK(ldap_result(good) == 0);
  const std::string refused = bytes({0x30, 0x0c, 2, 1, 1, 0x78, 7, 0x0a, 1, 52, 4, 0, 4, 0});
  CHECK(ldap_result(refused) == 52);
  // Active Directory writes its lengths with four bytes.
  const std::string long_form =
      bytes({0x30, 0x84, 0, 0, 0, 0x10, 2, 1, 1, 0x78, 0x84, 0, 0, 0, 7, 0x0a, 1, 2, 4, 0, 4, 0});
  CHECK(ldap_result(long_form) == 2);
}

TEST_CASE("anything else has no result code", "[probe][starttls]") {
  const std::string good = bytes({0x30, 0x0c, 2, 1, 1, 0x78, 7, 0x0a, 1, 0, 4, 0, 4, 0});
  for (std::size_t cut = 0; cut < good.size(); ++cut) CHECK_FALSE(ldap_result(good.substr(0, cut)));
  CHECK_FALSE(ldap_result("HTTP/1.1 400 Bad Request\r\n"));
  CHECK_FALSE(ldap_result(bytes({0x30, 0x0c, 2, 1, 1, 0x61, 7, 0x0a, 1, 0, 4, 0, 4, 0})));
  CHECK_FALSE(ldap_result(bytes({0x30, 0x80, 0, 0})));
}

}  // namespace
}  // namespace picket::agent
