#include "agent/icmp/packet.h"

#include <catch2/catch.hpp>

#include "common/core/hex.h"

using namespace picket;
using namespace picket::agent;

namespace {

// The reply to an echo request: another type, and the checksum made anew.
std::string reply_to(IpFamily family, std::string packet) {
  packet[0] = family == IpFamily::v4 ? '\0' : '\x81';
  packet[2] = packet[3] = '\0';
  if (family == IpFamily::v6) return packet;
  const std::uint16_t sum = internet_checksum(packet);
  packet[2] = static_cast<char>(sum >> 8);
  packet[3] = static_cast<char>(sum);
  return packet;
}

std::string ip_header(std::size_t words = 5) {
  std::string header(words * 4, '\0');
  header[0] = static_cast<char>(0x40 | words);
  header[9] = 1;
  return header;
}

const Echo kEcho{.id = 0x1234, .sequence = 7, .payload = "abcdefg"};

}  // namespace

TEST_CASE("the checksum is RFC 1071's", "[icmp]") {
  // The example of section 3: 0001 f203 f4f5 f6f7 sum to ddf2.
  const std::string bytes = std::string("\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8);
  CHECK(internet_checksum(bytes) == static_cast<std::uint16_t>(~0xddf2));
  CHECK(internet_checksum("") == 0xffff);
  CHECK(internet_checksum("a") == static_cast<std::uint16_t>(~0x6100));
}

TEST_CASE("an echo request is written as RFC 792 and RFC 4443 say", "[icmp]") {
  const std::string v4 = render_echo_request(IpFamily::v4, kEcho);
  CHECK(to_hex(v4.substr(0, 2)) == "0800");
  CHECK(to_hex(v4.substr(4)) == "12340007" + to_hex(kEcho.payload));
  CHECK(internet_checksum(v4) == 0);
  const std::string v6 = render_echo_request(IpFamily::v6, kEcho);
  CHECK(to_hex(v6) == "8000000012340007" + to_hex(kEcho.payload));
}

TEST_CASE("an echo reply is read, with and without the IP header", "[icmp]") {
  for (const IpFamily family : {IpFamily::v4, IpFamily::v6}) {
    const std::string reply = reply_to(family, render_echo_request(family, kEcho));
    CHECK(parse_echo_reply(family, reply, false) == kEcho);
  }
  const std::string reply = reply_to(IpFamily::v4, render_echo_request(IpFamily::v4, kEcho));
  CHECK(parse_echo_reply(IpFamily::v4, ip_header() + reply, true) == kEcho);
  CHECK(parse_echo_reply(IpFamily::v4, ip_header(15) + reply, true) == kEcho);
}

TEST_CASE("what is no echo reply is nothing", "[icmp]") {
  const std::string request = render_echo_request(IpFamily::v4, kEcho);
  const std::string reply = reply_to(IpFamily::v4, request);
  CHECK(!parse_echo_reply(IpFamily::v4, request, false));
  CHECK(!parse_echo_reply(IpFamily::v6, reply, false));
  CHECK(!parse_echo_reply(IpFamily::v4, reply, true));
  CHECK(!parse_echo_reply(IpFamily::v4, ip_header(4) + reply, true));
  std::string damaged = reply;
  damaged.back() = 'x';
  CHECK(!parse_echo_reply(IpFamily::v4, damaged, false));
  std::string udp = ip_header();
  udp[9] = 17;
  CHECK(!parse_echo_reply(IpFamily::v4, udp + reply, true));
}

TEST_CASE("no cut of a packet upsets the reader", "[icmp]") {
  const std::string reply = reply_to(IpFamily::v4, render_echo_request(IpFamily::v4, kEcho));
  const std::string whole = ip_header(6) + reply;
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(!parse_echo_reply(IpFamily::v4, std::string_view(whole).substr(0, size), true));
  for (std::size_t size = 0; size < 8; ++size)
    CHECK(!parse_echo_reply(IpFamily::v6, std::string_view(whole).substr(0, size), false));
}

TEST_CASE("errors of routers have words", "[icmp]") {
  CHECK(describe_icmp_error(IpFamily::v4, 3, 1) == "host unreachable");
  CHECK(describe_icmp_error(IpFamily::v4, 3, 13) == "prohibited by an administrator");
  CHECK(describe_icmp_error(IpFamily::v4, 3, 200) == "unreachable (code 200)");
  CHECK(describe_icmp_error(IpFamily::v4, 11, 0) == "time exceeded");
  CHECK(describe_icmp_error(IpFamily::v4, 12, 1) == "ICMP type 12 code 1");
  CHECK(describe_icmp_error(IpFamily::v6, 1, 0) == "no route");
  CHECK(describe_icmp_error(IpFamily::v6, 1, 3) == "address unreachable");
  CHECK(describe_icmp_error(IpFamily::v6, 3, 0) == "time exceeded");
  CHECK(describe_icmp_error(IpFamily::v6, 9, 9) == "ICMPv6 type 9 code 9");
}
