#include "cli/plan/plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/render/paging_text.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kValueBytes = 100;

char sign_of(PlannedKind kind) {
  switch (kind) {
    case PlannedKind::added: return '+';
    case PlannedKind::removed: return '-';
    case PlannedKind::changed:
    case PlannedKind::renamed: return '~';
  }
  return '~';
}

std::string short_text(const std::string& text) { return cut_utf8(clean_line(text), kValueBytes); }

std::string key_text(const KeyChange& change) {
  if (change.before.empty() && change.after.empty())
    return fmt::format("    {}: is another one\n", change.key);
  return fmt::format("    {}: {} -> {}\n", clean_line(change.key), short_text(change.before),
                     short_text(change.after));
}

std::string moved_regions(const PlannedCheck& check) {
  std::string out;
  const auto list = [&](const auto& from, const auto& without, char sign) {
    for (const RegionName& name : from)
      if (std::find(without.begin(), without.end(), name) == without.end())
        out += fmt::format(" {}{}", sign, clean_line(name.value));
  };
  list(check.regions_after, check.regions_before, '+');
  list(check.regions_before, check.regions_after, '-');
  return out;
}

std::string placement_text(const PlannedCheck& check) {
  if (check.kind == PlannedKind::added)
    return fmt::format("    runs in {} regions, somebody looks every {}\n",
                       check.regions_after.size(), render_elapsed(*check.gap_after));
  if (!check.phases_move) return {};
  return fmt::format(
      "    regions: {} -> {}{}; worst gap {} -> {}; phases move from the next round\n",
      check.regions_before.size(), check.regions_after.size(), moved_regions(check),
      render_elapsed(*check.gap_before), render_elapsed(*check.gap_after));
}

std::string proof_text(const PlannedCheck& check, const ProofChange& change) {
  const auto text = [](const std::optional<checks::AlertProof>& proof, std::size_t regions) {
    return proof ? render_alert_proof(*proof, static_cast<int>(regions)) : std::string{"(none)"};
  };
  if (!change.before)
    return fmt::format("    pages {}: {}\n", change.alert_id,
                       text(change.after, check.regions_after.size()));
  if (!change.after)
    return check.kind == PlannedKind::removed
               ? std::string{}
               : fmt::format("    {} {}: no longer defined\n",
                             change.stops_paging() ? "STOPS PAGING" : "pages", change.alert_id);
  return fmt::format("    {} {}: {}\n      -> {}\n",
                     change.stops_paging() ? "STOPS PAGING" : "pages", change.alert_id,
                     text(change.before, check.regions_before.size()),
                     text(change.after, check.regions_after.size()));
}

std::string check_text(const PlannedCheck& check) {
  std::string out = fmt::format("{} {}", sign_of(check.kind), clean_line(check.name.value));
  if (check.kind == PlannedKind::renamed)
    out += fmt::format(" (was {}: its history and incidents stay under the old name)",
                       clean_line(check.old_name.value));
  out += '\n';
  for (const KeyChange& change : check.keys) out += key_text(change);
  out += placement_text(check);
  if (check.kind != PlannedKind::renamed)
    for (const ProofChange& change : check.proofs) out += proof_text(check, change);
  for (const OpenIncident& incident : check.resolves)
    out += fmt::format("    resolves {}: {}\n", incident.id, short_text(incident.title));
  for (const OpenIncident& incident : check.keeps)
    out += fmt::format("    stays open {}: {}\n", incident.id, short_text(incident.title));
  return out;
}

Json names_json(const std::vector<RegionName>& names) {
  Json list = Json::array();
  for (const RegionName& name : names) list.push_back(name.value);
  return list;
}

Json proof_json(const std::optional<checks::AlertProof>& proof) {
  if (!proof) return nullptr;
  checks::PagingProof one;
  one.alerts = {*proof};
  return paging_json(one)["alerts"][0];
}

Json incidents_json(const std::vector<OpenIncident>& incidents) {
  Json list = Json::array();
  for (const OpenIncident& one : incidents)
    list.push_back({{"id", one.id}, {"alert", one.alert_id}, {"title", one.title}});
  return list;
}

Json check_json(const PlannedCheck& check) {
  Json keys = Json::array();
  for (const KeyChange& one : check.keys)
    keys.push_back({{"key", one.key}, {"before", one.before}, {"after", one.after}});
  Json proofs = Json::array();
  for (const ProofChange& one : check.proofs)
    proofs.push_back({{"alert", one.alert_id},
                      {"stops_paging", one.stops_paging()},
                      {"before", proof_json(one.before)},
                      {"after", proof_json(one.after)}});
  const auto gap = [](const std::optional<Millis>& span) {
    return span ? Json(span->count()) : Json(nullptr);
  };
  return {{"check", check.name.value},
          {"kind", to_string(check.kind)},
          {"old_name", check.old_name.value},
          {"keys", std::move(keys)},
          {"regions_before", names_json(check.regions_before)},
          {"regions_after", names_json(check.regions_after)},
          {"worst_gap_before_ms", gap(check.gap_before)},
          {"worst_gap_after_ms", gap(check.gap_after)},
          {"phases_move", check.phases_move},
          {"proofs", std::move(proofs)},
          {"resolves", incidents_json(check.resolves)},
          {"keeps", incidents_json(check.keeps)}};
}

}  // namespace

std::string render_plan(const Plan& plan) {
  std::string out;
  std::size_t counts[4] = {};
  for (const PlannedCheck& check : plan.checks) {
    out += check_text(check);
    ++counts[static_cast<std::size_t>(check.kind)];
  }
  if (!plan.needs_confirmation.empty())
    out += fmt::format("needs --confirm: {}\n", plan.needs_confirmation);
  if (plan.checks.empty()) return fmt::format("no change: {} checks in force\n", plan.unchanged);
  return out + fmt::format(
                   "plan: {} to add, {} to change, {} to rename, {} to remove, {} as they "
                   "are\n",
                   counts[0], counts[1], counts[2], counts[3], plan.unchanged);
}

Json plan_json(const Plan& plan) {
  Json checks = Json::array();
  for (const PlannedCheck& check : plan.checks) checks.push_back(check_json(check));
  return {{"schema_version", 1},
          {"plan", plan.digest},
          {"changes", std::move(checks)},
          {"unchanged", plan.unchanged},
          {"needs_confirmation",
           plan.needs_confirmation.empty() ? Json(nullptr) : Json(plan.needs_confirmation)}};
}

}  // namespace picket::cli
