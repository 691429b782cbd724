// Texts of the controller's JSON answers, made safe for a line of a terminal. Pure; for every
// command and renderer that shows such an answer.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace picket::cli {

// Cleaned of control characters and line ends; "" where `key` is absent or no text.
std::string text_of(const nlohmann::ordered_json& object, const char* key);

}  // namespace picket::cli
