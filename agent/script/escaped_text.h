// Recognises a value in text whatever way its characters are escaped. Pure;
// it never decodes the text, so what it finds can be cut out of it.
#pragma once

#include <cstddef>
#include <string_view>

namespace picket::agent {

struct Spelling {
  std::size_t length{0};  // bytes of the text; 0: they do not spell the value
  std::size_t work{0};    // steps it took
};

enum class Letters { either_case, exact };

// How many bytes of `text` from `at` on spell `value`, each of its bytes plain, percent-encoded,
// "+" for a space, JSON-escaped or as an HTML entity, also mixed, and also twice: JSON inside an
// HTML attribute or a query, a URL inside a URL. The longest when there are several.
Spelling find_spelling(std::string_view text, std::size_t at, std::string_view value,
                       Letters letters = Letters::either_case);

// No character takes more bytes than this in any of these spellings.
constexpr std::size_t kLongestEscape = 36;

}  // namespace picket::agent
