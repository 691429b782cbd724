#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "cli/commands/command.h"
#include "common/checks/diagnostic.h"
#include "common/checks/keys.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

using checks::KeyGroup;
using checks::KeyRow;

void show_group(std::ostream& out, const KeyGroup& group) {
  std::size_t width = 0;
  for (const KeyRow& row : group.rows) width = std::max(width, row.key.size());
  out << fmt::format("keys of {}\n\n", group.name);
  for (const KeyRow& row : group.rows)
    if (!row.later) out << fmt::format("  {:{}}  {}\n", row.key, width, row.text);
  std::vector<std::string_view> later;
  for (const KeyRow& row : group.rows)
    if (row.later) later.push_back(row.key);
  if (!later.empty()) out << fmt::format("\nnot run by this version: {}\n", fmt::join(later, ", "));
}

void show_row(std::ostream& out, const KeyGroup& group, const KeyRow& row) {
  out << fmt::format("{}.{}\n\n  {}\n", group.name, row.key, row.text);
  if (row.later) {
    out << "\nnot run by this version\n";
    return;
  }
  out << fmt::format("\n  type     {}\n", row.type);
  if (!row.fallback.empty()) out << fmt::format("  default  {}\n", row.fallback);
  out << fmt::format("  example  {}\n", row.example);
}

bool show_code(std::ostream& out, const std::string& word) {
  const auto meaning = checks::meaning_of_code(word);
  if (!meaning) return false;
  out << fmt::format("{}: {}\n\n  {}\n", word, meaning->meaning, meaning->advice);
  return true;
}

bool is_map(const std::string& name) {
  const auto& maps = checks::check_key_maps();
  return std::find(maps.begin(), maps.end(), name) != maps.end();
}

// Everything that can be asked for, in the order of the table.
std::vector<std::string> topics() {
  std::vector<std::string> all;
  for (const std::string& map : checks::check_key_maps()) {
    all.push_back(map);
    for (const KeyRow& row : checks::check_keys(map).rows)
      all.push_back(fmt::format("{}.{}", map, row.key));
  }
  return all;
}

// `interval` alone means every map that has it.
bool show_key_everywhere(std::ostream& out, const std::string& key) {
  bool found = false;
  for (const std::string& map : checks::check_key_maps()) {
    const KeyRow* row = checks::check_keys(map).find(key);
    if (row == nullptr || map == "defaults") continue;
    if (found) out << '\n';
    show_row(out, checks::check_keys(map), *row);
    found = true;
  }
  return found;
}

bool show_topic(std::ostream& out, const std::string& topic) {
  if (is_map(topic)) {
    show_group(out, checks::check_keys(topic));
    return true;
  }
  const std::size_t dot = topic.rfind('.');
  if (dot == std::string::npos) return show_key_everywhere(out, topic);
  std::string map = topic.substr(0, dot);
  map = map.substr(map.rfind('.') + 1);  // check.http.url is http.url
  if (!is_map(map)) return false;
  const KeyRow* row = checks::check_keys(map).find(topic.substr(dot + 1));
  if (row != nullptr) show_row(out, checks::check_keys(map), *row);
  return row != nullptr;
}

int explain(Session& session, const std::string& topic) {
  if (topic.empty()) {
    session.out << "picket explain WORD, for example `picket explain check.interval`\n\n";
    for (const std::string& map : checks::check_key_maps())
      session.out << fmt::format("  {}\n", map);
    session.out << "\nor the code of a message: `picket explain E0107`\n";
    return kFine;
  }
  if (show_topic(session.out, topic) || show_code(session.out, topic)) return kFine;
  const std::string near = did_you_mean(topic, topics());
  session.err << fmt::format(
      "picket: nothing is known of `{}`{}\n", clean_line(topic),
      near.empty() ? "; see `picket explain`" : fmt::format(": did you mean `{}`?", near));
  return kBadUsage;
}

}  // namespace

void add_explain(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("explain", "Say what a key of a check file means");
  auto topic = std::make_shared<std::string>();
  command->add_option("KEY", *topic, "for example check.interval, matcher, E0107");
  command->callback([&chosen, topic] {
    chosen = [topic](Session& session) { return explain(session, *topic); };
  });
}

}  // namespace picket::cli
