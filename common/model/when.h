// Reads the text of `alerts.when`: a verdict, or a comparison (docs/reference/thresholds.md has the
// grammar). Pure; knows no check, so whether a metric exists is for the caller to say.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "common/model/alert.h"

namespace picket {

// Where the text stops making sense, for a caret.
struct WhenMistake {
  std::size_t offset{0};  // in bytes
  std::size_t length{1};
  std::string message;
  std::string note;  // "did you mean ..?"; may be empty
  std::string help;
};

// The verdict, or the threshold; `samples` of it is the usual one.
using When = std::variant<AlertCondition, Threshold>;

tl::expected<When, WhenMistake> parse_when(std::string_view text);

}  // namespace picket
