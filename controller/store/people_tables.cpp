#include <initializer_list>
#include <string_view>

#include "controller/store/tables.h"

namespace picket::controller {
namespace {

Value optional_value(const std::optional<WallTime>& time) {
  return time ? Value{time->unix_ms()} : Value{};
}

Value name_value(std::string_view text) { return std::string{text}; }

WallTime time_in(const Row& row, int column) { return WallTime::from_unix_ms(row.integer(column)); }

std::optional<WallTime> optional_time_in(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return time_in(row, column);
}

template <class Enum>
Enum one_of(const std::string& word, std::initializer_list<Enum> choices, Enum otherwise) {
  for (const Enum choice : choices)
    if (to_string(choice) == word) return choice;
  return otherwise;
}

const Table kDeployments{
    "deployments",
    {"id"},
    {"service", "version", "team", "at_ms", "recorded_ms", "url", "recorded_by"}};
const Table kIncidentDeployments{"incident_deployments", {"incident", "deployment"}, {"at_ms"}};
const Table kActionItems{
    "action_items",
    {"id"},
    {"incident", "check_name", "owner", "note", "due_ms", "created_ms", "created_by", "state",
     "closed_ms", "closed_by", "reason", "escalated_ms"}};

}  // namespace

const Table& table_of(const DeploymentRow*) { return kDeployments; }
const Table& table_of(const IncidentDeploymentRow*) { return kIncidentDeployments; }
const Table& table_of(const ActionItemRow*) { return kActionItems; }

Values values_of(const DeploymentRow& row) {
  return {row.id,  row.service, row.version, row.team, to_value(row.at), to_value(row.recorded),
          row.url, row.by};
}

Values values_of(const IncidentDeploymentRow& row) {
  return {row.incident.value, row.deployment, to_value(row.at)};
}

Values values_of(const ActionItemRow& row) {
  return {row.id,
          row.incident.value,
          row.check.value,
          row.owner,
          row.text,
          to_value(row.due),
          to_value(row.created),
          row.created_by,
          name_value(to_string(row.state)),
          optional_value(row.closed),
          row.closed_by,
          row.reason,
          optional_value(row.escalated)};
}

Values with_people(Values values, const IncidentRow& row) {
  values.insert(values.end(),
                {row.service, row.owner, optional_value(row.started), row.resolved_by,
                 name_value(to_string(row.after_resolve)), optional_value(row.page_again),
                 optional_value(row.recovered), static_cast<std::int64_t>(row.reopened)});
  return values;
}

void read_into(const Row& row, DeploymentRow& out) {
  out.id = row.text(0);
  out.service = row.text(1);
  out.version = row.text(2);
  out.team = row.text(3);
  out.at = time_in(row, 4);
  out.recorded = time_in(row, 5);
  out.url = row.text(6);
  out.by = row.text(7);
}

void read_into(const Row& row, IncidentDeploymentRow& out) {
  out.incident.value = row.text(0);
  out.deployment = row.text(1);
  out.at = time_in(row, 2);
}

void read_into(const Row& row, ActionItemRow& out) {
  using S = ActionState;
  out.id = row.text(0);
  out.incident.value = row.text(1);
  out.check.value = row.text(2);
  out.owner = row.text(3);
  out.text = row.text(4);
  out.due = time_in(row, 5);
  out.created = time_in(row, 6);
  out.created_by = row.text(7);
  out.state = one_of(row.text(8), {S::open, S::done, S::deprioritised}, S::open);
  out.closed = optional_time_in(row, 9);
  out.closed_by = row.text(10);
  out.reason = row.text(11);
  out.escalated = optional_time_in(row, 12);
}

void read_people(const Row& row, int column, IncidentRow& out) {
  using A = AfterResolve;
  out.service = row.text(column);
  out.owner = row.text(column + 1);
  out.started = optional_time_in(row, column + 2);
  out.resolved_by = row.text(column + 3);
  out.after_resolve = one_of(row.text(column + 4), {A::none, A::page_again, A::hold}, A::none);
  out.page_again = optional_time_in(row, column + 5);
  out.recovered = optional_time_in(row, column + 6);
  out.reopened = static_cast<std::uint32_t>(row.integer(column + 7));
}

}  // namespace picket::controller
