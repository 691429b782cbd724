#include "common/model/endpoint.h"

#include <algorithm>
#include <charconv>

#include "common/core/text.h"

namespace picket {
namespace {

constexpr std::size_t kHostMax = 255;
constexpr int kPortMax = 65535;

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= kHostMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == '_';
         });
}

bool is_v6(std::string_view text) {
  return text.find(':') != std::string_view::npos && text.size() <= kHostMax &&
         text.find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
}

std::optional<int> parse_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > kPortMax)
    return std::nullopt;
  return port;
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text, int default_port) {
  const std::string lower = to_lower_ascii(text);
  std::string_view host = lower;
  std::string_view port;
  const bool bracketed = host.starts_with('[');
  const std::size_t colon = bracketed ? host.find("]:") : host.find(':');
  if (colon != std::string_view::npos) {
    port = host.substr(colon + (bracketed ? 2 : 1));
    host = host.substr(0, colon + (bracketed ? 1 : 0));
  }
  if (bracketed && (host.size() < 2 || host.back() != ']')) return std::nullopt;
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed ? !is_v6(host) : !is_host(host)) return std::nullopt;
  HostPort at{std::string{host}, default_port};
  if (colon == std::string_view::npos)
    return default_port == 0 ? std::nullopt : std::optional<HostPort>(std::move(at));
  const auto number = parse_port(port);
  if (!number) return std::nullopt;
  at.port = *number;
  return at;
}

std::string render(const HostPort& at) {
  const bool v6 = at.host.find(':') != std::string::npos;
  return (v6 ? "[" + at.host + "]" : at.host) + ":" + std::to_string(at.port);
}

}  // namespace picket
