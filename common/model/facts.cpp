#include "common/model/facts.h"

#include <algorithm>
#include <set>

namespace picket {
namespace {

// Whether `name` is `pattern`, whose "*" stands for at least one character.
bool fits(std::string_view pattern, std::string_view name) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  const std::string_view head = pattern.substr(0, star);
  const std::string_view tail = pattern.substr(star + 1);
  return name.size() > head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail);
}

// The key of `pattern` behind `prefix`; nothing when it does not stand there.
std::string_view key_behind(std::string_view pattern, std::string_view prefix) {
  if (!prefix.empty()) {
    const auto star = pattern.find('*');
    const auto dot = star == std::string_view::npos ? star : pattern.find('.', star);
    const bool starred = dot != std::string_view::npos && fits(pattern.substr(0, dot), prefix);
    if (starred)
      pattern.remove_prefix(dot + 1);
    else if (pattern.size() > prefix.size() && pattern.starts_with(prefix) &&
             pattern[prefix.size()] == '.')
      pattern.remove_prefix(prefix.size() + 1);
    else
      return {};
  }
  return pattern.substr(0, pattern.find('.'));
}

}  // namespace

const std::vector<FactRow>& fact_rows() {
  static const std::vector<FactRow> rows{
#define PICKET_KIND(kind, text, status, headers, cookies, body)
#define PICKET_FACT(kind, name, operand, text, example) \
  {#kind, name, FactOperand::operand, text, example},
#include "common/model/fact_names.def"
#undef PICKET_KIND
#undef PICKET_FACT
  };
  return rows;
}

const std::vector<KindTraits>& kinds() {
  static const std::vector<KindTraits> rows{
#define PICKET_KIND(kind, text, status, headers, cookies, body) \
  {#kind, text, status, headers, cookies, body},
#define PICKET_FACT(kind, name, operand, text, example)
#include "common/model/fact_names.def"
#undef PICKET_KIND
#undef PICKET_FACT
  };
  return rows;
}

const KindTraits& traits_of(std::string_view kind) {
  const auto found = std::find_if(kinds().begin(), kinds().end(),
                                  [&](const KindTraits& row) { return row.kind == kind; });
  return found == kinds().end() ? kinds().front() : *found;
}

const FactRow* find_fact(std::string_view kind, std::string_view name) {
  for (const FactRow& row : fact_rows())
    if (row.kind == kind && fits(row.name, name)) return &row;
  return nullptr;
}

bool is_fact_group(std::string_view kind, std::string_view prefix) {
  return !fact_keys(kind, prefix).empty();
}

std::vector<std::string> fact_keys(std::string_view kind, std::string_view prefix) {
  std::set<std::string> keys;
  for (const FactRow& row : fact_rows()) {
    if (row.kind != kind) continue;
    const std::string_view key = key_behind(row.name, prefix);
    if (!key.empty()) keys.emplace(key);
  }
  return {keys.begin(), keys.end()};
}

}  // namespace picket
