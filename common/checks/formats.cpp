#include "common/checks/formats.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "common/core/text.h"

namespace picket::checks {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array kUnits{Unit{"GiB", 1ull << 30},
                            Unit{"GB", 1'000'000'000},
                            Unit{"MiB", 1ull << 20},
                            Unit{"MB", 1'000'000},
                            Unit{"KiB", 1ull << 10},
                            Unit{"KB", 1'000},
                            Unit{"B", 1}};
constexpr double kMostBytes = 1e15;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

template <class Predicate>
bool all_of(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool is_url_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7F;
}

// "${{ .. }}" becomes "1", good in every place, so that the rest can be judged.
std::string without_references(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t open = text.find("${{");
    const std::size_t close = open == text.npos ? open : text.find("}}", open);
    out += text.substr(0, close == text.npos ? text.npos : open);
    if (close == text.npos) return out;
    out += '1';
    text.remove_prefix(close + 2);
  }
}

bool is_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

std::optional<std::string> authority_error(std::string_view authority) {
  if (authority.find('@') != authority.npos)
    return "credentials do not belong into a URL: use `basic` and secrets";
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && (bracket == authority.npos || colon > bracket);
  const std::string_view host = authority.substr(0, has_port ? colon : authority.npos);
  if (host.empty()) return "it has no host";
  if (has_port && !is_port(authority.substr(colon + 1))) return "its port is not 1 to 65535";
  return std::nullopt;
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !is_digit(text.front()) || !is_digit(*(end - 1)) ||
      !std::isfinite(number))
    return fail(ErrorCode::invalid_argument, fmt::format("`{}` is not a size", cut_utf8(text, 60)));
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  if (name.empty()) return fail(ErrorCode::invalid_argument, fmt::format("`{}` has no unit", text));
  for (const Unit& unit : kUnits) {
    if (unit.name != name) continue;
    const double bytes = number * static_cast<double>(unit.bytes);
    if (bytes > kMostBytes) break;
    return static_cast<std::uint64_t>(std::llround(bytes));
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("`{}` has an unknown unit", cut_utf8(text, 60)));
}

std::string render_size(std::uint64_t bytes) {
  for (const Unit& unit : kUnits)
    if (bytes >= unit.bytes && bytes % unit.bytes == 0)
      return fmt::format("{}{}", bytes / unit.bytes, unit.name);
  return fmt::format("{}B", bytes);
}

bool is_label_name(std::string_view text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  return all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_receiver_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view kind = text.substr(0, slash);
  if (kind.empty() || text.size() > 128) return false;
  if (!all_of(kind, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; })) return false;
  if (slash == text.npos) return true;
  const std::string_view name = text.substr(slash + 1);
  return !name.empty() && all_of(name, [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
  });
}

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

bool is_header_name(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 128 && all_of(text, [&](char c) {
    return is_letter(c) || is_digit(c) || kMarks.find(c) != kMarks.npos;
  });
}

bool is_metric_label(std::string_view text) {
  if (text.empty() || text.size() > 64 || is_digit(text.front())) return false;
  return all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_tag(std::string_view text) {
  constexpr std::string_view kMarks = "_.:/-";
  if (text.empty() || text.size() > 64 || !(is_lower(text.front()) || is_digit(text.front())))
    return false;
  return all_of(
      text, [&](char c) { return is_lower(c) || is_digit(c) || kMarks.find(c) != kMarks.npos; });
}

bool is_ip_address(std::string_view text) {
  const std::string plain{text};
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, plain.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, plain.c_str(), bytes) == 1;
}

bool is_dns_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && !is_ip_address(text) && all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

bool is_mail_address(std::string_view text) {
  const auto is_atom = [](std::string_view part) {
    return !part.empty() && all_of(part, [](char c) {
      return is_letter(c) || is_digit(c) ||
             std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
    });
  };
  const auto is_dotted = [&](std::string_view dotted) {
    const auto parts = split(dotted, '.');
    return std::all_of(parts.begin(), parts.end(), is_atom);
  };
  const std::size_t at = text.rfind('@');
  return at != text.npos && text.size() <= 254 && at <= 64 && is_dotted(text.substr(0, at)) &&
         is_dotted(text.substr(at + 1));
}

bool has_reference(std::string_view text) { return text.find("${{") != std::string_view::npos; }

std::optional<std::string> url_error(std::string_view text) {
  if (text.starts_with("${{")) return std::nullopt;
  const std::string plain = without_references(text);
  if (plain.size() > 8192) return "it is longer than 8192 characters";
  if (!all_of(plain, is_url_character)) return "it holds a space or a control character";
  const std::size_t scheme = plain.find("://");
  if (scheme == std::string::npos) return "it does not start with https:// or http://";
  const std::string name = to_lower_ascii(std::string_view{plain}.substr(0, scheme));
  if (name != "http" && name != "https")
    return fmt::format("its scheme is {}, not http or https", cut_utf8(name, 20));
  const std::size_t start = scheme + 3;
  const std::size_t end = plain.find_first_of("/?#", start);
  return authority_error(std::string_view{plain}.substr(start, end - start));
}

}  // namespace picket::checks
