// Secret values that show when they leak: random ones with every kind of character, every spelling
// a target may give them, and the search for any of these in what Picket writes. Encoders of its
// own, so that a mistake of the redactor is not repeated here. Pure; for any test.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/random.h"

namespace picket::test {

// 4 to 80 bytes, valid UTF-8: letters, quotes, spaces, %, +, &, <, >, backslashes, line breaks,
// two to four byte characters, text that looks escaped already, base64, PEM.
std::string random_secret(Random& random);

struct Spelled {
  std::string form;  // "percent, lower case"
  std::string text;
};

// Plain, percent-encoded in five ways, base64 in eight (whole, after "user:", inside something
// larger), JSON-escaped in five, HTML-escaped in five, and these in each other.
std::vector<Spelled> spellings(const std::string& value);

// The first spelling of the value, or piece of it of kPieceBytes bytes, that stands in the text:
// "percent: a%20b"; nothing when none does.
constexpr std::size_t kPieceBytes = 12;
std::optional<std::string> find_canary(std::string_view text, const std::string& value);

}  // namespace picket::test
