// The controller's heart: inputs are folded through evaluator, fleet sight and incident book in
// one order; what follows from them is committed in one transaction; only then do effects leave
// (orders to agents, pages to the deliverer) and waiters hear of it. One executor, no locks;
// commits run on the blocking pool. Owns the pure state, not the store.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "common/async/notice.h"
#include "common/async/offload.h"
#include "common/core/result.h"
#include "controller/evaluate/evaluator.h"
#include "controller/evaluate/fleet_sight.h"
#include "controller/incident/incident_book.h"
#include "controller/ingest/ledger.h"
#include "controller/store/store.h"
#include "controller/turn/ledger_rows.h"
#include "picket/v1/event.pb.h"

namespace picket::controller {

// What leaves after a commit.
struct Outbound {
  std::vector<RunRequest> orders;
  std::vector<OutboxRow> outbox;
  std::vector<CheckName> evidence_wanted;
  std::vector<BudgetSpent> budgets;
};

// Passed and came with evidence: the store keeps it whole, as the last good one of its region.
bool is_kept_as_good(const RunResult& run);

struct TurnOptions {
  Millis checkpoint_every{minutes{5}};
  std::size_t events_waiting_max{200'000};  // beyond: overloaded()
};

class Turn {
 public:
  struct Ports {
    async::Executor executor;
    async::Clock& clock;  // disciplined
    async::BlockingPool& pool;
    Store& store;
  };
  Turn(Ports ports, IncidentBook book, TurnOptions options);

  // Loads checkpoints, replays the log behind them and records that the controller started.
  // Errors: as the store's; corrupt when the log does not decode. Call once, before anything.
  Status restore();

  // The incidents that a start finds, before restore().
  void restore_book(std::vector<IncidentRow> open, const std::vector<OutboxRow>& pages) {
    book_.restore(std::move(open), pages, now());
  }

  // Folds one event, received now, and everything that was due before it.
  void record(decltype(Event::what) what);

  // A run as it is to be recorded: late when its round is closed, superseded when its slot has
  // a run already.
  RunReceived receive(RunResult run, std::string agent) const;

  // A scheduled run of a round that nobody has begun yet: its agent went by a clock that was ahead,
  // and what it saw belongs to another slot.
  bool is_ahead(const RunKey& key) const { return is_ahead(key, now()); }

  // The rest of the transaction under way: cursors, agents, tokens, definitions.
  WriteSet& staged();

  // Returns true when everything recorded and staged so far is durable. Waits as long as that
  // takes: give it a deadline.
  async::Task<bool> durable();

  // Stages `rows` and returns when they are durable: for the deliverer. Waits as long as that takes
  // and never fails: who would stage them again would store them twice. Cancelled, they stay
  // staged.
  async::Task<Status> commit_rows(WriteSet rows);

  // Something of the controller itself, by the health watch: an incident of it, told with the next
  // commit.
  void tell(const FleetTransition& transition);
  // Messages of no incident (tests, beats): committed, then told to the deliverer.
  void owe(std::vector<OutboxRow> rows);

  // Too much waits for a commit: refuse intake.
  bool overloaded() const;
  std::size_t events_waiting() const;
  std::size_t events_waiting_max() const { return options_.events_waiting_max; }

  // Pages whose receiver is not configured, since start.
  int receivers_missing() const { return receivers_missing_; }

  // Why commits fail at present; nothing when they do not.
  const std::optional<Error>& trouble() const { return trouble_; }

  // Both run until cancelled.
  async::Task<void> commit_loop();
  async::Task<void> timer_loop();

  // Acknowledges an incident, by a person's name. not_found when none of that id is unresolved.
  Status acknowledge(const IncidentId& incident, const std::string& by);

  // What people do with incidents (turn_people.cpp); names and texts are cleaned and cut. Errors
  // are the book's, invalid_argument when a name or text is missing or too long.
  Status resolve(const IncidentId& incident, PersonalResolve word);
  // On the timeline of an incident that exists, resolved or not: the caller knows that.
  Status note(const IncidentId& incident, const std::string& by, const std::string& text);
  Status record_deployment(const DeploymentRow& deployment);
  Result<ActionItemRow> add_action_item(ActionItemDraft draft);
  Result<ActionItemRow> close_action_item(const ActionItemEnd& end);

