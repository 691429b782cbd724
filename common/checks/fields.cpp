#include "common/checks/fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/checks/formats.h"
#include "common/checks/scalar.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

void refuse_unknown(Report& report, const Entry& entry, const KeyGroup& keys) {
  Diagnostic& mistake =
      report.add("E0107", entry.at, fmt::format("unknown key `{}`", cut_utf8(entry.key, 60)));
  const std::string near = did_you_mean(to_lower_ascii(entry.key), keys.names());
  const auto note = keys.notes.find(entry.key);
  if (note != keys.notes.end())
    mistake.note = note->second;
  else if (!near.empty())
    mistake.note = fmt::format("did you mean `{}`?", near);
  mistake.help = keys.help;
}

void refuse_later(Report& report, const Entry& entry, const KeyRow& row) {
  Diagnostic& mistake =
      report.add("E0114", entry.at, fmt::format("`{}` is not run by this version", entry.key));
  mistake.note = std::string{row.text};
  mistake.help = "remove it: it would have no effect";
}

std::optional<std::string> scalar_text(const Node& node) {
  if (node.kind != NodeKind::scalar) return std::nullopt;
  return node.text;
}

bool is_text(const Node& node) {
  return node.kind == NodeKind::scalar && std::holds_alternative<std::string>(resolve(node));
}

bool is_bare_number(const Node& node) {
  const bool digits =
      !node.text.empty() && node.text.find_first_not_of("0123456789.") == std::string::npos;
  return node.kind == NodeKind::scalar && digits;
}

std::string listed(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

Fields::Fields(Report& report, const Node& node, const KeyGroup& keys)
    : report_(report), node_(node) {
  if (!node.is_map()) {
    add_wrong_type(report, keys.name, node, "a map").help = keys.help;
    return;
  }
  for (const Entry& entry : node.entries) {
    const KeyRow* row = keys.find(entry.key);
    if (row == nullptr)
      refuse_unknown(report, entry, keys);
    else if (row->later)
      refuse_later(report, entry, *row);
  }
}

const Entry* Fields::require(std::string_view key, std::string_view example) const {
  const Entry* entry = find(key);
  if (entry == nullptr && node_.is_map())
    report_.add("E0109", node_.at, fmt::format("`{}` is missing", key)).help =
        fmt::format("add it, for example {}", example);
  return entry;
}

bool Fields::text(std::string_view key, std::string& out) const {
  const Entry* entry = find(key);
  if (entry == nullptr) return false;
  auto value = read_text(report_, key, *entry->value);
  if (value) out = std::move(*value);
  return value.has_value();
}

bool Fields::flag(std::string_view key, bool& out) const {
  const Entry* entry = find(key);
  if (entry == nullptr) return false;
  const auto value = read_flag(report_, key, *entry->value);
  if (value) out = *value;
  return value.has_value();
}

bool Fields::integer(std::string_view key, Range<int> range, int& out) const {
  const Entry* entry = find(key);
  if (entry == nullptr) return false;
  const auto value = read_integer(report_, key, *entry->value, range);
  if (value) out = *value;
  return value.has_value();
}

bool Fields::duration(std::string_view key, Range<Millis> range, Millis& out) const {
  const Entry* entry = find(key);
  if (entry == nullptr) return false;
  const auto value = read_duration(report_, key, *entry->value, range);
  if (value) out = *value;
  return value.has_value();
}

bool Fields::size(std::string_view key, Range<std::uint64_t> range, std::uint64_t& out) const {
  const Entry* entry = find(key);
  if (entry == nullptr) return false;
  const auto value = read_size(report_, key, *entry->value, range);
  if (value) out = *value;
  return value.has_value();
}

bool Fields::choice(std::string_view key, const std::vector<std::string>& allowed,
                    std::string& out) const {
  const Entry* entry = find(key);
  if (entry == nullptr) return false;
  const auto value = read_scalar_text(report_, key, *entry->value);
  if (!value) return false;
  if (std::find(allowed.begin(), allowed.end(), *value) == allowed.end()) {
    Diagnostic& mistake =
        report_.add("E0111", entry->value->at,
                    fmt::format("`{}` is not a value of `{}`", cut_utf8(*value, 60), key));
    const std::string near = did_you_mean(*value, allowed);
    if (near.size() > 1) mistake.note = fmt::format("did you mean `{}`?", near);
    mistake.help = fmt::format("one of {}", listed(allowed));
    return false;
  }
  out = *value;
  return true;
}

bool Fields::is_later(std::string_view key, std::string_view word, std::string_view help) const {
  const Entry* entry = find(key);
  if (entry == nullptr || entry->value->text != word) return false;
  report_
      .add("E0114", entry->value->at, fmt::format("`{}: {}` is not run by this version", key, word))
      .help = std::string{help};
  return true;
}

bool Fields::texts(std::string_view key, std::vector<std::string>& out) const {
  const Entry* entry = find(key);
  if (entry == nullptr) return false;
  std::vector<std::string> read;
  if (entry->value->kind != NodeKind::sequence) {
    const auto one = read_text(report_, key, *entry->value);
    if (!one) return false;
    read.push_back(*one);
  }
  for (const NodePtr& item : entry->value->items) {
    const auto one = read_text(report_, key, *item);
    if (!one) return false;
    read.push_back(*one);
  }
  out = std::move(read);
  return true;
}

void Fields::each(std::string_view key, const std::function<void(const Node&)>& look) const {
  const Entry* entry = find(key);
  if (entry == nullptr) return;
  if (entry->value->kind != NodeKind::sequence) return look(*entry->value);
  for (const NodePtr& item : entry->value->items) look(*item);
}

Diagnostic& add_wrong_type(Report& report, std::string_view name, const Node& node,
                           std::string_view wanted) {
  if (node.kind == NodeKind::null)
    return report.add("E0108", node.at, fmt::format("`{}` has no value", name));
  return report.add("E0108", node.at,
                    fmt::format("`{}` must be {}, not {}", name, wanted, kind_name(node)));
}

std::optional<std::string> read_text(Report& report, std::string_view name, const Node& node) {
  if (is_text(node)) return node.text;
  Diagnostic& mistake = add_wrong_type(report, name, node, "a text");
  if (node.kind == NodeKind::scalar)
    mistake.help = fmt::format("quote it: \"{}\"", cut_utf8(node.text, 60));
  return std::nullopt;
}

std::optional<std::string> read_scalar_text(Report& report, std::string_view name,
                                            const Node& node) {
  auto text = scalar_text(node);
  if (!text) add_wrong_type(report, name, node, "a text or a number");
  return text;
}

std::optional<bool> read_flag(Report& report, std::string_view name, const Node& node) {
  if (node.kind == NodeKind::scalar) {
    const Value value = resolve(node);
    if (const bool* flag = std::get_if<bool>(&value)) return *flag;
  }
  add_wrong_type(report, name, node, "true or false");
  return std::nullopt;
}

std::optional<int> read_integer(Report& report, std::string_view name, const Node& node,
                                Range<int> range) {
  const Value value = node.kind == NodeKind::scalar ? resolve(node) : Value{Null{}};
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr) {
    add_wrong_type(report, name, node, "a whole number");
    return std::nullopt;
  }
  if (*number >= range.low && *number <= range.high) return static_cast<int>(*number);
  report.add("E0111", node.at, fmt::format("`{}` must be {} to {}", name, range.low, range.high));
  return std::nullopt;
}

