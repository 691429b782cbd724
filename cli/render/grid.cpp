#include "cli/render/grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/render/json_text.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Cell {
  std::string_view state;
  std::string_view unicode;
  std::string_view ascii;
  std::string_view color;
  std::string_view meaning;
};

constexpr Cell kCells[] = {
    {"pass", "✓", "+", "32", "passes"},
    {"pass_on_retry", "↻", "r", "33", "passed on a retry"},
    {"degraded", "~", "~", "33", "degraded"},
    {"fail", "✗", "x", "31", "newest run failed"},
    {"failing", "✗", "x", "31", "fails"},
    {"unknown", "?", "?", "35", "could not measure"},
    {"no_data", "∅", "0", "35", "no fresh run"},
    {"offline", "!", "!", "35", "no agent"},
    {"blind", "B", "B", "35", "blind agent"},
    {"pending", "·", ".", "90", "not yet run"},
};

const Cell& cell_of(std::string_view state) {
  for (const Cell& cell : kCells)
    if (cell.state == state) return cell;
  return kCells[5];
}

std::string paint(std::string_view text, std::string_view color, const Terminal& terminal) {
  if (!terminal.color) return std::string{text};
  return fmt::format("\x1b[{}m{}\x1b[0m", color, text);
}

std::string_view glyph(const Cell& cell, const Terminal& terminal) {
  return terminal.unicode ? cell.unicode : cell.ascii;
}

std::string shorten(const std::string& region) {
  static const std::map<std::string, std::string> kCompass{
      {"north", "n"},      {"south", "s"},      {"east", "e"},       {"west", "w"},
      {"central", "c"},    {"northeast", "ne"}, {"southeast", "se"}, {"northwest", "nw"},
      {"southwest", "sw"}};
  std::string out;
  for (const std::string& part : split(region, '-')) {
    const auto known = kCompass.find(part);
    out += known != kCompass.end() ? known->second : part.substr(0, 2);
  }
  return out;
}

std::string_view verdict_color(const std::string& verdict) {
  if (verdict == "up") return "32";
  if (verdict == "down") return "31;1";
  if (verdict == "pending") return "90";
  return verdict == "degraded" ? "33" : "31";
}

// What is wrong with the controller itself stands below as incidents; the dead-man has none.
void add_health(std::string& out, const Json& status) {
  const auto found = status.find("dead_man");
  if (found == status.end() || !found->is_object()) return;
  if (!found->value("beating", true))
    out += "! no beat goes to the dead-man: " + text_of(*found, "why") + "\n";
  if (const std::string error = text_of(*found, "last_error"); !error.empty())
    out += "! the dead-man takes no beats: " + error + "\n";
}

void add_heading(std::string& out, const Json& status, std::size_t incidents) {
  out += fmt::format("{}  {} check{}, {} region{}, {} open incident{}\n",
                     text_of(status, "now").substr(0, 19) + "Z", status["checks"].size(),
                     status["checks"].size() == 1 ? "" : "s", status["regions"].size(),
                     status["regions"].size() == 1 ? "" : "s", incidents,
                     incidents == 1 ? "" : "s");
  if (const std::string trouble = text_of(status, "trouble"); !trouble.empty())
    out += "! nothing can be stored: " + trouble + "\n";
  add_health(out, status);
  const Json& reload = status["reload"];
  if (const std::string waits = text_of(reload, "waits_for_confirmation"); !waits.empty())
    out += "! a reload waits: " + waits + "; if meant: picket reload --confirm\n";
  if (reload.value("errors", 0) > 0)
    out += fmt::format("! {} mistake(s) in the check files: picket reload shows them\n",
                       reload.value("errors", 0));
}

void add_row(std::string& out, const Json& check, const std::vector<std::string>& regions,
             const std::vector<std::string>& columns, const Terminal& terminal,
             std::set<std::string>& used) {
  const std::string verdict = text_of(check, "verdict");
  out += fmt::format("{:<28} ", cut_utf8(text_of(check, "name"), 28));
  out += paint(fmt::format("{:<9}", verdict), verdict_color(verdict), terminal);
  std::map<std::string, std::string> states;
  for (const Json& region : check["regions"])
    states[text_of(region, "region")] = text_of(region, "state");
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const auto state = states.find(regions[i]);
    const std::string padding(columns[i].size(), ' ');
    out += ' ';
    if (state == states.end()) {
      out += padding;
      continue;
    }
    used.insert(state->second);
    const Cell& cell = cell_of(state->second);
    out += paint(glyph(cell, terminal), cell.color, terminal);
    out += padding.substr(1);
  }
  out += '\n';
}

std::size_t add_incidents(std::string& out, const Json& status, const Terminal& terminal) {
  std::size_t open = 0;
  for (const Json& incident : status["incidents"]) {
    const std::string state = text_of(incident, "state");
    if (state == "suspected") continue;
    ++open;
    out += paint(fmt::format("{:<8}", text_of(incident, "severity")), "31", terminal);
    out += fmt::format(" {:<12} since {}  {}\n", state,
                       text_of(incident, "opened").substr(11, 8), text_of(incident, "title"));
  }
  return open;
}

}  // namespace

std::vector<std::string> short_names(const std::vector<std::string>& regions) {
  std::vector<std::string> names;
  for (const std::string& region : regions) names.push_back(shorten(region));
  const std::set<std::string> distinct{names.begin(), names.end()};
  return distinct.size() == names.size() ? names : regions;
}

std::string render_status(const Json& status, const Terminal& terminal) {
  std::set<std::string> all;
  for (const Json& check : status["checks"])
    for (const Json& region : check["regions"]) all.insert(text_of(region, "region"));
  for (const Json& region : status["regions"]) all.insert(text_of(region, "region"));
  const std::vector<std::string> regions{all.begin(), all.end()};
  const std::vector<std::string> columns = short_names(regions);

  std::string incidents;
  const std::size_t open = add_incidents(incidents, status, terminal);
  std::string out;
  add_heading(out, status, open);
  out += fmt::format("{:<28} {:<9}", "check", "verdict");
  for (const std::string& column : columns) out += " " + column;
  out += '\n';
  std::set<std::string> used;
  for (const Json& check : status["checks"])
    add_row(out, check, regions, columns, terminal, used);
  std::string legend;
  for (const Cell& cell : kCells)
    if (used.count(std::string{cell.state}) != 0)
      legend += fmt::format("{}{} {}", legend.empty() ? "" : "   ", glyph(cell, terminal),
                            cell.meaning);
  if (!legend.empty()) out += paint(legend, "90", terminal) + "\n";
  return out + incidents;
}

}  // namespace picket::cli
