#include "tests/support/udp_responder.h"

#include <arpa/inet.h>

#include <array>
#include <utility>

namespace picket::test {
namespace {

constexpr std::size_t kHeaderBytes = 12;  // RFC 1035, 4.1.1

std::string u16(int value) {
  return {static_cast<char>((value >> 8) & 0xff), static_cast<char>(value & 0xff)};
}

int read_u16(const std::string& bytes, std::size_t at) {
  return (static_cast<unsigned char>(bytes[at]) << 8) | static_cast<unsigned char>(bytes[at + 1]);
}

std::string header(const DnsQuestion& question, int rcode, int answers) {
  constexpr int kResponseRecursive = 0x8180;
  return u16(question.id) + u16(kResponseRecursive | rcode) + u16(1) + u16(answers) + u16(0) +
         u16(0) + question.question;
}

}  // namespace

DnsQuestion parse_question(const std::string& packet) {
  DnsQuestion out{static_cast<std::uint16_t>(read_u16(packet, 0)), {}, 0, {}};
  std::size_t at = kHeaderBytes;
  while (at < packet.size() && packet[at] != 0) {
    const auto size = static_cast<unsigned char>(packet[at]);
    if (!out.name.empty()) out.name += '.';
    out.name += packet.substr(at + 1, size);
    at += size + 1U;
  }
  out.type = read_u16(packet, at + 1);
  out.question = packet.substr(kHeaderBytes, at + 5 - kHeaderBytes);
  return out;
}

std::string dns_reply(const DnsQuestion& question, int rcode) { return header(question, rcode, 0); }

std::string dns_addresses(const DnsQuestion& question, const std::vector<std::string>& addresses,
                          int ttl_seconds) {
  std::string out = header(question, 0, static_cast<int>(addresses.size()));
  for (const std::string& address : addresses) {
    std::array<char, 16> bytes{};
    const int family = question.type == 28 ? AF_INET6 : AF_INET;
    ::inet_pton(family, address.c_str(), bytes.data());
    const int size = question.type == 28 ? 16 : 4;
    constexpr int kNameOfQuestion = 0xc00c;  // a pointer, RFC 1035, 4.1.4
    out += u16(kNameOfQuestion) + u16(question.type) + u16(1) + u16(ttl_seconds >> 16) +
           u16(ttl_seconds) + u16(size) + std::string(bytes.data(), static_cast<std::size_t>(size));
  }
  return out;
}

UdpResponder::UdpResponder(Answer answer)
    : server_(0,
              [this, answer = std::move(answer)](const std::string& packet, const UdpAsker& asker) {
                if (packet.size() < kHeaderBytes) return;
                ++questions_;
                const std::string reply = answer(parse_question(packet));
                if (!reply.empty()) asker.reply(reply);
              }) {}

}  // namespace picket::test
