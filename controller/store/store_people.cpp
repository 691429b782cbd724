#include <fmt/format.h>

#include "controller/store/store.h"
#include "controller/store/tables.h"

namespace picket::controller {
namespace {

std::optional<WallTime> time_of(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return WallTime::from_unix_ms(row.integer(column));
}

// The first entry of a kind on an incident's timeline.
std::string first_of_kind(std::string_view kind) {
  return fmt::format(
      "(SELECT min(t.at_ms) FROM timeline t WHERE t.incident = i.id AND t.kind = '{}')", kind);
}

}  // namespace

Result<std::vector<DeploymentRow>> Store::deployments(const DeploymentFilter& filter) {
  Values values{to_value(filter.from), to_value(filter.until)};
  std::string tail = "WHERE at_ms >= $1 AND at_ms < $2";
  const auto add = [&](std::string_view column, const std::optional<std::string>& value) {
    if (!value) return;
    values.push_back(*value);
    tail += fmt::format(" AND {} = ${}", column, values.size());
  };
  add("service", filter.service);
  add("team", filter.team);
  values.push_back(static_cast<std::int64_t>(filter.limit));
  tail += fmt::format(" ORDER BY at_ms DESC, id LIMIT ${}", values.size());
  return select<DeploymentRow>(*database_, tail, values);
}

Result<std::vector<DeploymentRow>> Store::deployments_of(const IncidentId& incident) {
  return select<DeploymentRow>(
      *database_,
      "WHERE id IN (SELECT deployment FROM incident_deployments WHERE incident = $1) "
      "ORDER BY at_ms, id",
      {incident.value});
}

Result<std::vector<DeploymentOutcome>> Store::deployment_outcomes(WallTime from, WallTime until) {
  std::vector<DeploymentOutcome> out;
  const auto each = [&](const Row& row) {
    DeploymentOutcome& one = out.emplace_back();
    read_into(row, one.row);
    one.failed = row.integer(8) != 0;
    return true;
  };
  constexpr std::string_view kSql =
      "SELECT d.id, d.service, d.version, d.team, d.at_ms, d.recorded_ms, d.url, d.recorded_by, "
      "(SELECT count(*) FROM incident_deployments l WHERE l.deployment = d.id) "
      "FROM deployments d WHERE d.at_ms >= $1 AND d.at_ms < $2 ORDER BY d.at_ms, d.id";
  if (auto done = database_->query(kSql, {to_value(from), to_value(until)}, each); !done)
    return fail(done.error());
  return out;
}

Result<std::vector<IncidentTimes>> Store::incident_times(WallTime from, WallTime until) {
  std::vector<IncidentTimes> out;
  const auto each = [&](const Row& row) {
    IncidentTimes& one = out.emplace_back();
    one.incident.value = row.text(0);
    one.service = row.text(1);
    one.owner = row.text(2);
    one.started = time_of(row, 3);
    one.opened = WallTime::from_unix_ms(row.integer(4));
    one.restored = time_of(row, 5);
    one.paged = time_of(row, 6);
    one.acknowledged = time_of(row, 7);
    return true;
  };
  // A person's word ends an incident; its check's recovery ends the outage.
  const std::string sql = fmt::format(
      "SELECT i.id, i.service, i.owner, i.started_ms, i.opened_ms, CASE WHEN i.after_resolve <> "
      "'none' THEN NULL ELSE coalesce(i.recovered_ms, i.resolved_ms) END, {}, {} FROM incidents i "
      "WHERE i.opened_ms >= $1 AND i.opened_ms < $2 AND (i.service <> '' OR i.owner <> '') AND "
      "EXISTS (SELECT 1 FROM timeline p WHERE p.incident = i.id AND p.kind = 'paged') "
      "ORDER BY i.opened_ms, i.id",
      first_of_kind("paged"), first_of_kind("acknowledged"));
  if (auto done = database_->query(sql, {to_value(from), to_value(until)}, each); !done)
    return fail(done.error());
  return out;
}

Result<std::vector<ActionItemRow>> Store::action_items(const ActionItemFilter& filter) {
  Values values;
  std::string tail;
  const auto add = [&](std::string_view column, std::string value) {
    values.push_back(std::move(value));
    tail += fmt::format("{} {} = ${}", tail.empty() ? "WHERE" : " AND", column, values.size());
  };
  if (filter.incident) add("incident", filter.incident->value);
  if (filter.state) add("state", std::string{to_string(*filter.state)});
  if (filter.owner) add("owner", *filter.owner);
  values.push_back(static_cast<std::int64_t>(filter.limit));
  tail += fmt::format(" ORDER BY due_ms, id LIMIT ${}", values.size());
  return select<ActionItemRow>(*database_, tail, values);
}

Result<std::optional<ActionItemRow>> Store::action_item(const std::string& id) {
  auto rows = select<ActionItemRow>(*database_, "WHERE id = $1", {id});
  if (!rows) return fail(rows.error());
  if (rows->empty()) return std::optional<ActionItemRow>{};
  return std::optional<ActionItemRow>{std::move(rows->front())};
}

}  // namespace picket::controller
