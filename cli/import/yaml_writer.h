// A tree as YAML text in the layout of `picket fmt`, with comments. Pure. A member of a map whose
// key begins with kComment is no member but a comment at that place.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace picket::cli {

inline constexpr std::string_view kComment = "#\x01";

// The comment lines of `text`, wrapped, each behind `indent` spaces.
std::string comment_lines(const std::string& text, std::size_t indent);

// The members of `map` as a block, each line behind `indent` spaces.
std::string render_yaml(const nlohmann::ordered_json& map, std::size_t indent);

}  // namespace picket::cli
