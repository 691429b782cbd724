// How an action shows its texts, so that one visitor fills the templates of every kind:
// `each_text(action, visit)` calls visit(std::string&, TextPart) for each text that may hold ${{
// }}.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace picket {

struct TextPart {
  std::string_view name;  // of the part, for messages: "url"
  bool json{false};       // inside a JSON text: what is put in is escaped for a JSON string
};

template <class Visit>
void each_text(std::vector<std::pair<std::string, std::string>>& pairs, std::string_view name,
               Visit& visit) {
  for (auto& [key, value] : pairs) {
    visit(key, TextPart{name});
    visit(value, TextPart{name});
  }
}

}  // namespace picket
