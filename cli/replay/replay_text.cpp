#include "cli/replay/replay_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/core/text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

// To the second, as people read it off a page.
std::string time_text(WallTime at) { return render_rfc3339(at).substr(0, 19) + "Z"; }

Json time_json(const std::optional<WallTime>& at) {
  return at ? Json(render_rfc3339(*at)) : Json(nullptr);
}

std::string receivers_text(const std::vector<ReplayedPage>& pages) {
  std::string out;
  for (const ReplayedPage& page : pages) out += (out.empty() ? "" : ", ") + page.receiver;
  return out;
}

// "opened .., paged 35 s after the first bad run, resolved ..; pages pagerduty/shop"
std::string incident_text(const ReplayedIncident& incident) {
  std::string out = "opened " + time_text(incident.opened);
  if (const auto paged = incident.paged())
    out += fmt::format(", paged {} after the first bad run",
                       render_elapsed(std::max(Millis{0}, *paged - incident.first_bad)));
  out += incident.resolved ? ", resolved " + time_text(*incident.resolved) : ", still open";
  if (!incident.pages.empty()) out += "; pages " + receivers_text(incident.pages);
  if (incident.pages.empty() && !incident.withheld.empty())
    out += fmt::format("; {} {} ({})", incident.shadow ? "would page" : "pages nobody, not",
                       receivers_text(incident.withheld), incident.withheld_by);
  return clean_line(out);
}

std::string difference_text(const Difference& difference) {
  const ReplayedIncident& any = difference.any();
  std::string out = fmt::format("{:<8}  {} {} ({})", to_string(difference.kind),
                                clean_line(any.check.value), any.alert_id, to_string(any.severity));
  if (!difference.what.empty()) out += ": " + clean_line(difference.what);
  out += "\n";
  if (difference.kind != DifferenceKind::moves)
    return out + "          " + incident_text(any) + "\n";
  return out + "     was  " + incident_text(*difference.before) + "\n      is  " +
         incident_text(*difference.after) + "\n";
}

std::size_t count_of(const ReplayReport& report, DifferenceKind kind) {
  return static_cast<std::size_t>(
      std::count_if(report.differences.begin(), report.differences.end(),
                    [&](const Difference& one) { return one.kind == kind; }));
}

Json pages_json(const std::vector<ReplayedPage>& pages) {
  Json list = Json::array();
  for (const ReplayedPage& page : pages)
    list.push_back({{"receiver", page.receiver}, {"at", render_rfc3339(page.at)}});
  return list;
}

Json incident_json(const std::optional<ReplayedIncident>& incident) {
  if (!incident) return nullptr;
  const auto paged = incident->paged();
  return {{"title", incident->title},
          {"first_bad_run", render_rfc3339(incident->first_bad)},
          {"opened", render_rfc3339(incident->opened)},
          {"resolved", time_json(incident->resolved)},
          {"paged", time_json(paged)},
          {"detection_ms", paged ? Json((*paged - incident->first_bad).count()) : Json(nullptr)},
          {"pages", pages_json(incident->pages)},
          {"withheld", pages_json(incident->withheld)},
          {"withheld_by", incident->withheld_by},
          {"shadow", incident->shadow}};
}

}  // namespace

std::string render_replay(const ReplayReport& report, bool all) {
  std::string out;
  for (const Difference& one : report.differences) {
    const bool shadow = one.after && one.after->shadow && !one.after->withheld.empty();
    if (all || shadow || one.kind != DifferenceKind::same) out += difference_text(one);
  }
  for (const auto& [check, notes] : report.not_judged)
    for (const std::string& note : notes)
      out += fmt::format("cannot be judged: {}: {}\n", clean_line(check.value), clean_line(note));
  out += fmt::format(
      "{} to {}, warm-up of {}: {} appear, {} vanish, {} move, {} stay\n", time_text(report.from),
      time_text(report.until), render_elapsed(report.from - report.warm_from),
      count_of(report, DifferenceKind::appears), count_of(report, DifferenceKind::vanishes),
      count_of(report, DifferenceKind::moves), count_of(report, DifferenceKind::same));
  return out;
}

Json replay_json(const ReplayReport& report) {
  Json differences = Json::array();
  for (const Difference& one : report.differences)
    differences.push_back({{"kind", to_string(one.kind)},
                           {"check", one.any().check.value},
                           {"alert", one.any().alert_id},
                           {"severity", to_string(one.any().severity)},
                           {"what", one.what},
                           {"of_pages", one.of_pages()},
                           {"before", incident_json(one.before)},
                           {"after", incident_json(one.after)}});
  Json not_judged = Json::array();
  for (const auto& [check, notes] : report.not_judged)
    not_judged.push_back({{"check", check.value}, {"notes", notes}});
  Json summary;
  for (const auto kind : {DifferenceKind::appears, DifferenceKind::vanishes, DifferenceKind::moves,
                          DifferenceKind::same})
    summary[std::string{to_string(kind)}] = count_of(report, kind);
  return {{"schema_version", 1},
          {"from", render_rfc3339(report.from)},
          {"to", render_rfc3339(report.until)},
          {"warm_up_from", render_rfc3339(report.warm_from)},
          {"differences", std::move(differences)},
          {"not_judged", std::move(not_judged)},
          {"summary", std::move(summary)},
          {"events", report.events},
          {"events_per_second", report.events_per_second}};
}

}  // namespace picket::cli
