#include "cli/render/json_text.h"

#include "common/core/text.h"

namespace picket::cli {

std::string text_of(const nlohmann::ordered_json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return clean_line(found->get_ref<const std::string&>());
}

}  // namespace picket::cli
