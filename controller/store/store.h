// Everything the controller keeps, and the only door to SQL. Synchronous: the daemon calls it
// through async::offload on one database thread, simulations inline. Owned by main. It decides
// nothing, retries nothing and never logs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/model/run.h"
#include "controller/store/database.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct StoreOptions {
  std::string path;           // or ":memory:"
  std::int64_t pages_max{0};  // 0: as large as the disk; a page has 4 KiB
};

struct IncidentFilter {
  std::optional<CheckName> check;
  std::optional<IncidentState> state;
  std::optional<WallTime> opened_from;
  std::optional<WallTime> opened_until;  // exclusive
  std::optional<IncidentId> before;      // paging: ids below this one
  std::size_t limit{100};
};

struct EvidenceFilter {
  CheckName check;
  std::optional<RegionName> region;
  WallTime from;  // of the round, inclusive
  WallTime until{WallTime::from_unix_ms(INT64_MAX)};
  std::size_t limit{100};
};

struct OutboxFilter {
  std::string id;           // of one row; the others empty or as well
  std::string provider_id;  // the row's, one of an attempt's, or its dedup key
  std::string incident;
  std::string receiver;
  std::optional<OutboxState> state;
  bool unfinished{false};
  std::optional<WallTime> since;  // of due
  std::size_t limit{100};
};

struct DeploymentFilter {
  std::optional<std::string> service;
  std::optional<std::string> team;
  WallTime from;  // when it went live, inclusive
  WallTime until{WallTime::from_unix_ms(INT64_MAX)};
  std::size_t limit{100};
};

struct ActionItemFilter {
  std::optional<IncidentId> incident;
  std::optional<ActionState> state;
  std::optional<std::string> owner;
  std::size_t limit{1000};
};

struct RetentionOptions {
  Millis raw{hours{24 * 7}};            // event batches and evidence outside incidents
  Millis history{hours{24 * 400}};      // rounds, ledger, definitions, incidents with their pages
  Millis cursors{hours{24 * 90}};       // spools nobody has sent from
  Millis delivery_log{hours{24 * 90}};  // attempts to deliver
  Millis incident_margin{hours{1}};     // runs this long before an incident belong to it
  int rows_max{2000};                   // per table and call
  int pages_max{256};                   // given back to the file system per call
};

struct PruneReport {
  std::int64_t rows{0};
  bool more{false};  // a limit was reached: call again soon
};

