#include "cli/render/paging_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/core/text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

Json millis_of(const std::optional<Millis>& span) {
  return span ? Json(span->count()) : Json(nullptr);
}

}  // namespace

std::string render_alert_proof(const checks::AlertProof& alert, int regions) {
  if (!alert.never.empty()) return "never pages: " + alert.never;
  std::string out = fmt::format("{} of {} regions", alert.smallest, regions);
  if (alert.fast) out += ", within " + render_elapsed(*alert.fast);
  if (alert.worst && alert.worst != alert.fast)
    out += fmt::format(", {} when it hangs", render_elapsed(*alert.worst));
  if (alert.narrow && alert.narrow != alert.worst)
    out += fmt::format(", {} when only these see it", render_elapsed(*alert.narrow));
  if (!alert.note.empty()) out += " (" + alert.note + ")";
  return out;
}

std::string render_paging(const checks::PagingProof& proof) {
  std::string out = fmt::format("{}: {} region{} ({}), quorum {}, somebody looks every {}\n",
                                clean_line(proof.check.value), proof.regions.count,
                                proof.regions.count == 1 ? "" : "s", proof.regions.source,
                                proof.quorum, render_elapsed(proof.gap));
  std::size_t width = 0;
  for (const checks::AlertProof& alert : proof.alerts) width = std::max(width, alert.id.size());
  for (const checks::AlertProof& alert : proof.alerts)
    out += fmt::format("  {:{}}  {:8}  {}\n", alert.id, width, to_string(alert.severity),
                       render_alert_proof(alert, proof.regions.count));
  return out;
}

Json paging_json(const checks::PagingProof& proof) {
  Json alerts = Json::array();
  for (const checks::AlertProof& alert : proof.alerts)
    alerts.push_back({{"id", alert.id},
                      {"condition", to_string(alert.condition)},
                      {"severity", to_string(alert.severity)},
                      {"notify", alert.notify},
                      {"can_page", alert.never.empty()},
                      {"never", alert.never.empty() ? Json(nullptr) : Json(alert.never)},
                      {"smallest_regions", alert.smallest},
                      {"worst_fast_ms", millis_of(alert.fast)},
                      {"worst_ms", millis_of(alert.worst)},
                      {"worst_narrow_ms", millis_of(alert.narrow)},
                      {"note", alert.note}});
  return {{"regions", proof.regions.count},
          {"regions_source", proof.regions.source},
          {"quorum", proof.quorum},
          {"worst_gap_ms", proof.gap.count()},
          {"alerts", std::move(alerts)}};
}

}  // namespace picket::cli
