#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "cli/commands/command.h"
#include "common/checks/diagnostic.h"
#include "common/checks/expect_keys.h"
#include "common/checks/keys.h"
#include "common/core/text.h"
#include "common/model/facts.h"

namespace picket::cli {
namespace {

using checks::KeyRow;
using Json = nlohmann::ordered_json;

struct ExplainOptions {
  std::string topic;
  std::string kind;  // of a check: what its `expect` has
  std::string output{"text"};
};

struct MapKeys {
  std::string name;
  std::vector<KeyRow> rows;
};

// What is known of a topic; one of the parts is filled.
struct Page {
  std::optional<MapKeys> map;  // all keys of one map
  std::vector<KeyRow> rows;    // one key, of every map that has it
  std::vector<FactRow> facts;  // beside the keys of `expect` of a kind, or the one asked for
  std::optional<checks::CodeMeaning> code;
  std::string kind;  // what `facts` are of
  bool empty() const { return !map && rows.empty() && facts.empty() && !code; }
};

std::string_view to_words(FactOperand operand) {
  switch (operand) {
    case FactOperand::text: return "text | matchers";
    case FactOperand::json: return "value | matchers";
    case FactOperand::number: return "number | matchers";
    case FactOperand::duration: return "matchers with durations";
    case FactOperand::size: return "matchers with sizes";
    case FactOperand::flag: return "true | false";
    case FactOperand::version: return "matchers with versions";
  }
  return "";
}

bool is_map(std::string_view name) {
  const auto& maps = checks::check_key_maps();
  return std::find(maps.begin(), maps.end(), name) != maps.end();
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const KindTraits& kind : kinds()) names.emplace_back(kind.kind);
  return names;
}

std::vector<FactRow> facts_of(std::string_view kind) {
  std::vector<FactRow> out;
  for (const FactRow& row : fact_rows())
    if (row.kind == kind) out.push_back(row);
  return out;
}

// Everything that can be asked for, in the order of the tables.
std::vector<std::string> topics(const std::string& kind) {
  std::vector<std::string> all;
  for (const std::string& map : checks::check_key_maps()) {
    all.push_back(map);
    for (const KeyRow& row : checks::check_keys(map).rows)
      all.push_back(fmt::format("{}.{}", map, row.key));
  }
  for (const FactRow& row : facts_of(kind)) all.push_back(fmt::format("expect.{}", row.name));
  return all;
}

// `expect` and what stands in it, of one kind of check.
Page page_of_kind(const std::string& topic, const std::string& kind) {
  Page page;
  page.kind = kind;
  const checks::KeyGroup& group = checks::expect_keys(kind);
  if (topic.empty() || topic == "expect") {
    MapKeys map{"expect", {}};
    for (const KeyRow& row : group.rows)
      if (checks::check_keys("expect").find(row.key) != nullptr) map.rows.push_back(row);
    page.map = std::move(map);
    page.facts = facts_of(kind);
    return page;
  }
  const std::string name = topic.starts_with("expect.") ? topic.substr(7) : topic;
  for (const FactRow& row : facts_of(kind))
    if (row.name == name || row.name.starts_with(name + ".")) page.facts.push_back(row);
  if (const FactRow* fact = find_fact(kind, name); fact != nullptr && page.facts.empty())
    page.facts.push_back(*fact);
  if (const KeyRow* row = group.find(name); row != nullptr && page.facts.empty())
    page.rows.push_back(*row);
  return page;
}

Page page_of(const std::string& topic) {
  Page page;
  page.code = checks::meaning_of_code(topic);
  if (page.code) return page;
  if (is_map(topic)) {
    page.map = MapKeys{topic, checks::check_keys(topic).rows};
    return page;
  }
  const std::size_t dot = topic.rfind('.');
  if (dot == std::string::npos) {  // `interval` alone means every map that has it
    for (const std::string& map : checks::check_key_maps()) {
      const KeyRow* row = checks::check_keys(map).find(topic);
      if (row != nullptr && map != "defaults") page.rows.push_back(*row);
    }
    return page;
  }
  std::string map = topic.substr(0, dot);
  map = map.substr(map.rfind('.') + 1);  // check.http.url is http.url
  if (!is_map(map)) return page;
  if (const KeyRow* row = checks::check_keys(map).find(topic.substr(dot + 1)))
    page.rows.push_back(*row);
  return page;
}

std::string render_map(const MapKeys& map) {
  std::size_t width = 0;
  std::vector<std::string_view> later;
  for (const KeyRow& row : map.rows) width = std::max(width, row.key.size());
  std::string out = fmt::format("keys of {}\n\n", map.name);
  for (const KeyRow& row : map.rows) {
    if (row.later)
      later.push_back(row.key);
    else
      out += fmt::format("  {:{}}  {}\n", row.key, width, row.text);
  }
  if (!later.empty()) out += fmt::format("\nnot run by this version: {}\n", fmt::join(later, ", "));
  return out;
}

std::string render_row(const KeyRow& row) {
  std::string out = fmt::format("{}.{}\n\n  {}\n", row.map, row.key, row.text);
  if (row.later) return out + "\nnot run by this version\n";
  out += fmt::format("\n  type     {}\n", row.type);
  if (!row.fallback.empty()) out += fmt::format("  default  {}\n", row.fallback);
  return out + fmt::format("  example  {}\n", row.example);
}

std::string render_facts(const Page& page) {
  std::string out = fmt::format("facts of {}, in its expect\n", page.kind);
  for (const FactRow& row : page.facts)
    out += fmt::format("\n  {}\n    {}\n    {}, for example {}\n", row.name, row.text,
                       to_words(row.operand), row.example);
  return out;
}

std::string render_text(const Page& page, const std::string& topic) {
  if (page.code)
    return fmt::format("{}: {}\n\n  {}\n", topic, page.code->meaning, page.code->advice);
  std::string out;
  if (page.map) out += render_map(*page.map);
  for (const KeyRow& row : page.rows) out += (out.empty() ? "" : "\n") + render_row(row);
  if (!page.facts.empty()) out += (out.empty() ? "" : "\n") + render_facts(page);
  if (page.map && page.map->name == "expect" && page.kind.empty())
    out += fmt::format("\nand what the kind of the check shows: --kind {}\n",
                       fmt::join(kind_names(), "|"));
  return out;
}

Json to_json(const KeyRow& row) {
  Json json{{"map", row.map}, {"key", row.key}, {"text", row.text}, {"runs", !row.later}};
  if (row.later) return json;
  json["type"] = row.type;
  if (!row.fallback.empty()) json["default"] = row.fallback;
  json["example"] = row.example;
  return json;
}

std::string render_json(const Page& page, const std::string& topic) {
  Json json{{"schema_version", 1}, {"topic", topic}, {"keys", Json::array()}};
  if (page.map)
    for (const KeyRow& row : page.map->rows) json["keys"].push_back(to_json(row));
  for (const KeyRow& row : page.rows) json["keys"].push_back(to_json(row));
  json["facts"] = Json::array();
  for (const FactRow& row : page.facts)
    json["facts"].push_back({{"kind", row.kind},
                             {"name", row.name},
                             {"type", to_words(row.operand)},
                             {"text", row.text},
                             {"example", row.example}});
  if (page.code) json["code"] = {{"meaning", page.code->meaning}, {"advice", page.code->advice}};
  return json.dump(2) + "\n";
}

// Without a topic: all of them.
int list_topics(Session& session, const ExplainOptions& options) {
  if (options.output == "json") {
    Json json{{"schema_version", 1}, {"maps", checks::check_key_maps()}, {"kinds", kind_names()}};
    session.out << json.dump(2) << '\n';
    return kFine;
  }
  session.out << "picket explain WORD, for example `picket explain check.interval`\n\n";
  for (const std::string& map : checks::check_key_maps()) session.out << fmt::format("  {}\n", map);
  session.out << fmt::format("\nwhat the expect of a kind has: --kind {}\n",
                             fmt::join(kind_names(), "|"))
              << "or the code of a message: `picket explain E0107`\n";
  return kFine;
}

int unknown(Session& session, const std::string& what, const std::vector<std::string>& known) {
  const std::string near = did_you_mean(what, known);
  session.err << fmt::format(
      "picket: nothing is known of `{}`{}\n", clean_line(what),
      near.empty() ? "; see `picket explain`" : fmt::format(": did you mean `{}`?", near));
  return kBadUsage;
}

int explain(Session& session, const ExplainOptions& options) {
  const std::vector<std::string> names = kind_names();
  const bool has_kind = !options.kind.empty();
  if (has_kind && std::find(names.begin(), names.end(), options.kind) == names.end())
    return unknown(session, options.kind, names);
  if (options.topic.empty() && !has_kind) return list_topics(session, options);
  const Page page = has_kind ? page_of_kind(options.topic, options.kind) : page_of(options.topic);
  if (page.empty()) return unknown(session, options.topic, topics(options.kind));
  session.out << (options.output == "json" ? render_json(page, options.topic)
                                           : render_text(page, options.topic));
  return kFine;
}

}  // namespace

void add_explain(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("explain", "Say what a key of a check file means");
  auto options = std::make_shared<ExplainOptions>();
  command->add_option("KEY", options->topic, "for example check.interval, matcher, E0107");
  command->add_option("--kind", options->kind, "what the expect of this kind of check has")
      ->type_name("KIND");
  add_output(*command, options->output);
  command->callback([&chosen, options] {
    chosen = [options](Session& session) { return explain(session, *options); };
  });
}

}  // namespace picket::cli
