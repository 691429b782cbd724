#include "agent/dns/name_servers.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::size_t kServersMax = 3;  // MAXNS of resolv.h
constexpr std::size_t kFileBytesMax = 64 * 1024;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::optional<int> parse_port(std::string_view text) {
  int port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return port >= 1 && port <= 65535 ? std::optional<int>{port} : std::nullopt;
}

}  // namespace

std::vector<DnsEndpoint> parse_resolv_conf(std::string_view text) {
  constexpr std::string_view kWord = "nameserver";
  std::vector<DnsEndpoint> out;
  for (const std::string& line : split(text, '\n')) {
    if (!line.starts_with(kWord) || line.size() <= kWord.size() || !is_blank(line[kWord.size()]))
      continue;
    const std::string_view rest = trim_ascii(std::string_view(line).substr(kWord.size()));
    const auto end = std::find_if(rest.begin(), rest.end(), is_blank);
    const std::string address(rest.begin(), end);
    if (!address.empty() && out.size() < kServersMax) out.push_back({.address = address});
  }
  if (out.empty()) out.push_back({.address = "127.0.0.1"});
  return out;
}

std::vector<DnsEndpoint> read_resolv_conf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kFileBytesMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse_resolv_conf(text);
}

std::optional<DnsEndpoint> parse_server(std::string_view text) {
  DnsEndpoint out;
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    host = text.substr(0, text.find(':'));
    port = text.substr(text.find(':'));
  }
  if (host.empty() || host.find_first_of(" \t/@") != std::string_view::npos) return std::nullopt;
  out.address = std::string(host);
  if (port.empty()) return out;
  const auto number = port.front() == ':' ? parse_port(port.substr(1)) : std::nullopt;
  if (!number) return std::nullopt;
  out.port = *number;
  return out;
}

std::vector<DnsEndpoint> system_servers(const std::vector<std::string>& servers) {
  std::vector<DnsEndpoint> out;
  for (const std::string& text : servers)
    if (auto server = parse_server(text)) out.push_back(std::move(*server));
  return servers.empty() ? read_resolv_conf() : out;
}

std::string reverse_name(const std::string& address) {
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1)
    return fmt::format("{}.{}.{}.{}.in-addr.arpa", bytes[3], bytes[2], bytes[1], bytes[0]);
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return {};
  std::string out;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
    out += fmt::format("{:x}.{:x}.", *byte & 0x0f, *byte >> 4);
  return out + "ip6.arpa";
}

std::string render(const DnsEndpoint& server) {
  const bool is_v6 = server.address.find(':') != std::string::npos;
  return (is_v6 ? "[" + server.address + "]" : server.address) + ":" + std::to_string(server.port);
}

}  // namespace picket::agent
