#include "tests/oracle/bare_turn.h"

#include <algorithm>
#include <utility>

#include "tests/oracle/history_lines.h"

namespace picket::oracle {
namespace {

using namespace picket::controller;

constexpr int kDueAtOnce = 10;  // more of one moment would never end

}  // namespace

BareTurn::BareTurn(BookSettings settings, std::string_view story, WallTime start)
    : settings_(std::move(settings)),
      evaluator_(std::make_unique<Evaluator>()),
      book_(std::make_unique<IncidentBook>(settings_)),
      now_(start) {
  lines_ = header_line(settings_, story) + receivers_line(settings_.routes, start);
}

void BareTurn::due(WallTime at) {
  now_ = at;
  const Effects effects = evaluator_->advance(now_);
  for (const auto& [moved, check] : effects.time_passed)
    lines_ += event_line(Event{0, moved, TimePassed{check}});
  absorb(effects);
  take_rows(book_->advance(now_));
}

void BareTurn::pass_time(WallTime at) {
  for (int at_once = 0; at_once < kDueAtOnce;) {
    auto next = evaluator_->next_due();
    if (const auto other = book_->next_due(); other && (!next || *other < *next)) next = other;
    if (!next || *next > at) break;
    at_once = *next <= now_ ? at_once + 1 : 0;
    due(std::max(now_, *next));
  }
  due(at);
}

void BareTurn::record(decltype(Event::what) what) {
  const Event event{++seq_, now_, std::move(what)};
  const auto* received = std::get_if<RunReceived>(&event.what);
  const auto of_run = received != nullptr ? checks_.find(received->run.key.check) : checks_.end();
  lines_ += event_line(event, of_run != checks_.end() ? &of_run->second : nullptr);
  if (const auto* defined = std::get_if<CheckDefined>(&event.what)) {
    checks_[defined->check.name] = defined->check;
    book_->define(std::make_shared<const Check>(defined->check), event.at);
  }
  if (const auto* set = std::get_if<SilenceSet>(&event.what)) book_->set_silence(set->silence);
  if (const auto* ended = std::get_if<SilenceEnded>(&event.what))
    book_->end_silence(ended->id, event.at);
  absorb(evaluator_->apply(event));
  // Rounds that the definition has closed are slots of the interval before.
  if (const auto* defined = std::get_if<CheckDefined>(&event.what))
    intervals_[defined->check.name] = defined->check.interval;
  if (const auto* removed = std::get_if<CheckRemoved>(&event.what)) {
    book_->forget(removed->check);
    checks_.erase(removed->check);
  }
  due(now_);
}

void BareTurn::receive(RunResult run) {
  const RunKey key = run.key;
  RunReceived received;
  received.agent = "agent-1";  // the one of each region, of its attempts as well
  received.late = evaluator_->is_closed(key.check, key.round, now_);
  const SlotId slot{key.check, key.region, key.round};
  const auto in_force = intervals_.find(key.check);
  std::optional<Millis> interval;
  if (key.kind == RunKind::scheduled && in_force != intervals_.end())
    interval = ledger_.interval_of(slot, in_force->second, received.late);
  if (interval) received.superseded = is_ran(ledger_.state(slot, *interval));
  received.run = std::move(run);
  if (!received.superseded && interval) {
    SlotOutcome outcome{.region = key.region, .end = SlotEnd::ran};
    outcome.verdict = received.run.verdict;
    decide(slot, *interval, outcome);
  }
  record(std::move(received));
}

bool BareTurn::acknowledge(const IncidentId& incident) {
  const auto rows = book_->acknowledge(incident, "somebody", now_);
  if (!rows) return false;
  CheckName check;
  if (!rows->incidents.empty()) check = rows->incidents.front().check;
  const BookRows answer = *rows;
  lines_ += event_line(Event{++seq_, now_, IncidentAcknowledged{incident, check, "somebody"}});
  take_rows(answer);
  due(now_);
  return true;
}

void BareTurn::set_routes(Routes routes) {
  settings_.routes = std::move(routes);
  ++seq_;
  lines_ += receivers_line(settings_.routes, now_);
  book_->set_routes(settings_.routes);
  due(now_);
}

void BareTurn::restart(WallTime at) {
  lines_ += time_line(now_);  // so far everything was done
  auto evaluator = std::make_unique<Evaluator>();
  (void)evaluator->restore_regions(evaluator_->snapshot_regions());
  for (const CheckName& name : evaluator_->checks())
    (void)evaluator->restore(evaluator_->snapshot(name));
  auto book = std::make_unique<IncidentBook>(settings_);
  book->restore(book_->unresolved(), outbox_, at);
  for (const auto& [name, check] : checks_) book->define(std::make_shared<const Check>(check));
  for (Silence& silence : book_->silences(now_)) book->set_silence(std::move(silence));
  evaluator_ = std::move(evaluator);
  book_ = std::move(book);
  now_ = at;
  record(ControllerStarted{});
}

void BareTurn::finish() {
  lines_ += time_line(now_);
  for (const auto& [check, region, round, interval] : slots_)
    lines_ += answer_line(SlotId{check, region, round}, interval,
                          ledger_.state({check, region, round}, interval));
  for (const CheckName& name : evaluator_->checks())
    if (const auto view = evaluator_->view(name); view->slo)
      lines_ += budget_line(name, *view->slo);
  lines_ += unresolved_line(book_->unresolved());
}

std::vector<RunRequest> BareTurn::take_orders() { return std::exchange(orders_, {}); }

void BareTurn::absorb(const Effects& effects) {
  for (const RoundSummary& round : effects.rounds) {
    lines_ += answer_line(round);
    if (const auto interval = intervals_.find(round.check); interval != intervals_.end())
      for (const SlotOutcome& slot : round.slots)
        decide({round.check, slot.region, round.round}, interval->second, slot);
  }
  for (const VerdictChange& change : effects.verdicts) lines_ += answer_line(change);
  for (const AlertTransition& transition : effects.transitions) {
    lines_ += answer_line(transition);
    take_rows(book_->apply(transition));
  }
  for (const RunRequest& order : effects.orders) {
    lines_ += answer_line(order, now_);
    orders_.push_back(order);
  }
}

void BareTurn::take_rows(const BookRows& rows) {
  for (const OutboxRow& row : rows.outbox) {
    lines_ += answer_line(row);
    outbox_.push_back(row);
  }
}

void BareTurn::decide(const SlotId& slot, Millis interval, const SlotOutcome& outcome) {
  ledger_.decide(slot, interval, ledger_code_of(outcome));
  slots_.emplace(slot.check, slot.region, slot.round, interval);
}

}  // namespace picket::oracle
