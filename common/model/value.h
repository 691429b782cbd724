// A scalar of the check language: what a matcher compares with and what an extractor finds.
// Pure value.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace picket {

struct Null {
  bool operator==(const Null&) const = default;
};

// Durations are milliseconds and sizes bytes by the time they are a Value.
using Value = std::variant<Null, bool, std::int64_t, double, std::string>;

bool is_number(const Value& value);
double as_number(const Value& value);  // requires is_number

// As a series shows it: a flag is 1 or 0; nothing for what is no number.
std::optional<double> gauge_of(const Value& value);

// By value, exact across int64 and double; nothing when one of them is no number.
std::optional<std::partial_ordering> compare_numbers(const Value& a, const Value& b);

// Numbers compare by value across int64 and double; otherwise type and content must be equal.
// A string never equals a number: nothing is coerced.
bool equal(const Value& a, const Value& b);

// As YAML or JSON would show it: `true`, `42`, `"text"`, `null`.
std::string render(const Value& value);

std::string_view type_name(const Value& value);  // null, boolean, number, string

}  // namespace picket
