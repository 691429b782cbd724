// What the controller keeps, as plain values: the interface between the store and the modules
// that decide. A WriteSet is one transaction: all of it or nothing. No I/O here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/check.h"
#include "common/model/incident.h"
#include "controller/store/people_rows.h"

namespace picket::controller {

// One commit's part of the event log: a compressed v1::EventBatch.
struct EventBatchRow {
  std::uint64_t first_seq{0};
  std::uint64_t last_seq{0};
  WallTime first_at;
  WallTime last_at;
  std::string blob;  // zstd
};

struct SpoolCursorRow {
  SpoolId spool;
  AgentId agent;
  std::uint64_t next_seq{0};  // everything below it is durable here
  WallTime updated;
};

// A failed run or the last good run of (check, region), whole.
struct EvidenceRow {
  CheckName check;
  RegionName region;
  WallTime round;
  std::string kind;  // run kind
  std::uint32_t ordinal{0};
  std::string verdict;
  bool last_good{false};  // one per (check, region): the newer replaces the older
  WallTime started;
  std::string blob;  // zstd of v1::RunResult
};

struct DefinitionRow {
  CheckName check;
  Revision revision;
  std::string blob;  // v1::Check
  WallTime first_seen;
};

// The set of checks in force: revision by name, with the regions it is assigned to.
struct ActiveCheckRow {
  CheckName check;
  Revision revision;
  std::string source;  // file
};

struct IncidentRow {
  IncidentId id;
  CheckName check;      // empty for incidents of agents, regions, the controller
  std::string subject;  // check:NAME, region:NAME, agent:REGION/NAME, controller
  std::string alert_id;
  std::string verdict;  // the condition: down, regional, degraded, no_data, blind
  Severity severity{Severity::error};
  IncidentState state{IncidentState::suspected};
  WallTime opening_round;
  WallTime opened;
  std::optional<WallTime> acknowledged;
  std::optional<WallTime> resolved;
  std::string title;
  std::string detail_json;  // attribution, regions, owner, runbook
  std::string cause;        // "host id.example.com": what it shares with others; empty: not known
  IncidentId parent;        // of the same cause and told before; empty: none
  std::string service;      // of the check when it opened; may be empty
  std::string owner;
  std::optional<WallTime> started;                 // the first bad run
  std::string resolved_by;                         // a person; empty: the check recovered
  AfterResolve after_resolve{AfterResolve::none};  // while the check of a resolved one still fails
  std::optional<WallTime> page_again;              // when, unless the check recovers before
  std::optional<WallTime> recovered;  // the check, after a person had resolved the incident
  std::uint32_t reopened{0};          // so often; a part of the keys of its pages
};

struct TimelineRow {
  IncidentId incident;
  WallTime at;
  std::string kind;  // first_bad_run, quorum_reached, paged, page_accepted, acknowledged, ...
  std::string text;
};

enum class OutboxAction { trigger, acknowledge, resolve, change };
enum class OutboxState {
  pending,
  in_flight,
  unknown,
  accepted,
  confirmed,
  dead,
  suppressed,
  coalesced,
};

// The names that are stored, shown and exported as labels.
inline std::string_view to_string(OutboxAction action) {
  constexpr std::string_view kNames[] = {"trigger", "acknowledge", "resolve", "change"};
  return kNames[static_cast<std::size_t>(action)];
}
inline std::string_view to_string(OutboxState state) {
  constexpr std::string_view kNames[] = {"pending",   "in_flight", "unknown",    "accepted",
                                         "confirmed", "dead",      "suppressed", "coalesced"};
  return kNames[static_cast<std::size_t>(state)];
}

// One message owed to one receiver.
struct OutboxRow {
  std::string id;  // application-made, unique
  IncidentId incident;
  OutboxAction action{OutboxAction::trigger};
  std::string receiver;      // "pagerduty/payments"
  std::string route_json;    // snapshot of the receiver's settings, secrets by reference only
  std::string payload_json;  // snapshot of what to say, before any degradation
  DedupKey key;
  std::string alert_key;     // of all episodes of an alert at a receiver; empty: of no alert
  std::uint32_t ordinal{0};  // order within the key
  Severity severity{Severity::error};
  WallTime due;
  WallTime next_attempt;
  std::uint32_t attempts{0};
  std::uint32_t degrade_level{0};
  OutboxState state{OutboxState::pending};
  bool ever_unknown{false};
  std::uint32_t fences_left{0};  // resolves still to be sent again
  std::string fallback_of;       // id of the row that this one stands in for; else empty
  bool fallback_made{false};
  std::string last_error;
  std::string provider_id;
  std::optional<WallTime> finished;  // nothing more is to be done with this row
};

// One attempt to send a row, or a message of PagerDuty's to us: what the delivery log keeps.
struct DeliveryLogRow {
  std::string id;      // of the row and the attempt, or of the webhook's event: unique
  WallTime at;         // when it began
  std::string outbox;  // the row's id; empty for what came in
  IncidentId incident;
  std::string receiver;
  std::string action;
  std::uint32_t attempt{0};
  std::string outcome;  // a SendClass, or "received"
  int http_status{0};   // 0: no answer, or not over HTTP
  Millis latency{0};
  std::string provider_id;
  DedupKey key;
  std::string error;
};

struct AgentRow {
  AgentId id;
  std::string certificate_serial;  // lower-case hex, of the newest
  std::string previous_serial;     // valid until the newest was used: a renewal may get lost
  WallTime enrolled;
  WallTime last_seen;
  std::string version;
  bool revoked{false};
};

struct JoinTokenRow {
  std::string token_sha256;  // the token itself is never stored
  RegionName region;
  WallTime created;
  WallTime expires;
  std::optional<WallTime> used;
  std::string used_by;
};

struct SilenceRow {
  std::string id;
  std::string matchers;  // one a line: "owner=payments"
  std::string author;
  std::string comment;
  WallTime created;
  WallTime from;
  WallTime until;        // also when it was ended before its time
  std::string ended_by;  // empty: it ends by itself
};

// State of one check's evaluator and what was derived up to a sequence of the event log.
struct CheckpointRow {
  std::string key;  // "check:NAME", "fleet", ...
  std::string blob;
};

// Ledger of one (check, region, UTC day): one 4-bit state and a byte of duration per slot, each
// packed (controller/ingest/slot_bytes.h) and compressed.
struct LedgerRow {
  CheckName check;
  RegionName region;
  std::int64_t day{0};  // days since the epoch
  std::string blob;
  std::string durations;  // empty: the row is from before they were kept
};

struct RoundSummaryRow {
  CheckName check;
  WallTime round;
  std::string verdict;
  std::string blob;  // counts and latency by region
};

struct WriteSet {
  std::vector<EventBatchRow> events;
  std::vector<SpoolCursorRow> cursors;
  std::vector<EvidenceRow> evidence;
  std::vector<DefinitionRow> definitions;
  std::optional<std::vector<ActiveCheckRow>> active_checks;  // replaces the whole set
  std::vector<IncidentRow> incidents;
  std::vector<TimelineRow> timeline;
  std::vector<OutboxRow> outbox;
  std::vector<DeliveryLogRow> delivery_log;
  std::vector<AgentRow> agents;
  std::vector<JoinTokenRow> join_tokens;
  std::vector<SilenceRow> silences;
  std::vector<CheckpointRow> checkpoints;
  std::optional<std::uint64_t> checkpoint_seq;  // the log is folded into checkpoints up to here
  std::vector<LedgerRow> ledger;
  std::vector<RoundSummaryRow> rounds;
  std::vector<std::pair<std::string, std::string>> meta;
  std::vector<DeploymentRow> deployments;
  std::vector<IncidentDeploymentRow> incident_deployments;
  std::vector<ActionItemRow> action_items;

  bool empty() const {
    return events.empty() && cursors.empty() && evidence.empty() && definitions.empty() &&
           !active_checks && incidents.empty() && timeline.empty() && outbox.empty() &&
           agents.empty() && join_tokens.empty() && silences.empty() && checkpoints.empty() &&
           delivery_log.empty() && !checkpoint_seq && ledger.empty() && rounds.empty() &&
           meta.empty() && deployments.empty() && incident_deployments.empty() &&
           action_items.empty();
  }
};

}  // namespace picket::controller
