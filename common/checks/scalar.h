// What a scalar of a check file means: YAML 1.2's core rules without the forms that people or
// other readers take for something else. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/checks/document.h"
#include "common/model/value.h"

namespace picket::checks {

struct Ambiguity {
  std::string message;
  std::string help;
};

// A plain scalar that YAML 1.1 and 1.2, or people, read differently: yes no on off y n, True,
// 010, 0x1F, .nan. As a key only the booleans matter. Nothing: it is clear.
std::optional<Ambiguity> ambiguity_of(std::string_view plain, bool is_key);

// Null, bool, number or string of a null or scalar node; quoted is always string. Requires a node
// of one of these kinds.
Value resolve(const Node& node);

// A plain number that resolve() cannot keep: a whole one beyond int64, 1e400.
bool is_out_of_range(const Node& node);

// A plain whole number without a sign, also beyond int64; nothing: it is none, or 2^64 or more.
std::optional<std::uint64_t> resolve_unsigned(const Node& node);

// "a number", "text", "a list", ..: for messages.
std::string_view kind_name(const Node& node);

}  // namespace picket::checks
