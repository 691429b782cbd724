#include "common/core/github_annotation.h"

#include <fmt/format.h>

namespace picket {
namespace {

std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text)
    if (special.find(c) == std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", c);
  return out;
}

}  // namespace

std::string github_message(std::string_view text) { return escaped(text, "%\r\n"); }

std::string github_property(std::string_view text) { return escaped(text, "%\r\n:,"); }

}  // namespace picket
