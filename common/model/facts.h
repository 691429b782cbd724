// Facts: the named values that a probe reports beside its exchanges, and the one table
// (fact_names.def) of which kind of check has which. `expect` judges them by name, the metrics and
// the conditions of a round read them from results. Pure; constant data.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/model/matcher.h"

namespace picket {

// By name, as `expect` writes it with dots between nested maps: "cache.status", "expires_in".
// Durations are whole milliseconds with the unit "ms", sizes bytes with "bytes".
using Facts = std::map<std::string, Found>;

// What is left of a fact in a result: a scalar; of a list its texts, joined by ", ".
struct NamedFact {
  std::string name;
  Value value;
  bool operator==(const NamedFact&) const = default;
};

// What a fact is compared with in `expect`.
enum class FactOperand {
  text,  // a text, or a list of texts
  json,  // any scalar, or a list
  number,
  duration,  // "1h30m"
  size,      // "400KB"
  flag,      // true or false
  version,   // "TLS 1.2", ordered
};

struct FactRow {
  std::string_view kind;  // of the check: "tls"
  std::string_view name;  // a part may be "*": any key at that place
  FactOperand operand;
  std::string_view text;     // what it is, with its unit
  std::string_view example;  // in `expect`
};

const std::vector<FactRow>& fact_rows();

// The row for a fact's full name, or nullptr. `*` stands for one part, which may hold dots
// (a host name): the name must begin and end as the row does.
const FactRow* find_fact(std::string_view kind, std::string_view name);

// Whether some fact of the kind is named PREFIX.something.
bool is_fact_group(std::string_view kind, std::string_view prefix);

// The keys that may stand behind PREFIX (empty: at the top of `expect`), "*" for any; sorted.
std::vector<std::string> fact_keys(std::string_view kind, std::string_view prefix);

// What every kind has beside its facts: `duration` and `phases`. These have more:
struct KindTraits {
  std::string_view kind;
  std::string_view text;  // "one HTTP request"
  bool status{false};     // expect.status, 200-399 unless written; http_version
  bool headers{false};    // expect.headers
  bool cookies{false};
  bool body{false};  // expect.body, jsonpath, size; captures from it
};

const std::vector<KindTraits>& kinds();
// Requires a known kind.
const KindTraits& traits_of(std::string_view kind);

}  // namespace picket
