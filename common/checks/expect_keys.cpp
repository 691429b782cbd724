#include "common/checks/expect_keys.h"

#include <fmt/format.h>

#include "common/model/facts.h"

namespace picket::checks {
namespace {

bool has_key(const KindTraits& kind, std::string_view key) {
  if (key == "status" || key == "http_version") return kind.status;
  if (key == "headers") return kind.headers;
  if (key == "css" || key == "xpath") return kind.status && kind.body;
  if (key == "cookies") return kind.cookies;
  if (key == "same_across_regions") return kind.kind != "wait";
  if (key == "duration" || key == "phases" || key == "warn") return true;
  return kind.body;
}

void add_fact(KeyGroup& group, const FactRow& fact) {
  const std::string_view key = fact.name.substr(0, fact.name.find('.'));
  if (group.find(key) != nullptr) return;
  const bool nested = key.size() != fact.name.size();
  group.rows.push_back(
      {"expect", key, nested ? "map" : "value | matchers", {}, fact.text, fact.example, false});
}

void add_notes(KeyGroup& group) {
  for (const FactRow& fact : fact_rows()) {
    const std::string key{fact.name.substr(0, fact.name.find('.'))};
    if (group.find(key) == nullptr)
      group.notes.emplace(key, fmt::format("it is known of `{}`", fact.kind));
  }
  for (const KeyRow& row : check_keys("expect").rows)
    if (group.find(row.key) == nullptr)
      group.notes.emplace(row.key, "steps of this kind have none");
}

KeyGroup make_group(const KindTraits& kind) {
  KeyGroup group;
  group.name = "expect";
  group.help = fmt::format("what `{}` can show: `picket explain expect`", kind.kind);
  for (const KeyRow& row : check_keys("expect").rows)
    if (has_key(kind, row.key)) group.rows.push_back(row);
  for (const FactRow& fact : fact_rows())
    if (fact.kind == kind.kind) add_fact(group, fact);
  add_notes(group);
  return group;
}

}  // namespace

const KeyGroup& expect_keys(std::string_view kind) {
  static const std::map<std::string_view, KeyGroup> groups = [] {
    std::map<std::string_view, KeyGroup> made;
    for (const KindTraits& traits : kinds()) made.emplace(traits.kind, make_group(traits));
    return made;
  }();
  return groups.at(kind);
}

}  // namespace picket::checks
