#include <algorithm>
#include <string>
#include <vector>

#include "controller/store/store.h"
#include "controller/store/tables.h"

namespace picket::controller {
namespace {

struct Step {
  std::string_view sql;  // the last value is the limit
  Values values;
};

constexpr std::string_view kEvents =
    "DELETE FROM events WHERE first_seq IN (SELECT first_seq FROM events WHERE last_at_ms < $1 "
    "AND last_seq <= $2 ORDER BY last_at_ms LIMIT $3)";
constexpr std::string_view kEvidence =
    "DELETE FROM evidence WHERE (check_name, region, round_ms, kind, ordinal) IN (SELECT "
    "e.check_name, e.region, e.round_ms, e.kind, e.ordinal FROM evidence e WHERE e.started_ms < $1 "
    "AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.check_name = e.check_name AND "
    "i.opening_round_ms - $2 <= e.round_ms AND (i.resolved_ms IS NULL OR e.round_ms <= "
    "i.resolved_ms)) ORDER BY e.started_ms LIMIT $3)";
constexpr std::string_view kRounds =
    "DELETE FROM rounds WHERE (check_name, round_ms) IN (SELECT check_name, round_ms FROM rounds "
    "WHERE round_ms < $1 ORDER BY round_ms LIMIT $2)";
constexpr std::string_view kLedger =
    "DELETE FROM ledger WHERE (check_name, region, day) IN (SELECT check_name, region, day FROM "
    "ledger WHERE day < $1 ORDER BY day LIMIT $2)";
constexpr std::string_view kDefinitions =
    "DELETE FROM definitions WHERE (check_name, revision) IN (SELECT d.check_name, d.revision "
    "FROM definitions d WHERE d.first_seen_ms < $1 AND NOT EXISTS (SELECT 1 FROM active_checks a "
    "WHERE a.check_name = d.check_name AND a.revision = d.revision) AND EXISTS (SELECT 1 FROM "
    "definitions n WHERE n.check_name = d.check_name AND n.first_seen_ms > d.first_seen_ms AND "
    "n.first_seen_ms < $1) LIMIT $2)";
constexpr std::string_view kLastGood =
    "DELETE FROM last_good WHERE (check_name, region) IN (SELECT g.check_name, g.region FROM "
    "last_good g WHERE g.started_ms < $1 AND NOT EXISTS (SELECT 1 FROM active_checks a WHERE "
    "a.check_name = g.check_name) LIMIT $2)";
constexpr std::string_view kCursors =
    "DELETE FROM spool_cursors WHERE spool IN (SELECT spool FROM spool_cursors WHERE updated_ms < "
    "$1 LIMIT $2)";
constexpr std::string_view kTokens =
    "DELETE FROM join_tokens WHERE token_sha256 IN (SELECT token_sha256 FROM join_tokens WHERE "
    "expires_ms < $1 LIMIT $2)";
constexpr std::string_view kSilences =
    "DELETE FROM silences WHERE id IN (SELECT id FROM silences WHERE until_ms < $1 LIMIT $2)";
// An incident goes with its pages: only when each of them is finished.
constexpr std::string_view kIncidents =
    "DELETE FROM incidents WHERE id IN (SELECT i.id FROM incidents i WHERE i.resolved_ms < $1 AND "
    "NOT EXISTS (SELECT 1 FROM outbox o WHERE o.incident = i.id AND o.finished_ms IS NULL) LIMIT "
    "$2)";
constexpr std::string_view kTimeline =
    "DELETE FROM timeline WHERE (incident, position) IN (SELECT t.incident, t.position FROM "
    "timeline t WHERE t.at_ms < $1 AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.id = "
    "t.incident) LIMIT $2)";
constexpr std::string_view kOutbox =
    "DELETE FROM outbox WHERE id IN (SELECT o.id FROM outbox o WHERE o.finished_ms < $1 AND NOT "
    "EXISTS (SELECT 1 FROM incidents i WHERE i.id = o.incident) LIMIT $2)";
// Those that an incident names go with it.
constexpr std::string_view kDeployments =
    "DELETE FROM deployments WHERE id IN (SELECT d.id FROM deployments d WHERE d.at_ms < $1 AND "
    "NOT "
    "EXISTS (SELECT 1 FROM incident_deployments l JOIN incidents i ON i.id = l.incident WHERE "
    "l.deployment = d.id) LIMIT $2)";
constexpr std::string_view kIncidentDeployments =
    "DELETE FROM incident_deployments WHERE (incident, deployment) IN (SELECT l.incident, "
    "l.deployment FROM incident_deployments l WHERE l.at_ms < $1 AND NOT EXISTS (SELECT 1 FROM "
    "incidents i WHERE i.id = l.incident) LIMIT $2)";
// What is open stays, however old.
constexpr std::string_view kActionItems =
    "DELETE FROM action_items WHERE id IN (SELECT a.id FROM action_items a WHERE a.closed_ms < $1 "
    "AND a.state <> 'open' AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.id = a.incident) "
    "LIMIT "
    "$2)";

constexpr std::string_view kDeliveryLog =
    "DELETE FROM delivery_log WHERE id IN (SELECT id FROM delivery_log WHERE at_ms < $1 LIMIT $2)";

std::vector<Step> steps(WallTime now, std::uint64_t folded, const RetentionOptions& options) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const Value raw = to_value(now - options.raw);
  const std::int64_t history = (now - options.history).unix_ms();
  const Value limit = std::int64_t{options.rows_max};
  return {
      {kEvents, {raw, static_cast<std::int64_t>(folded), limit}},
      {kEvidence, {raw, options.incident_margin.count(), limit}},
      {kRounds, {history, limit}},
      {kLedger, {history / kDayMs, limit}},
      {kDefinitions, {history, limit}},
      {kLastGood, {history, limit}},
      {kCursors, {to_value(now - options.cursors), limit}},
      {kTokens, {history, limit}},
      {kSilences, {history, limit}},
      {kIncidents, {history, limit}},
      {kTimeline, {history, limit}},
      {kOutbox, {history, limit}},
      {kDeliveryLog, {to_value(now - options.delivery_log), limit}},
      {kDeployments, {history, limit}},
      {kIncidentDeployments, {history, limit}},
      {kActionItems, {history, limit}},
  };
}

}  // namespace

Result<PruneReport> Store::prune(WallTime now, const RetentionOptions& options) {
  const auto folded = checkpoint_seq();
  if (!folded) return fail(folded.error());
  PruneReport report;
  const auto remove = [&]() -> Status {
    for (const Step& step : steps(now, *folded, options)) {
      const auto rows = database_->execute(step.sql, step.values);
      if (!rows) return fail(rows.error());
      report.rows += *rows;
      report.more = report.more || *rows >= options.rows_max;
    }
    return {};
  };
  if (auto done = in_transaction(*database_, remove); !done) return fail(done.error());
  if (auto done = database_->reclaim(options.pages_max); !done) return fail(done.error());
  return report;
}

}  // namespace picket::controller
