#include "controller/api/status_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/api/delivery_json.h"
#include "controller/api/json_parts.h"
#include "controller/api/slo_json.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

Json document() { return {{"schema_version", 1}}; }

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// One word for a cell of the grid.
std::string_view state_of(const RegionStatus& region) {
  if (!region.online) return "offline";
  if (region.blind) return "blind";
  if (region.failing) return "failing";
  if (!region.reporting) return region.recent.empty() ? "pending" : "no_data";
  if (region.recent.empty()) return "pending";
  return to_string(region.recent.back());
}

Json region_json(const RegionStatus& region) {
  Json recent = Json::array();
  for (const RunVerdict verdict : region.recent) recent.push_back(std::string{to_string(verdict)});
  Json json{{"region", region.region.value}, {"state", std::string{state_of(region)}}};
  json["recent"] = std::move(recent);
  json["last_run"] = time_json(region.last_run);
  if (region.failure) json["failure"] = failure_json(*region.failure);
  return json;
}

Json check_json(const CheckView& view, std::optional<Millis> worst_gap) {
  const Check& check = *view.check;
  Json json{{"name", check.name.value},       {"title", check.title},
            {"owner", check.owner},           {"verdict", std::string{to_string(view.verdict)}},
            {"since", time_json(view.since)}, {"interval_ms", check.interval.count()},
            {"quorum", view.quorum},          {"failing", view.failing},
            {"reporting", view.reporting}};
  if (view.paused) json["paused"] = *view.paused;
  if (worst_gap) json["worst_gap_ms"] = worst_gap->count();
  json["tags"] = check.tags;
  json["firing"] = view.firing;
  json["flapping"] = view.flapping;
  if (check.shadow) json["rollout"] = "shadow";
  if (view.maintenance) json["maintenance"] = *view.maintenance;
  if (view.slo) json["slo"] = slo_json(*view.slo);
  const bool watched = std::any_of(check.steps.begin(), check.steps.end(), [](const Step& step) {
    return !step.same_across_regions.empty() || step.pop_near_region;
  });
  if (watched)
    json["round"] = {{"holds", view.round_holds},
                     {"findings", view.round_findings},
                     {"not_judged", view.round_not_judged}};
  json["revision"] = view.revision.value;
  json["source"] = render(check.at);
  json["regions"] = Json::array();
  for (const RegionStatus& region : view.regions) json["regions"].push_back(region_json(region));
  return json;
}

Json incident_json(const IncidentRow& row) {
  Json json{{"id", row.id.value},
            {"check", row.check.value},
            {"subject", row.subject},
            {"alert", row.alert_id},
            {"verdict", row.verdict},
            {"severity", std::string{to_string(row.severity)}},
            {"state", std::string{to_string(row.state)}},
            {"title", row.title},
            {"opening_round", time_json(row.opening_round)},
            {"opened", time_json(row.opened)},
            {"acknowledged", time_json(row.acknowledged)},
            {"resolved", time_json(row.resolved)}};
  json["cause"] = row.cause.empty() ? Json{} : Json(row.cause);
  json["parent"] = row.parent.empty() ? Json{} : Json(row.parent.value);
  json["service"] = row.service;
  json["owner"] = row.owner;
  json["started"] = time_json(row.started);
  json["resolved_by"] = row.resolved_by.empty() ? Json{} : Json(row.resolved_by);
  json["after_resolve"] = std::string{to_string(row.after_resolve)};
  json["page_again"] = time_json(row.page_again);
  json["recovered"] = time_json(row.recovered);
  json["reopened"] = row.reopened;
  json["detail"] = Json::parse(row.detail_json, nullptr, false);
  if (json["detail"].is_discarded()) json["detail"] = nullptr;
  return json;
}

Json reload_json(const ReloadView& view) {
  return {{"at", time_json(view.at)},
          {"checks", view.checks},
          {"errors", view.errors},
          {"warnings", view.warnings},
          {"kept", view.kept},
          {"waits_for_confirmation", view.waits_for},
          {"diagnostics", view.diagnostics}};
}

Json dead_man_json(const std::optional<DeadManSummary>& dead_man) {
  if (!dead_man) return nullptr;
  return {{"beating", dead_man->link == "none"},
          {"broken_link", dead_man->link == "none" ? Json{} : Json(dead_man->link)},
          {"why", dead_man->why},
          {"canary", dead_man->canary},
          {"newest_run", time_json(dead_man->newest_run)},
          {"last_success", time_json(dead_man->last_success)},
          {"last_error", dead_man->last_error},
          {"behind", dead_man->behind}};
}

