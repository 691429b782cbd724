#include "controller/store/tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>

namespace picket::controller {
namespace {

Value to_value(const std::optional<WallTime>& time) {
  return time ? Value{time->unix_ms()} : Value{};
}

template <class Integer>
Value number(Integer value) {
  return static_cast<std::int64_t>(value);
}

Value name(std::string_view text) { return std::string{text}; }

// Takes the columns of a row one after the other.
class Reader {
 public:
  explicit Reader(const Row& row) : row_(row) {}

  std::string text() { return row_.text(column_++); }
  std::int64_t integer() { return row_.integer(column_++); }
  template <class Integer>
  Integer as() {
    return static_cast<Integer>(integer());
  }
  bool flag() { return integer() != 0; }
  WallTime time() { return WallTime::from_unix_ms(integer()); }
  std::optional<WallTime> optional_time() {
    if (row_.is_null(column_)) return ++column_, std::nullopt;
    return time();
  }
  template <class Enum>
  Enum one_of(std::initializer_list<Enum> choices, Enum otherwise) {
    const std::string word = text();
    for (const Enum choice : choices)
      if (to_string(choice) == word) return choice;
    return otherwise;
  }

 private:
  const Row& row_;
  int column_{0};
};

std::vector<std::string_view> columns_of(const Table& table) {
  std::vector<std::string_view> columns = table.keys;
  columns.insert(columns.end(), table.others.begin(), table.others.end());
  return columns;
}

const Table kEvents{"events", {"first_seq"}, {"last_seq", "first_at_ms", "last_at_ms", "batch"}};
const Table kCursors{"spool_cursors", {"spool"}, {"region", "agent", "next_seq", "updated_ms"}};
const Table kEvidence{"evidence",
                      {"check_name", "region", "round_ms", "kind", "ordinal"},
                      {"verdict", "started_ms", "run"}};
const Table kLastGood{"last_good",
                      {"check_name", "region"},
                      {"round_ms", "kind", "ordinal", "verdict", "started_ms", "run"}};
const Table kDefinitions{
    "definitions", {"check_name", "revision"}, {"definition", "first_seen_ms"}};
const Table kActive{"active_checks", {"check_name"}, {"revision", "source"}};
const Table kIncidents{
    "incidents",
    {"id"},
    {"check_name",   "subject",          "alert_id",    "verdict",         "severity",
     "state",        "opening_round_ms", "opened_ms",   "acknowledged_ms", "resolved_ms",
     "title",        "detail",           "cause",       "parent",          "service",
     "owner",        "started_ms",       "resolved_by", "after_resolve",   "page_again_ms",
     "recovered_ms", "reopened"}};
const Table kOutbox{
    "outbox", {"id"}, {"incident",      "action",        "receiver",        "route",
                       "payload",       "dedup_key",     "alert_key",       "ordinal",
                       "severity",      "due_ms",        "next_attempt_ms", "attempts",
                       "degrade_level", "state",         "ever_unknown",    "fences_left",
                       "fallback_of",   "fallback_made", "last_error",      "provider_id",
                       "finished_ms"}};
const Table kAgents{
    "agents",
    {"region", "name"},
    {"certificate_serial", "previous_serial", "enrolled_ms", "last_seen_ms", "version", "revoked"}};
const Table kTokens{
    "join_tokens", {"token_sha256"}, {"region", "created_ms", "expires_ms", "used_ms", "used_by"}};
const Table kSilences{
    "silences",
    {"id"},
    {"matchers", "author", "comment", "created_ms", "from_ms", "until_ms", "ended_by"}};
const Table kCheckpoints{"checkpoints", {"name"}, {"state"}};
const Table kLedger{"ledger", {"check_name", "region", "day"}, {"slots", "durations"}};
const Table kRounds{"rounds", {"check_name", "round_ms"}, {"verdict", "summary"}};

}  // namespace

const Table& table_of(const EventBatchRow*) { return kEvents; }
const Table& table_of(const SpoolCursorRow*) { return kCursors; }
const Table& table_of(const EvidenceRow*) { return kEvidence; }
const Table& table_of(const DefinitionRow*) { return kDefinitions; }
const Table& table_of(const ActiveCheckRow*) { return kActive; }
const Table& table_of(const IncidentRow*) { return kIncidents; }
const Table& table_of(const OutboxRow*) { return kOutbox; }
const Table& table_of(const AgentRow*) { return kAgents; }
const Table& table_of(const JoinTokenRow*) { return kTokens; }
const Table& table_of(const SilenceRow*) { return kSilences; }
const Table& table_of(const CheckpointRow*) { return kCheckpoints; }
const Table& table_of(const LedgerRow*) { return kLedger; }
const Table& table_of(const RoundSummaryRow*) { return kRounds; }
const Table& last_good_table() { return kLastGood; }

Values values_of(const EventBatchRow& row) {
  return {number(row.first_seq), number(row.last_seq), to_value(row.first_at),
          to_value(row.last_at), Blob{row.blob}};
}

Values values_of(const SpoolCursorRow& row) {
  return {row.spool.value, row.agent.region.value, row.agent.name, number(row.next_seq),
          to_value(row.updated)};
}

Values values_of(const EvidenceRow& row) {
  return {row.check.value,     row.region.value, to_value(row.round),   row.kind,
          number(row.ordinal), row.verdict,      to_value(row.started), Blob{row.blob}};
}

Values values_of(const DefinitionRow& row) {
  return {row.check.value, row.revision.value, Blob{row.blob}, to_value(row.first_seen)};
}

Values values_of(const ActiveCheckRow& row) {
  return {row.check.value, row.revision.value, row.source};
}

Values values_of(const IncidentRow& row) {
  Values own{row.id.value,
             row.check.value,
             row.subject,
             row.alert_id,
             row.verdict,
             name(to_string(row.severity)),
             name(to_string(row.state)),
             to_value(row.opening_round),
             to_value(row.opened),
             to_value(row.acknowledged),
             to_value(row.resolved),
             row.title,
             row.detail_json,
             row.cause,
             row.parent.value};
  return with_people(std::move(own), row);
}

Values values_of(const OutboxRow& row) {
  return {row.id,
          row.incident.value,
          name(to_string(row.action)),
          row.receiver,
          row.route_json,
          row.payload_json,
          row.key.value,
          row.alert_key,
          number(row.ordinal),
          name(to_string(row.severity)),
          to_value(row.due),
          to_value(row.next_attempt),
          number(row.attempts),
          number(row.degrade_level),
          name(to_string(row.state)),
          number(row.ever_unknown),
          number(row.fences_left),
          row.fallback_of,
          number(row.fallback_made),
          row.last_error,
          row.provider_id,
          to_value(row.finished)};
}

Values values_of(const AgentRow& row) {
  return {row.id.region.value,
          row.id.name,
          row.certificate_serial,
          row.previous_serial,
          to_value(row.enrolled),
          to_value(row.last_seen),
          row.version,
          number(row.revoked)};
}

Values values_of(const JoinTokenRow& row) {
  return {row.token_sha256,      row.region.value,   to_value(row.created),
          to_value(row.expires), to_value(row.used), row.used_by};
}

Values values_of(const SilenceRow& row) {
  return {row.id,
          row.matchers,
          row.author,
          row.comment,
          to_value(row.created),
          to_value(row.from),
          to_value(row.until),
          row.ended_by};
}

Values values_of(const CheckpointRow& row) { return {row.key, Blob{row.blob}}; }

Values values_of(const LedgerRow& row) {
  return {row.check.value, row.region.value, number(row.day), Blob{row.blob}, Blob{row.durations}};
}

Values values_of(const RoundSummaryRow& row) {
  return {row.check.value, to_value(row.round), row.verdict, Blob{row.blob}};
}

void read_into(const Row& row, EventBatchRow& out) {
  Reader in(row);
  out.first_seq = in.as<std::uint64_t>();
  out.last_seq = in.as<std::uint64_t>();
  out.first_at = in.time();
  out.last_at = in.time();
  out.blob = in.text();
}

void read_into(const Row& row, SpoolCursorRow& out) {
  Reader in(row);
  out.spool.value = in.text();
  out.agent.region.value = in.text();
  out.agent.name = in.text();
  out.next_seq = in.as<std::uint64_t>();
  out.updated = in.time();
}

void read_into(const Row& row, EvidenceRow& out) {
  Reader in(row);
  out.check.value = in.text();
  out.region.value = in.text();
  out.round = in.time();
  out.kind = in.text();
  out.ordinal = in.as<std::uint32_t>();
  out.verdict = in.text();
  out.started = in.time();
  out.blob = in.text();
}

void read_into(const Row& row, DefinitionRow& out) {
  Reader in(row);
  out.check.value = in.text();
  out.revision.value = in.text();
  out.blob = in.text();
  out.first_seen = in.time();
}

void read_into(const Row& row, ActiveCheckRow& out) {
  Reader in(row);
  out.check.value = in.text();
  out.revision.value = in.text();
  out.source = in.text();
}

void read_into(const Row& row, IncidentRow& out) {
  Reader in(row);
  out.id.value = in.text();
  out.check.value = in.text();
  out.subject = in.text();
  out.alert_id = in.text();
  out.verdict = in.text();
  out.severity = parse_severity(in.text()).value_or(Severity::error);
  out.state = parse_incident_state(in.text()).value_or(IncidentState::open);
  out.opening_round = in.time();
  out.opened = in.time();
  out.acknowledged = in.optional_time();
  out.resolved = in.optional_time();
  out.title = in.text();
  out.detail_json = in.text();
  out.cause = in.text();
  out.parent.value = in.text();
  constexpr int kPeopleColumn = 15;
  read_people(row, kPeopleColumn, out);
}

void read_into(const Row& row, OutboxRow& out) {
  using S = OutboxState;
  Reader in(row);
  out.id = in.text();
  out.incident.value = in.text();
  out.action = in.one_of({OutboxAction::trigger, OutboxAction::acknowledge, OutboxAction::resolve,
                          OutboxAction::change},
                         OutboxAction::trigger);
  out.receiver = in.text();
  out.route_json = in.text();
  out.payload_json = in.text();
  out.key.value = in.text();
  out.alert_key = in.text();
  out.ordinal = in.as<std::uint32_t>();
  out.severity = parse_severity(in.text()).value_or(Severity::error);
  out.due = in.time();
  out.next_attempt = in.time();
  out.attempts = in.as<std::uint32_t>();
  out.degrade_level = in.as<std::uint32_t>();
  out.state = in.one_of({S::pending, S::in_flight, S::unknown, S::accepted, S::confirmed, S::dead,
                         S::suppressed, S::coalesced},
                        S::unknown);
  out.ever_unknown = in.flag();
  out.fences_left = in.as<std::uint32_t>();
  out.fallback_of = in.text();
  out.fallback_made = in.flag();
  out.last_error = in.text();
  out.provider_id = in.text();
  out.finished = in.optional_time();
}

void read_into(const Row& row, AgentRow& out) {
  Reader in(row);
  out.id.region.value = in.text();
  out.id.name = in.text();
  out.certificate_serial = in.text();
  out.previous_serial = in.text();
  out.enrolled = in.time();
  out.last_seen = in.time();
  out.version = in.text();
  out.revoked = in.flag();
}

void read_into(const Row& row, JoinTokenRow& out) {
  Reader in(row);
  out.token_sha256 = in.text();
  out.region.value = in.text();
  out.created = in.time();
  out.expires = in.time();
  out.used = in.optional_time();
  out.used_by = in.text();
}

void read_into(const Row& row, SilenceRow& out) {
  Reader in{row};
  out.id = in.text();
  out.matchers = in.text();
  out.author = in.text();
  out.comment = in.text();
  out.created = in.time();
  out.from = in.time();
  out.until = in.time();
  out.ended_by = in.text();
}

void read_into(const Row& row, CheckpointRow& out) {
  Reader in(row);
  out.key = in.text();
  out.blob = in.text();
}

void read_into(const Row& row, LedgerRow& out) {
  Reader in(row);
  out.check.value = in.text();
  out.region.value = in.text();
  out.day = in.integer();
  out.blob = in.text();
  out.durations = in.text();
}

void read_into(const Row& row, RoundSummaryRow& out) {
  Reader in(row);
  out.check.value = in.text();
  out.round = in.time();
  out.verdict = in.text();
  out.blob = in.text();
}

std::string insert_sql(const Table& table) {
  const auto columns = columns_of(table);
  std::vector<std::string> places;
  for (std::size_t i = 1; i <= columns.size(); ++i) places.push_back(fmt::format("${}", i));
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, fmt::join(columns, ", "),
                     fmt::join(places, ", "));
}

std::string upsert_sql(const Table& table) {
  std::vector<std::string> sets;
  for (const auto column : table.others) sets.push_back(fmt::format("{0} = excluded.{0}", column));
  return fmt::format("{} ON CONFLICT ({}) DO UPDATE SET {}", insert_sql(table),
                     fmt::join(table.keys, ", "), fmt::join(sets, ", "));
}

std::string keep_sql(const Table& table) {
  return fmt::format("{} ON CONFLICT ({}) DO NOTHING", insert_sql(table),
                     fmt::join(table.keys, ", "));
}

std::string select_sql(const Table& table, std::string_view tail) {
  return fmt::format("SELECT {} FROM {} {}", fmt::join(columns_of(table), ", "), table.name, tail);
}

}  // namespace picket::controller
