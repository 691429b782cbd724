#include "controller/evaluate/kept_traits.h"

#include <fmt/format.h>

namespace picket::controller {
namespace {

// No control character stands in a value: add_trait() cleans them.
constexpr char kUnit = '\x1f';
constexpr char kRecord = '\x1e';

std::string line_of(std::string_view dimension, std::string_view value) {
  return fmt::format("{}{}{}{}", dimension, kUnit, value, kRecord);
}

}  // namespace

KeptTraits::KeptTraits(const RunTraits& traits) : at_(traits.at), partial_(traits.partial) {
  std::string lines;
  for (const auto& [dimension, values] : traits.values)
    for (const std::string& value : values) lines += line_of(dimension, value);
  values_ = std::string{lines.begin(), lines.end()};  // no larger than it must be
}

RunTraits KeptTraits::unpack() const {
  RunTraits traits{.at = at_, .partial = partial_};
  std::string_view rest = values_;
  while (!rest.empty()) {
    const std::size_t unit = rest.find(kUnit);
    const std::size_t end = rest.find(kRecord);
    traits.values[std::string{rest.substr(0, unit)}].emplace(rest.substr(unit + 1, end - unit - 1));
    rest.remove_prefix(end + 1);
  }
  return traits;
}

bool KeptTraits::has(Dimension dimension, std::string_view value) const {
  return values_.starts_with(line_of(to_string(dimension), value)) ||
         values_.find(kRecord + line_of(to_string(dimension), value)) != std::string::npos;
}

}  // namespace picket::controller
