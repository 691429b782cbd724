#include <fmt/format.h>

#include <map>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/core/text.h"
#include "common/model/facts.h"

namespace picket::checks {
namespace {

constexpr std::size_t kTitleBytes = 200;

std::string readable_name(const Node& node) {
  const Entry* name = node.find("name");
  return name != nullptr && is_label_name(name->value->text) ? name->value->text : "";
}

void decode_name(const Fields& fields, Check& check) {
  const Entry* entry = fields.require("name", "name: shop-checkout");
  if (entry == nullptr || !fields.text("name", check.name.value)) return;
  if (is_label_name(check.name.value)) return;
  fields.report()
      .add("E0111", entry->value->at,
           fmt::format("`{}` is no name for a check", cut_utf8(check.name.value, 70)))
      .help = "lower-case letters, digits and inner hyphens, at most 63";
}

void decode_words(const Fields& fields, Check& check) {
  if (fields.text("title", check.title) && check.title.size() > kTitleBytes)
    fields.report()
        .add("E0111", fields.find("title")->value->at,
             fmt::format("a title has at most {} bytes", kTitleBytes))
        .help = "put the rest into `description`";
  fields.text("description", check.description);
}

void decode_paused(const Fields& fields, Check& check) {
  const Entry* entry = fields.find("paused");
  if (entry == nullptr) return;
  const Fields inner(fields.report(), *entry->value, check_keys("paused"));
  Paused paused;
  inner.require("reason", "reason: migration of the database");
  inner.text("reason", paused.reason);
  std::string until;
  if (inner.text("until", until)) {
    const auto time = parse_rfc3339(until);
    if (time)
      paused.until = *time;
    else
      fields.report().add("E0111", inner.find("until")->value->at, "`until` is no time").help =
          "RFC 3339, for example 2026-12-01T08:00:00Z";
  }
  check.paused = std::move(paused);
}

void decode_depends_on(const Fields& fields, Check& check) {
  std::vector<std::string> names;
  if (!fields.texts("depends_on", names)) return;
  fields.each("depends_on", [&](const Node& node) {
    if (!is_label_name(node.text))
      fields.report()
          .add("E0111", node.at,
               fmt::format("`{}` is no name for a check", cut_utf8(node.text, 70)))
          .help = "the name of another check";
    else if (node.text == check.name.value)
      fields.report().add("E0111", node.at, "a check does not depend on itself");
  });
  for (std::string& name : names) check.depends_on.emplace_back(std::move(name));
}

// Objective, dependencies and whether it pages at all.
void decode_promises(const Fields& fields, Check& check) {
  if (const Entry* slo = fields.find("slo")) check.slo = decode_slo(fields.report(), *slo->value);
  decode_depends_on(fields, check);
  std::string rollout;
  if (fields.choice("rollout", {"live", "shadow"}, rollout)) check.shadow = rollout == "shadow";
}

void decode_what_to_do(CheckContext& context, const Fields& fields, Check& check) {
  const Entry* steps = fields.find("steps");
  if (steps == nullptr) {
    if (auto step = decode_single(context, fields)) check.steps.push_back(std::move(*step));
    return;
  }
  for (const KindTraits& kind : kinds()) {
    if (!fields.has(kind.kind)) continue;
    context.report
        .add("E0113", steps->at, fmt::format("`{}` and `steps` exclude each other", kind.kind))
        .help = "put the request into the steps";
    return;
  }
  check.single = false;
  check.steps = decode_steps(context, *steps->value);
  for (const char* key : {"expect", "budgets"})
    if (const Entry* entry = fields.find(key))
      context.report.add("E0113", entry->at, fmt::format("`{}` belongs into the steps", key)).note =
          "each step has its own";
}

std::optional<Check> decode_check(Report& report, const Node& node, const Check& base,
                                  const DecodeOptions& options) {
  const std::size_t errors_before = report.error_count();
  const Fields fields(report, node, check_keys("check"));
  if (!fields.is_map()) return std::nullopt;
  Check check = base;
  check.at = report.position(node.at);
  decode_name(fields, check);
  decode_words(fields, check);
  decode_general(fields, check);
  if (check.service.empty()) check.service = check.owner;
  decode_paused(fields, check);
  decode_promises(fields, check);
  References references(report, check.vars);
  CheckContext context{report, references};
  decode_what_to_do(context, fields, check);
  check.secrets = references.secrets();
  check.alerts = decode_alerts(report, fields.find("alerts"), node.at, check.slo);
  if (report.error_count() == errors_before) references.refuse_rest(node);
  if (report.error_count() == errors_before) check_semantics(report, check, node, options);
  if (report.error_count() != errors_before) return std::nullopt;
  return check;
}

Check base_of(Report& report, const Fields& file) {
  Check base;
  base.regions.all = true;
  const Entry* defaults = file.find("defaults");
  if (defaults == nullptr) return base;
  const Fields fields(report, *defaults->value, check_keys("defaults"));
  decode_general(fields, base);
  if (report.error_count() == 0) References(report, base.vars).refuse_rest(*defaults->value);
  return base;
}

bool check_version(Report& report, const Fields& file) {
  const Entry* entry = file.require("version", "version: 1");
  if (entry == nullptr || !file.is_map()) return false;
  if (entry->value->plain && entry->value->text == "1") return true;
  report.add("E0115", entry->value->at, "this version of the format is not known").help =
      "write version: 1";
  return false;
}

void keep(Report& report, const Node& node, Check check, DecodedFile& decoded) {
  const Mark& at = node.find("name")->value->at;
  decoded.twins.push_back(
      report.make("E0301", at, fmt::format("two checks are named `{}`", check.name.value)));
  decoded.twins.back().help = "a name is unique in the installation: rename one of them";
  decoded.checks.push_back(std::move(check));
}

}  // namespace

DecodedFile decode_file(Report& report, const Node& root, const DecodeOptions& options) {
  DecodedFile decoded;
  const Fields file(report, root, check_keys("file"));
  check_version(report, file);
  const Check base = base_of(report, file);
  // A mistake above the checks may change the meaning of each of them.
  const bool sound = report.error_count() == 0;
  const Entry* checks = file.require("checks", "checks: [{name: .., http: ..}]");
  if (checks == nullptr) return decoded;
  const Node& list = *checks->value;
  if (list.kind != NodeKind::sequence || list.items.empty()) {
    add_wrong_type(report, "checks", list, "a list with checks").help =
        "each begins with - name: ..";
    return decoded;
  }
  for (const NodePtr& item : list.items) {
    auto check = decode_check(report, *item, base, options);
    const std::string name = readable_name(*item);
    if (check && sound)
      keep(report, *item, std::move(*check), decoded);
    else if (!name.empty())
      decoded.broken.emplace_back(name);
    else
      ++decoded.unnamed;
  }
  return decoded;
}

}  // namespace picket::checks
