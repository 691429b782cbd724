#include "controller/api/postmortem.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "common/core/text.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kItems = 3;
constexpr std::size_t kRegionsShown = 40;

// Text of targets and people as text, whatever it contains.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : clean_line(text)) {
    if (std::string_view{"\\`*_[]<>|#&~"}.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string time_text(const std::optional<WallTime>& time) {
  if (!time) return "-";
  std::string text = render_rfc3339(*time).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::optional<WallTime> first_of(const Postmortem& view, std::string_view kind) {
  for (const TimelineRow& row : view.timeline)
    if (row.kind == kind) return row.at;
  return std::nullopt;
}

std::string span_text(const std::optional<WallTime>& from, const std::optional<WallTime>& to) {
  if (!from || !to) return "-";
  const auto whole = std::chrono::duration_cast<Seconds>(std::max(Millis{0}, *to - *from)).count();
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::optional<WallTime> start_of(const IncidentRow& row) {
  return row.started ? row.started : std::optional{row.opened};
}

// When the check was up again: not before, whatever a person said.
std::optional<WallTime> end_of(const IncidentRow& row) {
  if (row.after_resolve != AfterResolve::none) return std::nullopt;
  return row.recovered ? row.recovered : row.resolved;
}

std::string detail_text(const IncidentRow& row, const char* key) {
  const Json detail = Json::parse(row.detail_json, nullptr, false);
  if (!detail.is_object() || !detail.contains(key) || !detail[key].is_string()) return {};
  return detail[key].get<std::string>();
}

std::string render_summary(const Postmortem& view) {
  const IncidentRow& row = view.incident;
  const auto start = start_of(row);
  const auto paged = first_of(view, "paged");
  const auto acknowledged = first_of(view, "acknowledged");
  const auto end = end_of(row);
  std::string out = "## Summary\n\n| | |\n|---|---|\n";
  const auto line = [&out](std::string_view name, const std::string& value) {
    if (!value.empty()) out += fmt::format("| {} | {} |\n", name, value);
  };
  line("incident", row.id.value);
  line("check", plain(row.check.empty() ? row.subject : row.check.value));
  line("condition", plain(row.verdict));
  line("severity", std::string{to_string(row.severity)});
  line("service", plain(row.service));
  line("owner", plain(row.owner));
  line("first bad run", time_text(start));
  line("paged", time_text(paged) + ", detected within " + span_text(start, paged));
  line("acknowledged", time_text(acknowledged) + ", after " + span_text(paged, acknowledged));
  if (!row.resolved_by.empty())
    line("resolved by hand",
         time_text(first_of(view, "resolved")) + ", by " + plain(row.resolved_by));
  line("restored", end ? time_text(end) + ", after " + span_text(start, end) : "not yet");
  if (row.reopened > 0) line("paged again", fmt::format("{} times", row.reopened));
  return out + "\n**What happened, in two sentences:** _to be written_\n\n";
}

std::string render_impact(const Postmortem& view, WallTime now) {
  std::map<std::string, std::size_t> regions;
  std::set<WallTime> rounds;
  for (const EvidenceRow& run : view.failed) {
    ++regions[run.region.value];
    rounds.insert(run.round);
  }
  const IncidentRow& row = view.incident;
  std::string out = "## Impact\n\n";
  out += fmt::format("- {} for {}{}\n", plain(row.verdict),
                     span_text(start_of(row), end_of(row).value_or(now)),
                     end_of(row) ? "" : " so far");
  if (const std::string text = detail_text(row, "regions"); !text.empty())
    out += fmt::format("- regions: {}\n", plain(text));
  if (!rounds.empty())
    out +=
        fmt::format("- bad rounds: {}, with {} failed runs\n", rounds.size(), view.failed.size());
  std::size_t shown = 0;
  for (const auto& [region, runs] : regions) {
    if (++shown > kRegionsShown) break;
    out += fmt::format("  - {}: {} failed runs\n", plain(region), runs);
  }
  return out + "- users and money: _to be written_\n\n";
}

std::string render_deployments_part(const Postmortem& view) {
  std::string out = "## Deployments within an hour before\n\n";
  for (const DeploymentRow& one : view.deployments)
    out += fmt::format("- {} {} {} by {}{}\n", time_text(one.at), plain(one.service),
                       plain(one.version), plain(one.team.empty() ? one.by : one.team),
                       one.url.empty() ? "" : ", " + plain(one.url));
  if (view.deployments.empty()) out += "None was recorded.\n";
  return out + "\n";
}

std::string render_timeline_part(const Postmortem& view) {
  std::string out = "## Timeline (UTC)\n\n| when | what | |\n|---|---|---|\n";
  auto rows = view.timeline;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const TimelineRow& a, const TimelineRow& b) { return a.at < b.at; });
  for (const TimelineRow& row : rows)
    out += fmt::format("| {} | {} | {} |\n", time_text(row.at), plain(row.kind), plain(row.text));
  return out + "\n";
}

std::string render_evidence_part(const Postmortem& view, const std::string& external_url) {
  const IncidentRow& row = view.incident;
  std::string out = "## Evidence\n\n";
  if (row.check.empty()) return out + "None: the incident is of no check.\n\n";
  out += fmt::format("- `picket incidents show {}`\n- `picket results {} --failed`\n", row.id.value,
                     row.check.value);
  if (!external_url.empty())
    out += fmt::format("- {}/api/v1/checks/{}/evidence\n", external_url, row.check.value);
  if (!view.failed.empty()) {
    const EvidenceRow& first = view.failed.back();  // newest first
    out += fmt::format("- first failed run: {} at {}\n", plain(first.region.value),
                       time_text(first.started));
  }
  if (!row.cause.empty()) out += "- what it shares with others: " + plain(row.cause) + "\n";
  return out + "\n";
}

std::string render_items_part(const Postmortem& view) {
  std::string out = "## Action items\n\nAt most three, each with one owner and a deadline.\n\n";
  for (const ActionItemRow& item : view.items) {
    out += fmt::format("- [{}] {} ({}, until {}): {}", item.state == ActionState::open ? " " : "x",
                       item.id, plain(item.owner), render_rfc3339(item.due).substr(0, 10),
                       plain(item.text));
    if (item.state == ActionState::deprioritised) out += " - deprioritised: " + plain(item.reason);
    out += "\n";
  }
  if (view.items.size() < kItems)
    out += fmt::format("\n`picket actions add {} --owner NAME --due DATE \"...\"`\n",
                       view.incident.id.value);
  return out;
}

}  // namespace

std::string render_postmortem(const Postmortem& view, const std::string& external_url,
                              WallTime now) {
  return fmt::format("# Post-mortem: {}\n\n_A draft from Picket's record, {} UTC._\n\n",
                     plain(view.incident.title), time_text(now)) +
         render_summary(view) + render_impact(view, now) +
         "## Root cause\n\n_to be written: why it broke, and why nothing stopped it before_\n\n" +
         render_deployments_part(view) + render_timeline_part(view) +
         render_evidence_part(view, external_url) + render_items_part(view);
}

std::string render_postmortem_document(const Postmortem& view, const std::string& external_url,
                                       WallTime now) {
  const Json json{{"schema_version", 1},
                  {"incident", view.incident.id.value},
                  {"markdown", render_postmortem(view, external_url, now)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace picket::controller
