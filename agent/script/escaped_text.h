// Recognises a value in text whatever way its characters are escaped. Pure;
// it never decodes the text, so what it finds can be cut out of it.
#pragma once

#include <cstddef>
#include <string_view>

namespace picket::agent {

// How many bytes of `text` from `at` on spell `value`, each of its bytes plain, percent-encoded,
// "+" for a space, JSON-escaped or as an HTML entity, letters in either case; 0: they do not.
std::size_t spelled_length(std::string_view text, std::size_t at, std::string_view value);

}  // namespace picket::agent
