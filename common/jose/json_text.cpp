#include "common/jose/json_text.h"

#include "common/core/json_limits.h"

namespace picket::jose {

nlohmann::json parse_json(std::string_view text) {
  using nlohmann::json;
  if (!check_json_limits(text)) return json(json::value_t::discarded);
  return json::parse(text, nullptr, false);
}

}  // namespace picket::jose
