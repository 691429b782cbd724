// What was deployed shortly before an incident began: in its detail, its pages and its timeline.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "controller/incident/book_parts.h"
#include "controller/incident/change_rows.h"
#include "controller/incident/page_text.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kShown = 5;

std::string listed(const std::vector<DeploymentRow>& deployments, WallTime start) {
  std::string text;
  for (std::size_t i = 0; i < deployments.size() && i < kShown; ++i)
    text += (i == 0 ? "" : "; ") + describe(deployments[i], start);
  if (deployments.size() > kShown)
    text += fmt::format("; and {} more", deployments.size() - kShown);
  return text;
}

// The detail of an incident with the same line as its pages have.
std::string in_detail(const std::string& detail_json, const std::string& text) {
  json detail = json::parse(detail_json, nullptr, false);
  if (!detail.is_object()) return detail_json;
  detail["deployments"] = text;
  return detail.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

void IncidentBook::add_deployments(const Check& check, News& news) const {
  news.service = service_of(check);
  news.owner = check.owner;
  if (check.shadow) return;
  const WallTime start = news.first_bad_run.value_or(news.at);
  news.deployments = deployments_.before(news.service, news.owner, start);
  if (news.deployments.empty()) return;
  const std::string text = listed(news.deployments, start);
  news.payload_json = with_detail(news.payload_json, "deployments", text);
  news.detail_json = in_detail(news.detail_json, text);
}

void IncidentBook::say_deployment(const IncidentRow& row, const DeploymentRow& deployment,
                                  WallTime at, BookRows& rows) const {
  std::string text = describe(deployment, row.started.value_or(row.opened));
  if (!deployment.team.empty()) text += " by " + deployment.team;
  if (!deployment.url.empty()) text += ", " + deployment.url;
  note(rows, row, at, "deployment", text);
  rows.incident_deployments.push_back({row.id, deployment.id, at});
}

BookRows IncidentBook::record_deployment(const DeploymentRow& deployment, WallTime at) {
  BookRows rows;
  if (!deployments_.add(deployment)) return rows;
  rows.deployments.push_back(deployment);
  const Change change{deployment.service, deployment.version, deployment.team,
                      deployment.at,      {},                 deployment.url};
  rows.outbox = make_change_rows(change, settings_, at);
  for (auto& [slot, kept] : kept_) {
    IncidentRow& row = kept.row;
    const WallTime start = row.started.value_or(row.opened);
    if (!still_fails(row) || suppressions_.is_shadow(row.check) ||
        !is_near(deployment, row.service, row.owner, start))
      continue;
    say_deployment(row, deployment, at, rows);
    const std::string text = listed(deployments_.before(row.service, row.owner, start), start);
    row.detail_json = in_detail(row.detail_json, text);
    for (Page& page : kept.pages)
      page.payload_json = with_detail(page.payload_json, "deployments", text);
    rows.incidents.push_back(row);
  }
  return rows;
}

void IncidentBook::restore_deployments(const std::vector<DeploymentRow>& recent) {
  for (const DeploymentRow& one : recent) deployments_.add(one);
}

}  // namespace picket::controller