// What is not known of its place is null.
Json summary_json(const RegionSummary& region) {
  const auto& at = region.place.at;
  const std::string& provider = region.place.provider;
  return {{"region", region.region.value},
          {"online", region.online},
          {"blind", region.blind},
          {"agents", region.agents},
          {"provider", provider.empty() ? Json(nullptr) : Json(provider)},
          {"latitude", at ? Json(at->latitude) : Json(nullptr)},
          {"longitude", at ? Json(at->longitude) : Json(nullptr)},
          {"geohash", at ? Json(geohash_of(*at)) : Json(nullptr)}};
}

}  // namespace

std::string render_status(const StatusView& view) {
  Json json = document();
  json["now"] = time_json(view.now);
  json["version"] = view.version;
  json["trouble"] = view.trouble ? Json(picket::render(*view.trouble)) : Json(nullptr);
  json["health"] = view.health;
  json["dead_man"] = dead_man_json(view.dead_man);
  json["reload"] = reload_json(view.reload);
  json["regions"] = Json::array();
  for (const RegionSummary& region : view.regions) json["regions"].push_back(summary_json(region));
  json["checks"] = Json::array();
  for (const CheckView& check : view.checks) {
    const auto gap = view.worst_gaps.find(check.check->name);
    json["checks"].push_back(check_json(
        check, gap == view.worst_gaps.end() ? std::nullopt : std::optional{gap->second}));
  }
  json["incidents"] = Json::array();
  for (const IncidentRow& incident : view.incidents)
    json["incidents"].push_back(incident_json(incident));
  return dump(json);
}

std::string render_check(const CheckView& view, std::optional<Millis> worst_gap) {
  Json json = document();
  json["check"] = check_json(view, worst_gap);
  return dump(json);
}

std::string render_agents(const std::vector<AgentView>& agents,
                          const std::vector<JoinTokenRow>& tokens) {
  Json json = document();
  json["agents"] = Json::array();
  for (const AgentView& agent : agents)
    json["agents"].push_back({{"region", agent.row.id.region.value},
                              {"name", agent.row.id.name},
                              {"online", agent.online},
                              {"blind", agent.blind},
                              {"draining", agent.draining},
                              {"last_seen", time_json(agent.last_seen)},
                              {"enrolled", time_json(agent.row.enrolled)},
                              {"version", agent.row.version},
                              {"revoked", agent.row.revoked}});
  json["open_tokens"] = Json::array();
  for (const JoinTokenRow& token : tokens)
    json["open_tokens"].push_back(
        {{"region", token.region.value}, {"expires", time_json(token.expires)}});
  return dump(json);
}

std::string render_incidents(const std::vector<IncidentRow>& incidents) {
  Json json = document();
  json["incidents"] = Json::array();
  for (const IncidentRow& incident : incidents)
    json["incidents"].push_back(incident_json(incident));
  return dump(json);
}

std::string render_incident(const IncidentRow& incident, const std::vector<TimelineRow>& timeline,
                            const std::vector<OutboxRow>& pages, const IncidentContext& context) {
  Json json = document();
  json["incident"] = incident_json(incident);
  json["timeline"] = Json::array();
  for (const TimelineRow& row : timeline)
    json["timeline"].push_back({{"at", time_json(row.at)}, {"kind", row.kind}, {"text", row.text}});
  json["pages"] = Json::array();
  for (const OutboxRow& page : pages) json["pages"].push_back(delivery_json(page));
  json["deployments"] = Json::array();
  for (const DeploymentRow& one : context.deployments)
    json["deployments"].push_back(deployment_json(one));
  json["action_items"] = Json::array();
  for (const ActionItemRow& item : context.action_items)
    json["action_items"].push_back(action_item_json(item, {}));
  json["differences"] = differences_json(context.differences);
  return dump(json);
}

std::string render_reload(const ReloadView& view) {
  Json json = document();
  json["reload"] = reload_json(view);
  return dump(json);
}

std::string render_runs(const std::vector<RunResult>& runs) {
  Json json = document();
  json["results"] = Json::array();
  for (const RunResult& run : runs) json["results"].push_back(run_json(run));
  return dump(json);
}

std::string render_error(const Error& error) {
  Json json = document();
  json["error"] = {{"code", std::string{to_string(error.code)}},
                   {"message", error.message},
                   {"hint", error.hint}};
  return dump(json);
}

}  // namespace picket::controller
