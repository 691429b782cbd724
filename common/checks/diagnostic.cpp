#include "common/checks/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/core/github_annotation.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[1;33m";
constexpr std::string_view kBlue = "\x1b[1;34m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kReset = "\x1b[0m";

int code_points(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool counts_as_error(const Diagnostic& diagnostic, const RenderStyle& style) {
  return diagnostic.is_error() || style.strict;
}

class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}
  std::string operator()(std::string_view code, std::string_view text) const {
    if (!color_ || text.empty()) return std::string{text};
    return fmt::format("{}{}{}", code, text, kReset);
  }

 private:
  bool color_;
};

std::string place_of(const SourcePosition& at) { return at.line > 0 ? render(at) : at.file; }

// The source line with the caret below it; both start behind a gutter of the number's width.
std::string excerpt_of(const Diagnostic& d, const Painter& paint, std::string_view caret_color) {
  const std::string number = std::to_string(d.at.line);
  const std::string gutter(number.size() + 2, ' ');
  const int room = std::max(1, code_points(d.excerpt) - d.at.column + 2);
  const std::string carets(static_cast<std::size_t>(std::clamp(d.length, 1, room)), '^');
  std::string out = fmt::format("{}{}\n", gutter, paint(kBlue, "|"));
  out += fmt::format("{} {}\n", paint(kBlue, " " + number + " |"), d.excerpt);
  out += fmt::format("{}{} {}{}", gutter, paint(kBlue, "|"),
                     std::string(static_cast<std::size_t>(std::max(0, d.at.column - 1)), ' '),
                     paint(caret_color, d.note.empty() ? carets : carets + " " + d.note));
  return out + "\n";
}

nlohmann::ordered_json json_of(const SourcePosition& at) {
  nlohmann::ordered_json out{{"file", at.file}};
  if (at.line > 0) {
    out["line"] = at.line;
    out["column"] = at.column;
  }
  return out;
}

nlohmann::ordered_json json_of(const Diagnostic& d) {
  nlohmann::ordered_json out = json_of(d.at);
  out["length"] = d.length;
  out["code"] = d.code;
  out["severity"] = d.is_error() ? "error" : "warning";
  out["message"] = d.message;
  if (!d.note.empty()) out["note"] = d.note;
  if (!d.help.empty()) out["help"] = d.help;
  for (const Related& related : d.related) {
    nlohmann::ordered_json entry = json_of(related.at);
    entry["message"] = related.message;
    out["related"].push_back(std::move(entry));
  }
  return out;
}

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

}  // namespace

std::string render_text(const Diagnostic& diagnostic, const RenderStyle& style) {
  const Painter paint(style.color);
  const bool error = counts_as_error(diagnostic, style);
  const std::string_view color = error ? kRed : kYellow;
  std::string out = fmt::format(
      "{}{}\n", paint(color, fmt::format("{}[{}]", error ? "error" : "warning", diagnostic.code)),
      paint(kBold, ": " + clean_line(diagnostic.message)));
  const bool excerpt =
      diagnostic.at.line > 0 && diagnostic.at.column <= code_points(diagnostic.excerpt) + 1;
  const std::size_t gutter = excerpt ? std::to_string(diagnostic.at.line).size() + 1 : 2;
  const std::string indent(gutter, ' ');
  out += fmt::format("{}{} {}\n", indent, paint(kBlue, "-->"), place_of(diagnostic.at));
  if (excerpt) out += excerpt_of(diagnostic, paint, color);
  for (const Related& related : diagnostic.related)
    out += fmt::format("{} {} {}: {}\n", indent, paint(kBlue, "::"), place_of(related.at),
                       clean_line(related.message));
  if (!diagnostic.help.empty())
    out += fmt::format("{} {} help: {}\n", indent, paint(kBlue, "="), clean_line(diagnostic.help));
  return out;
}

std::string render_github(const Diagnostic& diagnostic, const RenderStyle& style) {
  std::string message = diagnostic.message;
  if (!diagnostic.note.empty()) message += ": " + diagnostic.note;
  if (!diagnostic.help.empty()) message += "\n" + diagnostic.help;
  for (const Related& related : diagnostic.related)
    message += "\n" + place_of(related.at) + ": " + related.message;
  std::string place = "file=" + github_property(diagnostic.at.file);
  if (diagnostic.at.line > 0)
    place += fmt::format(",line={},col={},endColumn={}", diagnostic.at.line, diagnostic.at.column,
                         diagnostic.at.column + diagnostic.length);
  return fmt::format("::{} {},title={}::{}\n",
                     counts_as_error(diagnostic, style) ? "error" : "warning", place,
                     diagnostic.code, github_message(clean_text(message)));
}

std::string render_tally(const Tally& tally) {
  return fmt::format("{}, {} in {} ({}, {} ms)", counted(tally.errors, "error"),
                     counted(tally.warnings, "warning"), counted(tally.checks, "check"),
                     counted(tally.files, "file"), tally.elapsed.count());
}

std::string render_json(const std::vector<Diagnostic>& diagnostics, const Tally& tally) {
  nlohmann::ordered_json out{{"schema_version", 1}};
  out["diagnostics"] = nlohmann::ordered_json::array();
  for (const Diagnostic& diagnostic : diagnostics)
    out["diagnostics"].push_back(json_of(diagnostic));
  out["summary"] = {{"errors", tally.errors},
                    {"warnings", tally.warnings},
                    {"checks", tally.checks},
                    {"files", tally.files},
                    {"elapsed_ms", tally.elapsed.count()}};
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace picket::checks