std::optional<Millis> read_duration(Report& report, std::string_view name, const Node& node,
                                    Range<Millis> range) {
  if (is_bare_number(node)) {
    Diagnostic& mistake = report.add("E0110", node.at, fmt::format("`{}` has no unit", name));
    mistake.note = fmt::format("write `{}s` for seconds", node.text);
    mistake.help = "units: ms s m h d w";
    return std::nullopt;
  }
  if (!is_text(node)) {
    add_wrong_type(report, name, node, "a duration").help = "for example 500ms, 30s, 5m, 1h30m";
    return std::nullopt;
  }
  const auto duration = parse_duration(node.text);
  if (!duration) {
    report.add("E0111", node.at, fmt::format("`{}`: {}", name, duration.error().message)).help =
        "for example 500ms, 30s, 5m, 1h30m";
    return std::nullopt;
  }
  if (*duration >= range.low && *duration <= range.high) return *duration;
  report.add("E0111", node.at,
             fmt::format("`{}` must be {} to {}", name, render_duration(range.low),
                         render_duration(range.high)));
  return std::nullopt;
}

std::optional<std::uint64_t> read_size(Report& report, std::string_view name, const Node& node,
                                       Range<std::uint64_t> range) {
  if (is_bare_number(node)) {
    Diagnostic& mistake = report.add("E0110", node.at, fmt::format("`{}` has no unit", name));
    mistake.note = fmt::format("write `{}B` for bytes", node.text);
    mistake.help = "units: B KB MB GB KiB MiB GiB";
    return std::nullopt;
  }
  if (!is_text(node)) {
    add_wrong_type(report, name, node, "a size").help = "for example 400KB, 1.5MB";
    return std::nullopt;
  }
  const auto size = parse_size(node.text);
  if (!size) {
    report.add("E0111", node.at, fmt::format("`{}`: {}", name, size.error().message)).help =
        "for example 400KB, 1.5MB; units: B KB MB GB KiB MiB GiB";
    return std::nullopt;
  }
  if (*size >= range.low && *size <= range.high) return *size;
  report.add(
      "E0111", node.at,
      fmt::format("`{}` must be {} to {}", name, render_size(range.low), render_size(range.high)));
  return std::nullopt;
}

const std::vector<Entry>& entries_of(Report& report, std::string_view name, const Node& node) {
  static const std::vector<Entry> none;
  if (node.is_map()) return node.entries;
  add_wrong_type(report, name, node, "a map");
  return none;
}

}  // namespace picket::checks
