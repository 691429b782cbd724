#include "controller/api/origin_facts.h"

namespace picket::controller {

std::optional<OriginFact> parse_origin_fact(std::string_view name) {
  constexpr std::string_view kHead = "origin.";
  if (!name.starts_with(kHead)) return std::nullopt;
  name.remove_prefix(kHead.size());
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  return OriginFact{name.substr(0, dot), name.substr(dot + 1)};
}

}  // namespace picket::controller
