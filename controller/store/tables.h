// How the rows of rows.h stand in tables: names, columns, values in, values out. Only the store's
// own files use it. For the thread that uses the database.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/store/database.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct Table {
  std::string_view name;
  std::vector<std::string_view> keys;
  std::vector<std::string_view> others;
};

const Table& table_of(const EventBatchRow* type);
const Table& table_of(const SpoolCursorRow* type);
const Table& table_of(const EvidenceRow* type);
const Table& table_of(const DefinitionRow* type);
const Table& table_of(const ActiveCheckRow* type);
const Table& table_of(const IncidentRow* type);
const Table& table_of(const OutboxRow* type);
const Table& table_of(const DeliveryLogRow* type);
const Table& table_of(const AgentRow* type);
const Table& table_of(const JoinTokenRow* type);
const Table& table_of(const SilenceRow* type);
const Table& table_of(const CheckpointRow* type);
const Table& table_of(const LedgerRow* type);
const Table& table_of(const RoundSummaryRow* type);
const Table& table_of(const DeploymentRow* type);
const Table& table_of(const IncidentDeploymentRow* type);
const Table& table_of(const ActionItemRow* type);
const Table& last_good_table();  // of EvidenceRow too

// Keys first, then the others, as the table lists them.
Values values_of(const EventBatchRow& row);
Values values_of(const SpoolCursorRow& row);
Values values_of(const EvidenceRow& row);
Values values_of(const DefinitionRow& row);
Values values_of(const ActiveCheckRow& row);
Values values_of(const IncidentRow& row);
Values values_of(const OutboxRow& row);
Values values_of(const DeliveryLogRow& row);
Values values_of(const AgentRow& row);
Values values_of(const JoinTokenRow& row);
Values values_of(const SilenceRow& row);
Values values_of(const CheckpointRow& row);
Values values_of(const LedgerRow& row);
Values values_of(const RoundSummaryRow& row);
Values values_of(const DeploymentRow& row);
Values values_of(const IncidentDeploymentRow& row);
Values values_of(const ActionItemRow& row);
Values with_people(Values values, const IncidentRow& row);  // what people did with it, behind

void read_into(const Row& row, EventBatchRow& out);
void read_into(const Row& row, SpoolCursorRow& out);
void read_into(const Row& row, EvidenceRow& out);  // last_good is left to the caller
void read_into(const Row& row, DefinitionRow& out);
void read_into(const Row& row, ActiveCheckRow& out);
void read_into(const Row& row, IncidentRow& out);
void read_into(const Row& row, OutboxRow& out);
void read_into(const Row& row, DeliveryLogRow& out);
void read_into(const Row& row, AgentRow& out);
void read_into(const Row& row, JoinTokenRow& out);
void read_into(const Row& row, SilenceRow& out);
void read_into(const Row& row, CheckpointRow& out);
void read_into(const Row& row, LedgerRow& out);
void read_into(const Row& row, RoundSummaryRow& out);
void read_into(const Row& row, DeploymentRow& out);
void read_into(const Row& row, IncidentDeploymentRow& out);
void read_into(const Row& row, ActionItemRow& out);
void read_people(const Row& row, int column, IncidentRow& out);

std::string insert_sql(const Table& table);  // a second row of the same key is an error
std::string upsert_sql(const Table& table);  // a second row of the same key replaces the others
std::string keep_sql(const Table& table);    // a second row of the same key changes nothing
std::string select_sql(const Table& table, std::string_view tail);  // tail: "WHERE ... ORDER BY .."

inline Value to_value(WallTime time) { return time.unix_ms(); }

template <class T>
std::vector<Values> all_values(const std::vector<T>& rows) {
  std::vector<Values> out;
  out.reserve(rows.size());
  for (const T& row : rows) out.push_back(values_of(row));
  return out;
}

template <class T>
Result<std::vector<T>> select_from(Database& database, const Table& table, std::string_view tail,
                                   const Values& values) {
  std::vector<T> out;
  const auto each = [&](const Row& row) {
    read_into(row, out.emplace_back());
    return true;
  };
  if (auto done = database.query(select_sql(table, tail), values, each); !done)
    return fail(done.error());
  return out;
}

template <class T>
Result<std::vector<T>> select(Database& database, std::string_view tail, const Values& values) {
  return select_from<T>(database, table_of(static_cast<const T*>(nullptr)), tail, values);
}

}  // namespace picket::controller