class Store {
 public:
  // Opens or makes the database and brings it to this program's schema.
  // Errors: as SqliteDatabase::open; conflict when the database is newer than the program.
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options);

  // One transaction: all of `set` is durable when this returns, or nothing of it is.
  // Errors: as Database; after any error the store works on (disk_full: once there is space).
  // internal: an event sequence that is stored already, which is a bug of the caller.
  Status commit(const WriteSet& set);

  Result<std::vector<SpoolCursorRow>> spool_cursors();
  Result<std::vector<AgentRow>> agents();
  Result<std::vector<JoinTokenRow>> join_tokens();
  // Those not over at that time, in order of begin; without it the newest 1,000, newest first.
  Result<std::vector<SilenceRow>> silences(std::optional<WallTime> live_at);
  Result<std::vector<ActiveCheckRow>> active_checks();
  Result<std::vector<DefinitionRow>> active_definitions();
  Result<std::optional<DefinitionRow>> definition(const CheckName& check, const Revision& revision);

  // Every one that is not resolved, and those that a person resolved while their checks fail; by
  // id.
  Result<std::vector<IncidentRow>> open_incidents();
  Result<std::optional<IncidentRow>> incident(const IncidentId& id);
  Result<std::vector<IncidentRow>> incidents(const IncidentFilter& filter);  // newest first
  Result<std::vector<TimelineRow>> timeline(const IncidentId& incident);

  Result<std::vector<OutboxRow>> outbox_unfinished();  // by due, key, ordinal
  // Those, with every row of their incidents and of incidents that are not resolved: what the
  // deliverer needs to go on.
  Result<std::vector<OutboxRow>> outbox_live();
  Result<std::vector<OutboxRow>> outbox_of_incident(const IncidentId& incident);
  Result<std::vector<OutboxRow>> outbox_of_key(const DedupKey& key);  // by ordinal
  Result<std::vector<OutboxRow>> outbox_dead(std::size_t limit);      // newest first

  // delivery_log.cpp
  Result<std::vector<OutboxRow>> outbox_search(const OutboxFilter& filter);  // newest due first
  // Attempts at one row, oldest first, at most 200.
  Result<std::vector<DeliveryLogRow>> delivery_attempts(const std::string& outbox);
  Result<std::vector<DeliveryLogRow>> webhooks_received(std::size_t limit);  // newest first
  // When each receiver last took anything, by name.
  Result<std::vector<std::pair<std::string, WallTime>>> last_accepted();
  // The key of the page whose incident at the provider has this id; nothing when none has.
  Result<std::optional<DedupKey>> key_of_provider_id(const std::string& provider_id);

  Result<std::vector<CheckpointRow>> checkpoints();
  Result<std::uint64_t> checkpoint_seq();           // 0: nothing is folded
  Result<std::uint64_t> last_event_seq();           // 0: no event was ever stored
  Result<std::optional<WallTime>> last_event_at();  // of those that are kept

  // Batches in order of their sequence until `each` fails, whose error is returned.
  using EachBatch = std::function<Status(const EventBatchRow&)>;
  Status for_each_event_batch(std::uint64_t after_seq, const EachBatch& each);
  // Those that hold events received in [from, until).
  Status for_each_event_batch(WallTime from, WallTime until, const EachBatch& each);

  // Those below the sequence `before` that hold events received in [from, until), newest first: as
  // many as fit into `bytes`, at least one if there is any.
  Result<std::vector<EventBatchRow>> event_batches_before(std::uint64_t before, WallTime from,
                                                          WallTime until, std::size_t bytes);

  Result<std::vector<EvidenceRow>> evidence(const EvidenceFilter& filter);  // newest first
  Result<std::optional<EvidenceRow>> evidence(const RunKey& key);           // failed or last good
  Result<std::vector<EvidenceRow>> last_good(const CheckName& check);       // by region

  // Days from `from_day` to `until_day`, both included; every region without one.
  Result<std::vector<LedgerRow>> ledger(const CheckName& check,
                                        const std::optional<RegionName>& region,
                                        std::int64_t from_day, std::int64_t until_day);
  Result<std::vector<RoundSummaryRow>> rounds(const CheckName& check, WallTime from,
                                              WallTime until);  // oldest first, until exclusive
  Result<std::optional<std::string>> meta(const std::string& name);
  // Those whose names begin so, by the rest of their names.
  Result<std::map<std::string, std::string>> metas(const std::string& prefix);

  // store_people.cpp
  Result<std::vector<DeploymentRow>> deployments(const DeploymentFilter& filter);  // newest first
  Result<std::vector<DeploymentRow>> deployments_of(const IncidentId& incident);   // oldest first
  Result<std::vector<DeploymentOutcome>> deployment_outcomes(WallTime from, WallTime until);
  // Of incidents that opened in [from, until), were paged, and are of a service or an owner.
  Result<std::vector<IncidentTimes>> incident_times(WallTime from, WallTime until);
  Result<std::vector<ActionItemRow>> action_items(const ActionItemFilter& filter);  // by due
  Result<std::optional<ActionItemRow>> action_item(const std::string& id);

  // Removes what is older than its retention. Event batches only when they are folded into the
  // checkpoint; evidence of incidents and of last good runs stays. Bounded by the options.
  Result<PruneReport> prune(WallTime now, const RetentionOptions& options);

  // A copy beside running commits: call step() between them until it says true.
  // conflict: `path` exists already.
  Result<std::unique_ptr<BackupJob>> start_backup(const std::string& path);
  Status backup(const std::string& path);  // the same in one call

 private:
  explicit Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  Status write(const WriteSet& set);
  Status write_evidence(const std::vector<EvidenceRow>& rows);
  Status write_timeline(const std::vector<TimelineRow>& rows);
  Status write_meta(const WriteSet& set);

  std::unique_ptr<Database> database_;
};

}  // namespace picket::controller
