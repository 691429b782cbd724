#include <fmt/format.h>

#include "controller/store/store.h"
#include "controller/store/tables.h"

namespace picket::controller {
namespace {

Value limit_of(std::size_t limit) { return static_cast<std::int64_t>(limit); }

template <class T>
Result<std::optional<T>> first_of(Result<std::vector<T>> rows) {
  if (!rows) return fail(rows.error());
  if (rows->empty()) return std::optional<T>{};
  return std::optional<T>{std::move(rows->front())};
}

// WHERE conditions with their values, joined by AND.
class Conditions {
 public:
  void add(std::string_view condition, Value value) {
    values_.push_back(std::move(value));
    text_ += fmt::format("{}{} ${}", text_.empty() ? "WHERE " : " AND ", condition, values_.size());
  }
  std::string tail(std::string_view order, std::size_t limit) {
    values_.push_back(limit_of(limit));
    return fmt::format("{} ORDER BY {} LIMIT ${}", text_, order, values_.size());
  }
  const Values& values() const { return values_; }

 private:
  std::string text_;
  Values values_;
};

Status each_batch(Database& database, std::string_view tail, const Values& values,
                  const Store::EachBatch& each) {
  Status status;
  const auto read = [&](const Row& row) {
    EventBatchRow batch;
    read_into(row, batch);
    status = each(batch);
    return status.has_value();
  };
  const Table& table = table_of(static_cast<const EventBatchRow*>(nullptr));
  if (auto done = database.query(select_sql(table, tail), values, read); !done) return done;
  return status;
}

}  // namespace

Result<std::vector<SpoolCursorRow>> Store::spool_cursors() {
  return select<SpoolCursorRow>(*database_, "ORDER BY spool", {});
}

Result<std::vector<AgentRow>> Store::agents() {
  return select<AgentRow>(*database_, "ORDER BY region, name", {});
}

Result<std::vector<JoinTokenRow>> Store::join_tokens() {
  return select<JoinTokenRow>(*database_, "ORDER BY created_ms, token_sha256", {});
}

Result<std::vector<SilenceRow>> Store::silences(std::optional<WallTime> live_at) {
  if (live_at)
    return select<SilenceRow>(*database_, "WHERE until_ms > $1 ORDER BY from_ms, id",
                              {to_value(*live_at)});
  return select<SilenceRow>(*database_, "ORDER BY from_ms DESC, id LIMIT 1000", {});
}

Result<std::vector<ActiveCheckRow>> Store::active_checks() {
  return select<ActiveCheckRow>(*database_, "ORDER BY check_name", {});
}

Result<std::vector<DefinitionRow>> Store::active_definitions() {
  return select<DefinitionRow>(
      *database_,
      "WHERE EXISTS (SELECT 1 FROM active_checks a WHERE a.check_name = definitions.check_name "
      "AND a.revision = definitions.revision) ORDER BY check_name",
      {});
}

Result<std::optional<DefinitionRow>> Store::definition(const CheckName& check,
                                                       const Revision& revision) {
  return first_of(select<DefinitionRow>(*database_, "WHERE check_name = $1 AND revision = $2",
                                        {check.value, revision.value}));
}

Result<std::vector<IncidentRow>> Store::open_incidents() {
  return select<IncidentRow>(
      *database_, "WHERE state <> 'resolved' OR after_resolve <> 'none' ORDER BY id", {});
}

Result<std::optional<IncidentRow>> Store::incident(const IncidentId& id) {
  return first_of(select<IncidentRow>(*database_, "WHERE id = $1", {id.value}));
}

Result<std::vector<IncidentRow>> Store::incidents(const IncidentFilter& filter) {
  Conditions where;
  if (filter.check) where.add("check_name =", filter.check->value);
  if (filter.state) where.add("state =", std::string{to_string(*filter.state)});
  if (filter.opened_from) where.add("opened_ms >=", to_value(*filter.opened_from));
  if (filter.opened_until) where.add("opened_ms <", to_value(*filter.opened_until));
  if (filter.before) where.add("id <", filter.before->value);
  const std::string tail = where.tail("id DESC", filter.limit);
  return select<IncidentRow>(*database_, tail, where.values());
}

Result<std::vector<TimelineRow>> Store::timeline(const IncidentId& incident) {
  std::vector<TimelineRow> rows;
  const auto each = [&](const Row& row) {
    rows.push_back({incident, WallTime::from_unix_ms(row.integer(0)), row.text(1), row.text(2)});
    return true;
  };
  const auto done = database_->query(
      "SELECT at_ms, kind, note FROM timeline WHERE incident = $1 ORDER BY at_ms, position",
      {incident.value}, each);
  if (!done) return fail(done.error());
  return rows;
}

Result<std::vector<OutboxRow>> Store::outbox_unfinished() {
  return select<OutboxRow>(*database_,
                           "WHERE finished_ms IS NULL ORDER BY due_ms, dedup_key, ordinal", {});
}

Result<std::vector<OutboxRow>> Store::outbox_live() {
  return select<OutboxRow>(
      *database_,
      "WHERE incident IN (SELECT incident FROM outbox WHERE finished_ms IS NULL) OR incident IN "
      "(SELECT id FROM incidents WHERE state <> 'resolved') ORDER BY due_ms, dedup_key, ordinal",
      {});
}

Result<std::vector<OutboxRow>> Store::outbox_of_incident(const IncidentId& incident) {
  return select<OutboxRow>(*database_, "WHERE incident = $1 ORDER BY due_ms, dedup_key, ordinal",
                           {incident.value});
}

Result<std::vector<OutboxRow>> Store::outbox_of_key(const DedupKey& key) {
  return select<OutboxRow>(*database_, "WHERE dedup_key = $1 ORDER BY ordinal", {key.value});
}

Result<std::vector<OutboxRow>> Store::outbox_dead(std::size_t limit) {
  return select<OutboxRow>(*database_, "WHERE state = 'dead' ORDER BY due_ms DESC LIMIT $1",
                           {limit_of(limit)});
}

Result<std::vector<CheckpointRow>> Store::checkpoints() {
  return select<CheckpointRow>(*database_, "ORDER BY name", {});
}

Result<std::uint64_t> Store::last_event_seq() {
  // Pruning may have removed every batch: the checkpoint remembers how far they went.
  const auto folded = checkpoint_seq();
  if (!folded) return fail(folded.error());
  std::uint64_t last = *folded;
  const auto each = [&](const Row& row) {
    last = std::max(last, static_cast<std::uint64_t>(row.integer(0)));
    return true;
  };
  const auto done =
      database_->query("SELECT last_seq FROM events ORDER BY first_seq DESC LIMIT 1", {}, each);
  if (!done) return fail(done.error());
  return last;
}

Result<std::optional<WallTime>> Store::last_event_at() {
  std::optional<WallTime> last;
  const auto each = [&](const Row& row) {
    last = WallTime::from_unix_ms(row.integer(0));
    return true;
  };
  const auto done =
      database_->query("SELECT last_at_ms FROM events ORDER BY first_seq DESC LIMIT 1", {}, each);
  if (!done) return fail(done.error());
  return last;
}

Status Store::for_each_event_batch(std::uint64_t after_seq, const EachBatch& each) {
  // The batch that holds after_seq + 1 is the last one that starts at or below it.
  return each_batch(*database_,
                    "WHERE first_seq >= coalesce((SELECT max(first_seq) FROM events WHERE "
                    "first_seq <= $1 + 1), 0) AND last_seq > $1 ORDER BY first_seq",
                    {static_cast<std::int64_t>(after_seq)}, each);
}

Status Store::for_each_event_batch(WallTime from, WallTime until, const EachBatch& each) {
  return each_batch(*database_, "WHERE last_at_ms >= $1 AND first_at_ms < $2 ORDER BY first_seq",
                    {to_value(from), to_value(until)}, each);
}

Result<std::vector<EventBatchRow>> Store::event_batches_before(std::uint64_t before, WallTime from,
                                                               WallTime until, std::size_t bytes) {
  std::vector<EventBatchRow> batches;
  const auto each = [&](const Row& row) {
    EventBatchRow batch;
    read_into(row, batch);
    if (!batches.empty() && batch.blob.size() > bytes) return false;
    bytes -= std::min(bytes, batch.blob.size());
    batches.push_back(std::move(batch));
    return true;
  };
  const Table& table = table_of(static_cast<const EventBatchRow*>(nullptr));
  const auto done = database_->query(
      select_sql(
          table,
          "WHERE first_seq < $1 AND last_at_ms >= $2 AND first_at_ms < $3 ORDER BY first_seq DESC"),
      {static_cast<std::int64_t>(before), to_value(from), to_value(until)}, each);
  if (!done) return fail(done.error());
  return batches;
}

Result<std::vector<EvidenceRow>> Store::evidence(const EvidenceFilter& filter) {
  Conditions where;
  where.add("check_name =", filter.check.value);
  if (filter.region) where.add("region =", filter.region->value);
  where.add("round_ms >=", to_value(filter.from));
  where.add("round_ms <", to_value(filter.until));
  const std::string tail = where.tail("started_ms DESC", filter.limit);
  return select<EvidenceRow>(*database_, tail, where.values());
}

Result<std::optional<EvidenceRow>> Store::evidence(const RunKey& key) {
  constexpr std::string_view kWhere =
      "WHERE check_name = $1 AND region = $2 AND round_ms = $3 AND kind = $4 AND ordinal = $5";
  const Values values{key.check.value, key.region.value, to_value(key.round),
                      std::string{to_string(key.kind)}, std::int64_t{key.ordinal}};
  auto failed = first_of(select<EvidenceRow>(*database_, kWhere, values));
  if (!failed || *failed) return failed;
  auto good = first_of(select_from<EvidenceRow>(*database_, last_good_table(), kWhere, values));
  if (good && *good) (*good)->last_good = true;
  return good;
}

Result<std::vector<EvidenceRow>> Store::last_good(const CheckName& check) {
  auto rows = select_from<EvidenceRow>(*database_, last_good_table(),
                                       "WHERE check_name = $1 ORDER BY region", {check.value});
  if (rows)
    for (EvidenceRow& row : *rows) row.last_good = true;
  return rows;
}

Result<std::vector<LedgerRow>> Store::ledger(const CheckName& check,
                                             const std::optional<RegionName>& region,
                                             std::int64_t from_day, std::int64_t until_day) {
  const std::string tail =
      fmt::format("WHERE check_name = $1 AND day >= $2 AND day <= $3 {} ORDER BY region, day",
                  region ? "AND region = $4" : "");
  Values values{check.value, from_day, until_day};
  if (region) values.push_back(region->value);
  return select<LedgerRow>(*database_, tail, values);
}

Result<std::vector<RoundSummaryRow>> Store::rounds(const CheckName& check, WallTime from,
                                                   WallTime until) {
  return select<RoundSummaryRow>(
      *database_, "WHERE check_name = $1 AND round_ms >= $2 AND round_ms < $3 ORDER BY round_ms",
      {check.value, to_value(from), to_value(until)});
}

Result<std::optional<std::string>> Store::meta(const std::string& name) {
  std::optional<std::string> value;
  const auto each = [&](const Row& row) {
    value = row.text(0);
    return true;
  };
  const auto done = database_->query("SELECT value FROM meta WHERE name = $1", {name}, each);
  if (!done) return fail(done.error());
  return value;
}

Result<std::map<std::string, std::string>> Store::metas(const std::string& prefix) {
  std::map<std::string, std::string> values;
  const auto each = [&](const Row& row) {
    values[row.text(0).substr(prefix.size())] = row.text(1);
    return true;
  };
  const auto length = static_cast<std::int64_t>(prefix.size());
  const auto done = database_->query("SELECT name, value FROM meta WHERE substr(name, 1, $1) = $2",
                                     {length, prefix}, each);
  if (!done) return fail(done.error());
  return values;
}

}  // namespace picket::controller
