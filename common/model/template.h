// ${{ vars.X }}, ${{ secrets.X }}, ${{ capture.X }}, ${{ run.id }}, ${{ region }}: the only
// templating there is. Pure; values are inserted as they are, never read again as templates.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace picket {

struct Reference {
  std::string scope;  // vars, secrets, capture, run, region
  std::string name;   // empty for `region`
  std::size_t offset{0};  // byte offset of "${{" in the text
  std::size_t length{0};  // up to and including "}}"
};

// All references in order. invalid_argument for an unclosed "${{" or a malformed name; the
// message holds the offset.
Result<std::vector<Reference>> parse_references(std::string_view text);

// Nothing: the name is not known.
using Lookup = std::function<std::optional<std::string>(const Reference&)>;

// The text with every reference replaced. invalid_argument names the first unknown reference.
Result<std::string> substitute(std::string_view text, const Lookup& lookup);

}  // namespace picket
