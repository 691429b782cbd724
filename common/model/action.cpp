#include "common/model/action.h"

#include "common/core/text.h"

namespace picket {

std::string_view kind_of(const Action& action) {
  return std::visit([](const auto& one) { return one.kKind; }, action);
}

std::string_view target_of(const Action& action) {
  return std::visit([](const auto& one) { return one.target(); }, action);
}

std::string authority_of(std::string_view target) {
  if (const auto scheme = target.find("://"); scheme != std::string_view::npos)
    target.remove_prefix(scheme + 3);
  target = target.substr(0, target.find_first_of("/?#"));
  if (const auto user = target.rfind('@'); user != std::string_view::npos)
    target.remove_prefix(user + 1);
  return to_lower_ascii(std::string{target});
}

}  // namespace picket
