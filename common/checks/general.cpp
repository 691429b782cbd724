#include <fmt/format.h>

#include <algorithm>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/checks/scalar.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int kRegionsMax = 1000;

void decode_failing(const Fields& fields, Check& check) {
  const Entry* entry = fields.find("failing");
  if (entry == nullptr) return;
  const Fields failing(fields.report(), *entry->value, check_keys("failing"));
  int x = 1;
  int y = 0;
  failing.integer("x", {1, 20}, x);
  if (!failing.integer("of", {1, 20}, y)) y = std::max(1, x);
  if (x > y) {
    fields.report()
        .add("E0302", entry->value->at, fmt::format("{} of the last {} runs can never fail", x, y))
        .help = "`x` is at most `of`";
    return;
  }
  check.failing_x = x;
  check.failing_y = y;
}

void decode_confirm(const Fields& fields, Check& check) {
  const Entry* entry = fields.find("confirm");
  if (entry == nullptr) return;
  const Fields confirm(fields.report(), *entry->value, check_keys("confirm"));
  int number = 0;
  if (confirm.integer("regions", {0, kRegionsMax}, number)) check.confirm_regions = number;
}

void decode_vars(const Fields& fields, Check& check) {
  const Entry* entry = fields.find("vars");
  if (entry == nullptr) return;
  for (const Entry& var : entries_of(fields.report(), "vars", *entry->value)) {
    if (!is_identifier(var.key)) {
      fields.report()
          .add("E0111", var.at,
               fmt::format("`{}` is no name for a variable", cut_utf8(var.key, 60)))
          .help = "letters, digits, _ and -";
      continue;
    }
    const auto value = read_scalar_text(fields.report(), var.key, *var.value);
    if (!value) continue;
    if (value->find("${{") != std::string::npos)
      fields.report().add("E0202", var.value->at, "`${{ }}` has no meaning in a variable").help =
          "variables are plain texts: join them where they are used";
    check.vars[var.key] = *value;
  }
}

void decode_labels(const Fields& fields, Check& check) {
  const Entry* entry = fields.find("labels");
  if (entry == nullptr) return;
  for (const Entry& label : entries_of(fields.report(), "labels", *entry->value)) {
    if (!is_metric_label(label.key))
      fields.report()
          .add("E0111", label.at,
               fmt::format("`{}` is no name for a label", cut_utf8(label.key, 60)))
          .help = "letters, digits and _, not a digit first";
    const auto value = read_text(fields.report(), label.key, *label.value);
    if (value) check.labels[label.key] = *value;
  }
}

void decode_tags(const Fields& fields, Check& check) {
  const Entry* entry = fields.find("tags");
  if (entry == nullptr) return;
  if (entry->value->kind != NodeKind::sequence) {
    add_wrong_type(fields.report(), "tags", *entry->value, "a list");
    return;
  }
  std::vector<std::string> tags;
  for (const NodePtr& item : entry->value->items) {
    const auto tag = read_text(fields.report(), "tags", *item);
    if (!tag) continue;
    const bool twice = std::find(tags.begin(), tags.end(), *tag) != tags.end();
    if (!is_tag(*tag) || twice)
      fields.report()
          .add("E0111", item->at,
               twice ? fmt::format("`{}` stands twice in `tags`", cut_utf8(*tag, 60))
                     : fmt::format("`{}` is no tag", cut_utf8(*tag, 60)))
          .help = "lower-case letters, digits and _.:/- , each tag once";
    tags.push_back(*tag);
  }
  check.tags = std::move(tags);
}

void decode_runbook(const Fields& fields, Check& check) {
  if (!fields.text("runbook", check.runbook)) return;
  const auto wrong = url_error(check.runbook);
  if (wrong)
    fields.report().add("E0111", fields.find("runbook")->value->at,
                        fmt::format("`runbook` is not a URL: {}", *wrong));
}

std::optional<RegionSelector> decode_region_list(Report& report, const Node& node) {
  RegionSelector selector;
  for (const NodePtr& item : node.items) {
    const auto name = read_text(report, "regions", *item);
    if (!name) return std::nullopt;
    const RegionName region{*name};
    const auto& names = selector.names;
    if (std::find(names.begin(), names.end(), region) != names.end())
      report.add("E0111", item->at, fmt::format("`{}` stands twice", cut_utf8(*name, 60)));
    else if (!is_label_name(*name))
      report.add("E0111", item->at, fmt::format("`{}` is no region name", cut_utf8(*name, 60)))
          .help = "lower-case letters, digits and hyphens, as in eu-west-1";
    selector.names.push_back(region);
  }
  if (!selector.names.empty()) return selector;
  report.add("E0302", node.at, "`regions` is empty: the check would never run").help =
      "name regions, or write regions: all";
  return std::nullopt;
}

