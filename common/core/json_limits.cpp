#include "common/core/json_limits.h"

#include <fmt/format.h>

namespace picket {

Status check_json_limits(std::string_view text) {
  int depth = 0;
  std::size_t values = 1;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '}' || c == ']') --depth;
    if (c == '{' || c == '[') ++depth;
    if (c == ',' || c == '{' || c == '[') ++values;
    if (depth > kJsonDepthMax)
      return fail(ErrorCode::invalid_argument,
                  fmt::format("JSON nested deeper than {}", kJsonDepthMax));
    if (values > kJsonValuesMax)
      return fail(ErrorCode::invalid_argument,
                  fmt::format("JSON with more than {} values", kJsonValuesMax));
  }
  return {};
}

}  // namespace picket
