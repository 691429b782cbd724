#include "agent/icmp/packet.h"

#include <fmt/format.h>

namespace picket::agent {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kIpHeaderBytesMin = 20;
constexpr int kIcmpProtocol = 1;

struct Types {
  int request;
  int reply;
};

Types types_of(IpFamily family) { return family == IpFamily::v4 ? Types{8, 0} : Types{128, 129}; }

int byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint16_t read_u16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>((byte_at(bytes, at) << 8) | byte_at(bytes, at + 1));
}

void write_u16(std::string& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<char>(value >> 8);
  bytes[at + 1] = static_cast<char>(value);
}

// What follows the IPv4 header, if it is ICMP.
std::optional<std::string_view> skip_ip_header(std::string_view packet) {
  if (packet.size() < kIpHeaderBytesMin || byte_at(packet, 0) >> 4 != 4) return std::nullopt;
  const auto size = static_cast<std::size_t>(byte_at(packet, 0) & 0x0f) * 4;
  if (size < kIpHeaderBytesMin || size > packet.size() || byte_at(packet, 9) != kIcmpProtocol)
    return std::nullopt;
  return packet.substr(size);
}

std::string describe_v4(int type, int code) {
  if (type == 11) return "time exceeded";
  if (type != 3) return fmt::format("ICMP type {} code {}", type, code);
  switch (code) {
    case 0: return "network unreachable";
    case 1: return "host unreachable";
    case 2: return "protocol unreachable";
    case 3: return "port unreachable";
    case 4: return "packet too large";
    case 9:
    case 10:
    case 13: return "prohibited by an administrator";
    default: return fmt::format("unreachable (code {})", code);
  }
}

std::string describe_v6(int type, int code) {
  if (type == 2) return "packet too large";
  if (type == 3) return "time exceeded";
  if (type != 1) return fmt::format("ICMPv6 type {} code {}", type, code);
  switch (code) {
    case 0: return "no route";
    case 1: return "prohibited by an administrator";
    case 3: return "address unreachable";
    case 4: return "port unreachable";
    default: return fmt::format("unreachable (code {})", code);
  }
}

}  // namespace

std::uint16_t internet_checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += read_u16(bytes, i);
  if (bytes.size() % 2 != 0)
    sum += static_cast<std::uint32_t>(byte_at(bytes, bytes.size() - 1)) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::string render_echo_request(IpFamily family, const Echo& echo) {
  std::string packet(kHeaderBytes, '\0');
  packet[0] = static_cast<char>(types_of(family).request);
  write_u16(packet, 4, echo.id);
  write_u16(packet, 6, echo.sequence);
  packet += echo.payload;
  if (family == IpFamily::v4) write_u16(packet, 2, internet_checksum(packet));
  return packet;
}

std::optional<Echo> parse_echo_reply(IpFamily family, std::string_view packet,
                                     bool with_ip_header) {
  if (with_ip_header && family == IpFamily::v4) {
    const auto inner = skip_ip_header(packet);
    if (!inner) return std::nullopt;
    packet = *inner;
  }
  if (packet.size() < kHeaderBytes || byte_at(packet, 0) != types_of(family).reply ||
      byte_at(packet, 1) != 0)
    return std::nullopt;
  if (family == IpFamily::v4 && internet_checksum(packet) != 0) return std::nullopt;
  return Echo{.id = read_u16(packet, 4),
              .sequence = read_u16(packet, 6),
              .payload = std::string(packet.substr(kHeaderBytes))};
}

std::string describe_icmp_error(IpFamily family, int type, int code) {
  return family == IpFamily::v4 ? describe_v4(type, code) : describe_v6(type, code);
}

}  // namespace picket::agent
