#include "common/markup/xpath_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/core/text.h"

namespace picket::markup {
namespace {

const std::vector<std::string>& functions() {
  static const std::vector<std::string> names{"boolean",
                                              "ceiling",
                                              "concat",
                                              "contains",
                                              "count",
                                              "false",
                                              "floor",
                                              "id",
                                              "lang",
                                              "last",
                                              "name",
                                              "local-name",
                                              "namespace-uri",
                                              "normalize-space",
                                              "not",
                                              "number",
                                              "position",
                                              "round",
                                              "starts-with",
                                              "string",
                                              "string-length",
                                              "substring",
                                              "substring-after",
                                              "substring-before",
                                              "sum",
                                              "translate",
                                              "true"};
  return names;
}

// Words that may stand before a parenthesis without being functions.
bool is_other_word(std::string_view word) {
  for (const char* other :
       {"and", "or", "div", "mod", "node", "text", "comment", "processing-instruction"})
    if (word == other) return true;
  return false;
}

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool continues_name(char c) {
  return starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r'))) ++at;
  return at;
}

Status check_call(std::string_view name, std::size_t at) {
  if (const auto axis = name.rfind("::"); axis != std::string_view::npos)
    name.remove_prefix(axis + 2);
  const auto& known = functions();
  if (is_other_word(name) || std::find(known.begin(), known.end(), name) != known.end()) return {};
  const std::string meant = did_you_mean(name, known);
  return fail(ErrorCode::invalid_argument,
              fmt::format("XPath 1.0 has no function `{}`, at position {}", name, at + 1),
              meant.empty() ? "" : fmt::format("did you mean `{}`?", meant));
}

}  // namespace

Status check_functions(std::string_view expression) {
  for (std::size_t at = 0; at < expression.size();) {
    const char c = expression[at];
    if (c == '"' || c == '\'') {
      const auto end = expression.find(c, at + 1);
      if (end == std::string_view::npos) return {};
      at = end + 1;
    } else if (starts_name(c)) {
      const auto begin = at;
      while (at < expression.size() && continues_name(expression[at])) ++at;
      const auto after = skip_blanks(expression, at);
      const bool call = after < expression.size() && expression[after] == '(';
      const auto name = expression.substr(begin, at - begin);
      if (auto known = check_call(name, begin); call && !known) return known;
    } else {
      ++at;
    }
  }
  return {};
}

}  // namespace picket::markup
