#include "controller/store/store.h"

#include "controller/store/migrations.h"
#include "controller/store/sqlite_database.h"
#include "controller/store/tables.h"

namespace picket::controller {
namespace {

constexpr std::string_view kCheckpointSeq = "checkpoint_seq";

// The newer run replaces the older one, whatever order they arrive in.
std::string last_good_sql() {
  return upsert_sql(last_good_table()) + " WHERE excluded.started_ms >= last_good.started_ms";
}

template <class T>
Status upsert(Database& database, const std::vector<T>& rows) {
  if (rows.empty()) return {};
  return database.execute_many(upsert_sql(table_of(rows.data())), all_values(rows));
}

template <class T>
Status insert(Database& database, const std::vector<T>& rows) {
  if (rows.empty()) return {};
  return database.execute_many(insert_sql(table_of(rows.data())), all_values(rows));
}

template <class T>
Status keep(Database& database, const std::vector<T>& rows) {
  if (rows.empty()) return {};
  return database.execute_many(keep_sql(table_of(rows.data())), all_values(rows));
}

Status replace_active(Database& database,
                      const std::optional<std::vector<ActiveCheckRow>>& checks) {
  if (!checks) return {};
  const auto cleared = database.execute("DELETE FROM active_checks", {});
  if (!cleared) return fail(cleared.error());
  return insert(database, *checks);
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  SqliteOptions sqlite;
  sqlite.path = options.path;
  sqlite.pages_max = options.pages_max;
  auto database = SqliteDatabase::open(sqlite);
  if (!database) return fail(database.error());
  if (auto ready = migrate(**database, migrations()); !ready) return fail(ready.error());
  return std::unique_ptr<Store>{new Store(std::move(*database))};
}

Status Store::commit(const WriteSet& set) {
  if (set.empty()) return {};
  return in_transaction(*database_, [&] { return write(set); });
}

Status Store::write(const WriteSet& set) {
  Database& db = *database_;
  const auto and_then = [](Status status, auto next) { return status ? next() : status; };
  Status status = insert(db, set.events);
  status = and_then(status, [&] { return upsert(db, set.cursors); });
  status = and_then(status, [&] { return write_evidence(set.evidence); });
  status = and_then(status, [&] { return keep(db, set.definitions); });
  status = and_then(status, [&] { return replace_active(db, set.active_checks); });
  status = and_then(status, [&] { return upsert(db, set.incidents); });
  status = and_then(status, [&] { return write_timeline(set.timeline); });
  status = and_then(status, [&] { return upsert(db, set.outbox); });
  status = and_then(status, [&] { return upsert(db, set.delivery_log); });
  status = and_then(status, [&] { return upsert(db, set.agents); });
  status = and_then(status, [&] { return upsert(db, set.join_tokens); });
  status = and_then(status, [&] { return upsert(db, set.silences); });
  status = and_then(status, [&] { return upsert(db, set.checkpoints); });
  status = and_then(status, [&] { return upsert(db, set.ledger); });
  status = and_then(status, [&] { return upsert(db, set.rounds); });
  status = and_then(status, [&] { return keep(db, set.deployments); });
  status = and_then(status, [&] { return keep(db, set.incident_deployments); });
  status = and_then(status, [&] { return upsert(db, set.action_items); });
  return and_then(status, [&] { return write_meta(set); });
}

Status Store::write_evidence(const std::vector<EvidenceRow>& rows) {
  std::vector<Values> failed;
  std::vector<Values> good;
  for (const EvidenceRow& row : rows) (row.last_good ? good : failed).push_back(values_of(row));
  const Table& evidence = table_of(rows.data());
  if (auto done = database_->execute_many(upsert_sql(evidence), failed); !done) return done;
  return database_->execute_many(last_good_sql(), good);
}

Status Store::write_timeline(const std::vector<TimelineRow>& rows) {
  std::vector<Values> values;
  for (const TimelineRow& row : rows)
    values.push_back({row.incident.value, row.at.unix_ms(), row.kind, row.text});
  return database_->execute_many(
      "INSERT INTO timeline (incident, position, at_ms, kind, note) "
      "SELECT $1, coalesce(max(position), 0) + 1, $2, $3, $4 FROM timeline WHERE incident = $1",
      values);
}

Status Store::write_meta(const WriteSet& set) {
  std::vector<Values> values;
  for (const auto& [name, value] : set.meta) values.push_back({name, value});
  if (set.checkpoint_seq)
    values.push_back({std::string{kCheckpointSeq}, std::to_string(*set.checkpoint_seq)});
  return database_->execute_many(
      "INSERT INTO meta (name, value) VALUES ($1, $2) "
      "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      values);
}

Result<std::uint64_t> Store::checkpoint_seq() {
  const auto value = meta(std::string{kCheckpointSeq});
  if (!value) return fail(value.error());
  return *value ? std::stoull(**value) : std::uint64_t{0};
}

Result<std::unique_ptr<BackupJob>> Store::start_backup(const std::string& path) {
  return database_->start_backup(path);
}

Status Store::backup(const std::string& path) {
  constexpr int kPagesPerStep = 1024;
  auto job = start_backup(path);
  if (!job) return fail(job.error());
  while (true) {
    const auto done = (*job)->step(kPagesPerStep);
    if (!done) return fail(done.error());
    if (*done) return {};
  }
}

}  // namespace picket::controller
