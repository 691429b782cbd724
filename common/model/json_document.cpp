#include "common/model/json_document.h"

#include <fmt/format.h>

#include "common/core/json_limits.h"
#include "common/model/json_node.h"

namespace picket {
Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  if (const Status limits = check_json_limits(text); !limits) return fail(limits.error());
  try {
    auto node = std::make_shared<Node>();
    node->json = Json::parse(text);
    JsonDocument document;
    document.root_ = std::move(node);
    return document;
  } catch (const Json::parse_error& error) {
    return fail(ErrorCode::invalid_argument, fmt::format("not JSON (byte {})", error.byte));
  } catch (const Json::exception&) {
    return fail(ErrorCode::invalid_argument, "not JSON (a number out of range)");
  }
}

std::string render_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Value to_value(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean: return json.get<bool>();
    case Json::value_t::number_integer: return json.get<std::int64_t>();
    case Json::value_t::number_unsigned: {
      const auto number = json.get<std::uint64_t>();
      if (number <= static_cast<std::uint64_t>(INT64_MAX)) return static_cast<std::int64_t>(number);
      return std::to_string(number);
    }
    case Json::value_t::number_float: return json.get<double>();
    case Json::value_t::string: return json.get<std::string>();
    case Json::value_t::array:
    case Json::value_t::object: return render_json(json);
    default: return Null{};
  }
}

}  // namespace picket
