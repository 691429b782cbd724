// What a JsonDocument holds. Private to common/model: the only header that names the JSON library.
// Plain data.
#pragma once

#include <nlohmann/json.hpp>

#include "common/model/json_document.h"
#include "common/model/value.h"

namespace picket {

using Json = nlohmann::json;

struct JsonDocument::Node {
  Json json;
};

// One line of JSON; what is not UTF-8 becomes U+FFFD.
std::string render_json(const Json& json);

// A scalar as itself; arrays and objects as their JSON text. A whole number beyond int64 is its
// digits, a text: a double would equal its neighbours. From 2^64 on it is a double.
Value to_value(const Json& json);

}  // namespace picket
