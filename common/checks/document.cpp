#include "common/checks/document.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/checks/yaml_events.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
}

// Line by line, so that the first bad place is named.
bool check_utf8(Report& report) {
  if (is_valid_utf8(report.text())) return true;
  int number = 1;
  for (const std::string& line : split(report.text(), '\n')) {
    if (!is_valid_utf8(line)) break;
    ++number;
  }
  report.add("E0102", {number, 1, 1}, "the file is not valid UTF-8 in this line").help =
      "save the file as UTF-8";
  return false;
}

bool check_characters(Report& report) {
  const std::string& text = report.text();
  const auto found = std::find_if(text.begin(), text.end(), is_forbidden);
  if (found == text.end()) return true;
  const auto offset = static_cast<std::size_t>(found - text.begin());
  report
      .add("E0102", report.mark_at(offset),
           fmt::format("control character U+{:04X}", static_cast<unsigned char>(*found)))
      .help = "remove it; inside double quotes it can be written as an escape";
  return false;
}

}  // namespace

const Entry* Node::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

std::string normalise_text(std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.find('\r') == std::string::npos) return text;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i] == '\r' ? '\n' : text[i];
  }
  return out;
}

NodePtr parse_document(Report& report, const DocumentLimits& limits) {
  if (report.text().size() > limits.bytes) {
    report.add("E0101", {}, fmt::format("the file is larger than {} KiB", limits.bytes / 1024))
        .help = "split it: files named *.check.yaml are read at any depth";
    return nullptr;
  }
  if (!check_utf8(report) || !check_characters(report)) return nullptr;
  return build_tree(report, limits);
}

}  // namespace picket::checks
