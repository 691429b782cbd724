#include "controller/turn/turn.h"

#include <algorithm>
#include <utility>

#include "common/async/with_deadline.h"
#include "common/core/log.h"
#include "common/core/text.h"
#include "common/wire/wire.h"
#include "controller/evaluate/event_codec.h"
#include "controller/incident/silence_row.h"
#include "controller/ingest/duration_scale.h"
#include "controller/store/compression.h"
#include "controller/turn/turn_keys.h"

namespace picket::controller {
namespace {

constexpr Millis kCommitRetry{500};
constexpr Millis kLongestNap{60'000};

// The log needs no evidence: failed and last good runs keep theirs in rows of their own.
Event without_evidence(Event event) {
  auto* received = std::get_if<RunReceived>(&event.what);
  if (received == nullptr) return event;
  for (Attempt& attempt : received->run.attempts)
    for (StepResult& step : attempt.steps)
      for (RequestResult& request : step.requests) request.evidence.reset();
  return event;
}

}  // namespace

Turn::Turn(Ports ports, IncidentBook book, TurnOptions options)
    : ports_(std::move(ports)),
      options_(options),
      book_(std::move(book)),
      dirty_(ports_.executor),
      commit_done_(ports_.executor),
      due_changed_(ports_.executor) {}

WallTime Turn::now() const { return time_at(ports_.clock.wall_now()); }

WallTime Turn::time_at(WallTime wall) const {
  const Nanos passed = (ports_.clock.now() - anchored_at_) / 10 * 9;
  return std::max({last_at_, wall, anchor_ + std::chrono::floor<Millis>(passed)});
}

void Turn::drop_anchor() {
  anchor_ = last_at_;
  anchored_at_ = ports_.clock.now();
}

Millis Turn::jump_of(Millis step) const { return now() - time_at(ports_.clock.wall_now() - step); }

WriteSet& Turn::staged() {
  touch();
  return pending_.rows;
}

void Turn::touch() {
  ++touched_;
  dirty_.notify_all();
}

bool is_kept_as_good(const RunResult& run) {
  if (run.verdict != RunVerdict::pass) return false;
  for (const Attempt& attempt : run.attempts)
    for (const StepResult& step : attempt.steps)
      for (const RequestResult& request : step.requests)
        if (request.evidence) return true;
  return false;
}

RunReceived Turn::receive(RunResult run, std::string agent) const {
  RunReceived received;
  const RunKey& key = run.key;
  received.agent = std::move(agent);
  received.late = evaluator_.is_closed(key.check, key.round, now());
  const auto interval = interval_of(key, received.late);
  if (key.kind == RunKind::scheduled && interval)
    received.superseded = is_ran(ledger_.state({key.check, key.region, key.round}, *interval));
  received.run = std::move(run);
  return received;
}

std::optional<Millis> Turn::interval_of(const RunKey& key, bool late) const {
  const auto in_force = intervals_.find(key.check);
  if (in_force == intervals_.end()) return std::nullopt;
  return ledger_.interval_of({key.check, key.region, key.round}, in_force->second, late);
}

bool Turn::is_ahead(const RunKey& key, WallTime at) const {
  const auto in_force = intervals_.find(key.check);
  return key.kind == RunKind::scheduled && in_force != intervals_.end() &&
         key.round > at + in_force->second;
}

std::size_t Turn::events_waiting() const {
  return static_cast<std::size_t>(pending_.events.events_size());
}

bool Turn::overloaded() const { return events_waiting() > options_.events_waiting_max; }

void Turn::tell(const FleetTransition& transition) {
  take_rows(book_.apply(transition));
  touch();
  due_changed_.notify_all();
}

void Turn::record(decltype(Event::what) what) {
  const WallTime wall = ports_.clock.wall_now();
  Event event{++last_seq_, time_at(wall), std::move(what)};
  last_at_ = event.at;
  if (event.at == wall) drop_anchor();
  log_event(event);
  fold(event);
  touch();
  due_changed_.notify_all();
}

void Turn::log_event(const Event& event) {
  if (pending_.events.events_size() == 0) pending_.first_at = event.at;
  *pending_.events.add_events() = encode(without_evidence(event));
}

void Turn::fold(const Event& event) {
  if (const auto* received = std::get_if<RunReceived>(&event.what)) take_run(*received, event.at);
  take_suppressions(event);
  if (on_event) on_event(event);
  absorb(evaluator_.apply(event));
  // Rounds that a definition closes are slots of the interval before.
  if (const auto* defined = std::get_if<CheckDefined>(&event.what))
    intervals_[defined->check.name] = defined->check.interval;
  absorb(fleet_.apply(event));
  // Else the next start would find the deleted check in its last checkpoint.
  const auto* removed = std::get_if<CheckRemoved>(&event.what);
  if (removed != nullptr) book_.forget(removed->check);
  if (removed != nullptr && !replaying_)
    pending_.rows.checkpoints.push_back({kCheckPrefix + removed->check.value, {}});
}

// What keeps pages back, before anything that follows from the event is told.
void Turn::take_suppressions(const Event& event) {
  if (const auto* defined = std::get_if<CheckDefined>(&event.what))
    book_.define(std::make_shared<const Check>(defined->check), event.at);
  if (const auto* set = std::get_if<SilenceSet>(&event.what)) book_.set_silence(set->silence);
  if (const auto* ended = std::get_if<SilenceEnded>(&event.what))
    book_.end_silence(ended->id, event.at);
}

void Turn::absorb(const Effects& effects) {
  take_rounds(effects.rounds);
  if (replaying_) return;  // its rows were committed with the events
  for (const AlertTransition& transition : effects.transitions) take_rows(book_.apply(transition));
  Outbound& out = pending_.out;
  out.orders.insert(out.orders.end(), effects.orders.begin(), effects.orders.end());
  out.budgets.insert(out.budgets.end(), effects.budgets.begin(), effects.budgets.end());
  out.evidence_wanted.insert(out.evidence_wanted.end(), effects.evidence_wanted.begin(),
                             effects.evidence_wanted.end());
}

void Turn::absorb(const FleetEffects& effects) {
  if (replaying_) return;
  for (const FleetTransition& transition : effects.transitions) take_rows(book_.apply(transition));
  for (const RegionSight& sight : effects.sights) record(sight);
  for (const AgentSightChanged& sight : effects.agent_sights) record(sight);
}

void Turn::take_rows(BookRows rows) {
  receivers_missing_ += rows.receivers_missing;
  WriteSet& set = pending_.rows;
  const auto append = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  pending_.out.outbox.insert(pending_.out.outbox.end(), rows.outbox.begin(), rows.outbox.end());
  append(set.incidents, rows.incidents);
  append(set.timeline, rows.timeline);
  append(set.outbox, rows.outbox);
  append(set.deployments, rows.deployments);
  append(set.incident_deployments, rows.incident_deployments);
  append(set.action_items, rows.action_items);
}

void Turn::decide_slot(const SlotId& slot, Millis interval, const SlotOutcome& outcome,
                       std::uint8_t duration) {
  if (Ledger::day_of(slot.round) >= Ledger::day_of(now()) - kLedgerDays)
    ledger_.decide(slot, interval, ledger_code_of(outcome), duration);
}

void Turn::take_rounds(const std::vector<RoundSummary>& rounds) {
  for (const RoundSummary& round : rounds)
    if (const auto interval = intervals_.find(round.check); interval != intervals_.end())
      for (const SlotOutcome& slot : round.slots)
        decide_slot({round.check, slot.region, round.round}, interval->second, slot);
}

// A slot is decided by its first run, also a late one; failed runs and good ones with evidence
// are kept whole.
void Turn::take_run(const RunReceived& received, WallTime at) {
  const RunResult& run = received.run;
  const auto interval = interval_of(run.key, received.late);
  const bool has_slot = run.key.kind == RunKind::scheduled && !is_ahead(run.key, at);
  if (!received.superseded && has_slot && interval) {
    SlotOutcome outcome;
    outcome.region = run.key.region;
    outcome.end = SlotEnd::ran;
    outcome.verdict = run.verdict;
    decide_slot({run.key.check, run.key.region, run.key.round}, *interval, outcome,
                duration_code(run.duration));
  }
  const bool good = is_kept_as_good(run);
  if (replaying_ || (run.verdict != RunVerdict::fail && !good)) return;
  EvidenceRow row;
  row.check = run.key.check;
  row.region = run.key.region;
  row.round = run.key.round;
  row.kind = to_string(run.key.kind);
  row.ordinal = run.key.ordinal;
  row.verdict = to_string(run.verdict);
  row.last_good = good;
  row.started = run.started;
  row.blob = compress(wire::serialize(wire::encode(run)));
  pending_.rows.evidence.push_back(std::move(row));
}

void Turn::checkpoint() {
  WriteSet& set = staged();
  for (const CheckName& name : evaluator_.checks())
    set.checkpoints.push_back({kCheckPrefix + name.value, evaluator_.snapshot(name)});
  set.checkpoints.push_back({kRegionsKey, evaluator_.snapshot_regions()});
  set.checkpoints.push_back({kFleetKey, fleet_.snapshot()});
  pending_.ledger.add(ledger_.take_changed());
  ledger_.forget_before(Ledger::day_of(now()) - kLedgerDays);
  set.checkpoint_seq = last_seq_;
  next_checkpoint_ = now() + options_.checkpoint_every;
}

Turn::Batch Turn::take_batch() {
  if (now() >= next_checkpoint_) checkpoint();
  Batch batch = std::exchange(pending_, Batch{});
  batch.upto = touched_;
  return batch;
}

async::Task<void> Turn::commit(Batch batch) {
  const auto write = [this, &batch]() -> Status {
    if (batch.events.events_size() != 0 && batch.rows.events.empty()) {
      const auto& events = batch.events.events();
      EventBatchRow row{events[0].seq(), events[events.size() - 1].seq(), batch.first_at,
                        WallTime::from_unix_ms(events[events.size() - 1].at_unix_ms()),
                        compress(wire::serialize(batch.events))};
      batch.rows.events.push_back(std::move(row));
    }
    if (batch.rows.ledger.empty()) {
      auto days = batch.ledger.rows(ports_.store);
      if (!days) return fail(std::move(days.error()));
      batch.rows.ledger = std::move(*days);
    }
    return ports_.store.commit(batch.rows);
  };
  while (!batch.empty()) {
    const Status status = co_await async::offload(ports_.pool, write);
    if (status) break;
    if (!trouble_ || trouble_->code != status.error().code)
      log::error("commit failed, trying on", status.error());
    trouble_ = status.error();
    co_await ports_.clock.sleep_for(kCommitRetry);
  }
  trouble_.reset();
  committed_ = batch.upto;
  commit_done_.notify_all();
  if (on_committed) on_committed(batch.out);
}

async::Task<void> Turn::commit_loop() {
  while (true) {
    while (committed_ == touched_) co_await dirty_.wait();
    Batch batch = take_batch();
    co_await commit(std::move(batch));
  }
}

async::Task<bool> Turn::durable() {
  const std::uint64_t wanted = touched_;
  while (committed_ < wanted) co_await commit_done_.wait();
  co_return true;
}

async::Task<Status> Turn::commit_rows(WriteSet rows) {
  WriteSet& set = staged();
  set.outbox.insert(set.outbox.end(), rows.outbox.begin(), rows.outbox.end());
  set.timeline.insert(set.timeline.end(), rows.timeline.begin(), rows.timeline.end());
  set.incidents.insert(set.incidents.end(), rows.incidents.begin(), rows.incidents.end());
  set.delivery_log.insert(set.delivery_log.end(), rows.delivery_log.begin(),
                          rows.delivery_log.end());
  set.meta.insert(set.meta.end(), rows.meta.begin(), rows.meta.end());
  co_await durable();
  co_return Status{};
}

void Turn::owe(std::vector<OutboxRow> rows) {
  BookRows owed;
  owed.outbox = std::move(rows);
  take_rows(std::move(owed));
  touch();
}

// Does everything due and says when there is more.
std::optional<WallTime> Turn::advance() {
  const Effects effects = evaluator_.advance(now());
  for (const auto& [at, check] : effects.time_passed) {
    const Event event{++last_seq_, at, TimePassed{check}};
    last_at_ = std::max(last_at_, at);
    log_event(event);
  }
  absorb(effects);
  absorb(fleet_.advance(now()));
  take_rows(book_.advance(now()));
  if (!effects.empty() || !pending_.empty()) touch();
  auto due = evaluator_.next_due();
  for (const auto& other : {fleet_.next_due(), book_.next_due()})
    if (other && (!due || *other < *due)) due = other;
  return due;
}

async::Task<void> Turn::timer_loop() {
  while (true) {
    const auto due = advance();
    const Millis nap = due ? std::clamp(*due - now(), Millis{1}, kLongestNap) : kLongestNap;
    async::Task<bool> waiting = due_changed();
    co_await async::with_deadline(ports_.clock, Deadline::after(ports_.clock.now(), nap),
                                  std::move(waiting));
  }
}

async::Task<bool> Turn::due_changed() {
  co_await due_changed_.wait();
  co_return true;
}

Status Turn::acknowledge(const IncidentId& incident, const std::string& by) {
  return acknowledge(incident, by, {});
}

Status Turn::acknowledge(const IncidentId& incident, const std::string& by,
                         const DedupKey& outside) {
  auto rows = book_.acknowledge(incident, by, now(), outside);
  if (!rows) return fail(std::move(rows.error()));
  CheckName check;
  if (!rows->incidents.empty()) check = rows->incidents.front().check;
  take_rows(std::move(*rows));
  record(IncidentAcknowledged{incident, check, by});
  return {};
}

void Turn::set_silence(const Silence& silence) {
  staged().silences.push_back(row_of(silence));
  record(SilenceSet{silence});
}

Status Turn::end_silence(const std::string& id, const std::string& by) {
  const auto all = book_.silences(now());
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Silence& one) { return one.id == id; });
  if (found == all.end())
    return fail(ErrorCode::not_found, "no silence " + clean_line(id) + " holds now or later",
                "`picket silence list` lists them");
  SilenceRow row = row_of(*found);
  row.until = now();
  row.ended_by = by;
  staged().silences.push_back(std::move(row));
  record(SilenceEnded{id, by});
  return {};
}

}  // namespace picket::controller
