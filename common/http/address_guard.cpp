#include "common/http/address_guard.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace picket::http {
namespace {

using Bytes16 = std::array<unsigned char, 16>;

struct Refused {
  std::string_view prefix;
  int bits;  // of the 128-bit form
  std::string_view why;
};

// IPv4 rows are written in their mapped form. The first match names the reason.
constexpr Refused kRefused[] = {
    {"::ffff:169.254.169.254", 128, "cloud metadata"},
    {"::ffff:100.100.100.200", 128, "cloud metadata"},
    {"::ffff:168.63.129.16", 128, "cloud metadata"},  // Azure's WireServer
    {"fd00:ec2::254", 128, "cloud metadata"},
    {"fd20:ce::254", 128, "cloud metadata"},  // Google Cloud
    {"::ffff:0.0.0.0", 104, "\"this network\" (0.0.0.0/8)"},
    {"::ffff:127.0.0.0", 104, "loopback"},
    {"::ffff:169.254.0.0", 112, "link-local"},
    {"::ffff:224.0.0.0", 100, "multicast"},
    {"::ffff:255.255.255.255", 128, "the broadcast address"},
    {"::", 128, "the unspecified address"},
    {"::1", 128, "loopback"},
    {"fe80::", 10, "link-local"},
    {"ff00::", 8, "multicast"},
};

std::optional<Bytes16> parse_address(std::string_view text) {
  const std::string copy(text);
  Bytes16 bytes{};
  if (copy.find('\0') != std::string::npos) return std::nullopt;
  if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return bytes;
  bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (::inet_pton(AF_INET, copy.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

bool in_prefix(const Bytes16& address, const unsigned char* prefix, int bits) {
  const auto whole = static_cast<size_t>(bits / 8);
  if (!std::equal(prefix, prefix + whole, address.begin())) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xff << (8 - rest));
  return (address[whole] & mask) == (prefix[whole] & mask);
}

Bytes16 mapped(const unsigned char* four) {
  Bytes16 bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::copy_n(four, 4, bytes.begin() + 12);
  return bytes;
}

// The IPv4 address that an IPv6 address leads to: NAT64 (RFC 6052, 64:ff9b::/96), 6to4
// (RFC 3056, 2002::/16) and the deprecated IPv4-compatible ::a.b.c.d.
std::optional<Bytes16> embedded_v4(const Bytes16& address) {
  constexpr unsigned char kNat64[12] = {0x00, 0x64, 0xff, 0x9b};
  constexpr unsigned char kCompatible[12] = {};
  if (std::equal(kNat64, kNat64 + 12, address.begin())) return mapped(address.data() + 12);
  if (address[0] == 0x20 && address[1] == 0x02) return mapped(address.data() + 2);
  const bool is_compatible = std::equal(kCompatible, kCompatible + 12, address.begin());
  const bool is_small = address[12] == 0 && address[13] == 0 && address[14] == 0;
  if (is_compatible && !is_small) return mapped(address.data() + 12);
  return std::nullopt;
}

struct Row {
  Bytes16 bytes;
  int bits;
  std::string_view why;
};

const auto& refused_rows() {
  static const auto rows = [] {
    std::array<Row, std::size(kRefused)> out{};
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = {*parse_address(kRefused[i].prefix), kRefused[i].bits, kRefused[i].why};
    return out;
  }();
  return rows;
}

std::string_view refused_by_default(const Bytes16& address) {
  for (const Row& row : refused_rows())
    if (in_prefix(address, row.bytes.data(), row.bits)) return row.why;
  return {};
}

}  // namespace

Result<AddressGuard> AddressGuard::create(const std::vector<std::string>& allow) {
  AddressGuard guard;
  for (const std::string& entry : allow) {
    const size_t slash = entry.find('/');
    const auto bytes = parse_address(std::string_view(entry).substr(0, slash));
    const bool is_v4 = entry.find(':') == std::string::npos;
    int bits = is_v4 ? 32 : 128;
    bool is_valid = bytes.has_value();
    if (slash != std::string::npos) {
      const char* end = entry.data() + entry.size();
      const auto read = std::from_chars(entry.data() + slash + 1, end, bits);
      is_valid = is_valid && read.ec == std::errc{} && read.ptr == end;
    }
    if (!is_valid || bits < 0 || bits > (is_v4 ? 32 : 128))
      return fail(ErrorCode::invalid_config, "`" + entry + "` is no address or CIDR prefix",
                  "write it like 10.1.2.3, 127.0.0.0/8 or fd00::/8");
    guard.allow_.push_back({std::string(bytes->begin(), bytes->end()), is_v4 ? bits + 96 : bits});
  }
  return guard;
}

AddressGuard AddressGuard::open() {
  AddressGuard guard;
  guard.open_ = true;
  return guard;
}

bool AddressGuard::allows(const char* bytes) const {
  Bytes16 address{};
  std::copy_n(bytes, 16, address.begin());
  return std::any_of(allow_.begin(), allow_.end(), [&](const Prefix& prefix) {
    return in_prefix(address, reinterpret_cast<const unsigned char*>(prefix.bytes.data()),
                     prefix.bits);
  });
}

std::string AddressGuard::refusal(std::string_view address) const {
  if (open_) return {};
  const auto bytes = parse_address(address);
  if (!bytes) return std::string(address) + " is no address";
  if (allows(reinterpret_cast<const char*>(bytes->data()))) return {};
  if (const auto why = refused_by_default(*bytes); !why.empty())
    return std::string(address) + " is " + std::string(why);
  const auto v4 = embedded_v4(*bytes);
  if (!v4 || allows(reinterpret_cast<const char*>(v4->data()))) return {};
  if (const auto why = refused_by_default(*v4); !why.empty())
    return std::string(address) + " leads to an IPv4 address that is " + std::string(why);
  return {};
}

}  // namespace picket::http