std::optional<RegionSelector> decode_region_labels(Report& report, const Node& node) {
  const Fields fields(report, node, check_keys("regions"));
  RegionSelector selector;
  int at_least = 0;
  if (fields.integer("at_least", {1, kRegionsMax}, at_least)) selector.at_least = at_least;
  const Entry* labels = fields.require("labels", "labels: {cloud: aws}");
  if (labels == nullptr) return std::nullopt;
  for (const Entry& label : entries_of(report, "labels", *labels->value)) {
    const auto value = read_text(report, label.key, *label.value);
    if (value) selector.labels[label.key] = *value;
  }
  if (labels->value->is_map() && labels->value->entries.empty())
    report.add("E0302", labels->value->at, "`labels` is empty: the check would never run").help =
        "name labels, or write regions: all";
  return selector;
}

}  // namespace

std::optional<RegionSelector> decode_regions(Report& report, const Node& node) {
  if (node.kind == NodeKind::sequence) return decode_region_list(report, node);
  if (node.is_map()) return decode_region_labels(report, node);
  if (node.kind == NodeKind::scalar && node.text == "all") {
    RegionSelector selector;
    selector.all = true;
    return selector;
  }
  Diagnostic& mistake = node.kind == NodeKind::null
                            ? add_wrong_type(report, "regions", node, "a list")
                            : report.add("E0111", node.at, "`regions` is a list, a map or `all`");
  mistake.help = "write [eu-west-1, us-east-1], all, or {labels: {cloud: aws}, at_least: 5}";
  return std::nullopt;
}

std::optional<Quorum> decode_quorum(Report& report, const Node& node) {
  const Value value = node.kind == NodeKind::scalar ? resolve(node) : Value{Null{}};
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (*number >= 1 && *number <= kRegionsMax)
      return Quorum{Quorum::Kind::count, static_cast<int>(*number)};
  } else if (node.kind == NodeKind::scalar) {
    if (node.text == "majority") return Quorum{Quorum::Kind::majority, 0};
    if (node.text == "all") return Quorum{Quorum::Kind::all, 0};
    if (node.text == "any") return Quorum{Quorum::Kind::any, 0};
    const std::string digits = node.text.substr(0, node.text.size() - !node.text.empty());
    const bool percent = node.text.ends_with('%') && !digits.empty() && digits.size() <= 3 &&
                         digits.find_first_not_of("0123456789") == digits.npos;
    if (percent && std::stoi(digits) >= 1 && std::stoi(digits) <= 100)
      return Quorum{Quorum::Kind::percent, std::stoi(digits)};
  }
  report.add("E0111", node.at, "`quorum` is a number of regions, a percentage, or a word").help =
      "write 3, 25%, majority, all or any";
  return std::nullopt;
}

bool decode_receivers(const Fields& fields, std::vector<std::string>& out) {
  if (!fields.texts("notify", out)) return false;
  fields.each("notify", [&](const Node& node) {
    if (is_receiver_name(node.text)) return;
    fields.report()
        .add("E0111", node.at,
             fmt::format("`{}` is no name of a receiver", cut_utf8(node.text, 60)))
        .help = "kind/name, for example pagerduty/payments";
  });
  return true;
}

void decode_general(const Fields& fields, Check& check) {
  fields.text("owner", check.owner);
  fields.text("service", check.service);
  fields.duration("interval", {Seconds{1}, hours{24}}, check.interval);
  fields.duration("timeout", {Millis{100}, minutes{10}}, check.timeout);
  fields.integer("retries", {0, 5}, check.retries);
  decode_failing(fields, check);
  decode_confirm(fields, check);
  decode_vars(fields, check);
  decode_labels(fields, check);
  decode_tags(fields, check);
  decode_runbook(fields, check);
  decode_receivers(fields, check.notify);
  if (const Entry* entry = fields.find("regions"))
    if (auto regions = decode_regions(fields.report(), *entry->value))
      check.regions = std::move(*regions);
  if (const Entry* entry = fields.find("quorum"))
    if (const auto quorum = decode_quorum(fields.report(), *entry->value)) check.quorum = *quorum;
  if (const Entry* windows = fields.find("maintenance"))
    check.maintenance = decode_maintenance(fields.report(), *windows->value);
}

}  // namespace picket::checks