  // What a person did at the receiver itself, known by the key of the page: nothing is sent there.
  // not_found: no page of an open incident has this key (any more); nothing follows.
  Status resolved_outside(const std::string& dedup_key, const std::string& by);
  Status acknowledged_outside(const std::string& dedup_key, const std::string& by);
  // It was closed there by no person: told again while it is open here. not_found as above.
  Status closed_outside(const std::string& dedup_key, const std::string& by);
  Status noted_outside(const std::string& dedup_key, const std::string& by,
                       const std::string& text);

  // Those that a start finds, before restore().
  void restore_people(const std::vector<DeploymentRow>& recent, std::vector<ActionItemRow> items);

  // Keeps pages of matching incidents back from now on; one of the same id is replaced. The row is
  // staged with it.
  void set_silence(const Silence& silence);
  // not_found: no such silence holds now or later.
  Status end_silence(const std::string& id, const std::string& by);
  // Those that a start finds, before restore().
  void restore_silences(const std::vector<SilenceRow>& rows);

  // Stages a checkpoint now, whatever the time: for a clean shutdown.
  void checkpoint();

  // Called after each commit that let something out.
  std::function<void(const Outbound&)> on_committed;

  // Called with each event that is folded, also when the log is replayed at a start.
  std::function<void(const Event&)> on_event;

  const Evaluator& evaluator() const { return evaluator_; }
  const FleetSight& fleet() const { return fleet_; }
  const IncidentBook& book() const { return book_; }
  // New settings of who is told; what follows from them is due at once.
  void set_routes(Routes routes, const AfterManualResolve& after);
  const Ledger& ledger() const { return ledger_; }
  std::uint64_t last_seq() const { return last_seq_; }
  // The clock's time, but it never falls within the log: where the clock stands behind, as after a
  // step back, time goes on from there, a tenth slower until the clock has caught up.
  WallTime now() const;
  // How far now() has jumped by a step of the clock that was just made.
  Millis jump_of(Millis step) const;

 private:
  struct Batch {
    WriteSet rows;
    v1::EventBatch events;
    ChangedDays ledger;
    WallTime first_at;
    Outbound out;
    std::uint64_t upto{0};  // everything touched up to here is in it
    bool empty() const { return rows.empty() && events.events_size() == 0; }
  };

  WallTime time_at(WallTime wall) const;
  void drop_anchor();
  Status restore_ledger();
  Status acknowledge(const IncidentId& incident, const std::string& by, const DedupKey& outside);
  Status replay(const EventBatchRow& row);
  void fold(const Event& event);
  void take_suppressions(const Event& event);
  void absorb(const Effects& effects);
  void absorb(const FleetEffects& effects);
  void take_rows(BookRows rows);
  void take_rounds(const std::vector<RoundSummary>& rounds);
  std::optional<Millis> interval_of(const RunKey& key, bool late) const;
  void decide_slot(const SlotId& slot, Millis interval, const SlotOutcome& outcome,
                   std::uint8_t duration = 0);
  bool is_ahead(const RunKey& key, WallTime at) const;
  void take_run(const RunReceived& received, WallTime at);
  void log_event(const Event& event);
  void touch();
  std::optional<WallTime> advance();
  async::Task<bool> due_changed();
  Batch take_batch();
  async::Task<void> commit(Batch batch);

  Ports ports_;
  TurnOptions options_;
  Evaluator evaluator_;
  FleetSight fleet_;
  IncidentBook book_;
  Ledger ledger_;
  std::map<CheckName, Millis> intervals_;  // of every check ever defined since start

  bool replaying_{false};
  std::uint64_t last_seq_{0};
  WallTime last_at_;
  WallTime next_checkpoint_;
  Batch pending_;
  std::uint64_t touched_{0};
  std::uint64_t committed_{0};
  int receivers_missing_{0};
  std::optional<Error> trouble_;
  async::Notice dirty_;
  async::Notice commit_done_;
  async::Notice due_changed_;
  WallTime anchor_;       // when the clock was last right, or the start's newest event
  MonoTime anchored_at_;  // the same moment
};

}  // namespace picket::controller
