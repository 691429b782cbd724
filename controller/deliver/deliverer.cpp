#include "controller/deliver/deliverer.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/async/with_deadline.h"
#include "common/core/log.h"
#include "controller/deliver/dead_man_beat.h"

namespace picket::controller {
namespace {

constexpr Millis kWakeMax = Seconds{10};
constexpr Millis kWakeMin{50};
constexpr std::uint32_t kAttemptsLogged = 100;  // of a row; later only every 60th
constexpr std::size_t kLogWaitingMax = 10'000;  // while commits fail

std::string timeline_kind(DeliveryReport::Kind kind) {
  switch (kind) {
    case DeliveryReport::Kind::accepted: return "page_accepted";
    case DeliveryReport::Kind::fallback: return "page_fallback";
    case DeliveryReport::Kind::dead: return "page_dead";
    case DeliveryReport::Kind::confirmed: return "page_confirmed";
    case DeliveryReport::Kind::unconfirmed: return "page_unconfirmed";
    case DeliveryReport::Kind::suspect:
    case DeliveryReport::Kind::rejected:
    case DeliveryReport::Kind::misconfigured:
    case DeliveryReport::Kind::other_credential: return "page_problem";
  }
  return "page_problem";
}

std::string describe(const DeliveryReport& report) {
  const OutboxRow& row = report.row;
  const std::string what = fmt::format("{} to {}", to_string(row.action), row.receiver);
  switch (report.kind) {
    case DeliveryReport::Kind::accepted:
      return fmt::format("{} accepted, attempt {}", what, row.attempts);
    case DeliveryReport::Kind::fallback: return fmt::format("{} as fallback", what);
    case DeliveryReport::Kind::dead: return fmt::format("{} given up: {}", what, row.last_error);
    case DeliveryReport::Kind::suspect:
    case DeliveryReport::Kind::rejected:
    case DeliveryReport::Kind::misconfigured:
      return fmt::format("{} {}: {}", what, to_string(report.kind), row.last_error);
    case DeliveryReport::Kind::confirmed:
      return fmt::format("{} confirmed: {}", what,
                         report.detail.empty() ? "nothing is open there" : report.detail);
    case DeliveryReport::Kind::unconfirmed: return fmt::format("{} {}", what, row.last_error);
    case DeliveryReport::Kind::other_credential:
      return fmt::format("{} goes by another key than the trigger: the old one is not known", what);
  }
  return what;
}

async::Task<bool> notified(async::Notice& notice) {
  co_await notice.wait();
  co_return true;
}

SendResult unknown_receiver(const std::string& name) {
  SendResult result;
  result.kind = SendClass::misconfigured;
  result.error = fmt::format("receiver {} is not in the configuration", name);
  return result;
}

}  // namespace

Deliverer::Deliverer(Ports ports, DelivererOptions options, Random random,
                     std::vector<Receiver> receivers)
    : ports_(std::move(ports)),
      options_(options),
      machine_(options.outbox, directory_, random),
      feed_({ports_.clock, ports_.http}, directory_),
      confirmer_({ports_.executor, ports_.clock, ports_.http}, directory_),
      sender_({ports_.clock, ports_.http, ports_.mail}, feed_),
      work_(ports_.executor),
      unsaved_rows_(ports_.executor),
      progress_(ports_.executor),
      tasks_(ports_.executor) {
  directory_.set(std::move(receivers));
  connect_confirmer();
}

void Deliverer::connect_confirmer() {
  confirmer_.on_confirmed = [this](OutboxRow row, const std::string& shown) {
    OutboxStep step;
    step.changed = {row};
    step.reports.push_back({DeliveryReport::Kind::confirmed, std::move(row), shown});
    take(std::move(step));
  };
  confirmer_.on_unconfirmed = [this](OutboxRow row) {
    take(machine_.hand_over_unconfirmed(std::move(row), ports_.clock.wall_now()));
    work_.notify_all();
  };
}

void Deliverer::restore(std::vector<OutboxRow> rows) {
  for (const OutboxRow& row : rows) feed_.learn(row);
  for (const OutboxRow& row : rows) confirmer_.offer(row);
  take(machine_.restore(std::move(rows), ports_.clock.wall_now()));
}

void Deliverer::add(const std::vector<OutboxRow>& rows) {
  for (const OutboxRow& row : rows) feed_.learn(row);
  take(machine_.add(rows, ports_.clock.wall_now()));
  work_.notify_all();
}

void Deliverer::set_receivers(std::vector<Receiver> receivers) {
  directory_.set(std::move(receivers));
  machine_.retry_all(ports_.clock.wall_now());
  work_.notify_all();
}

void Deliverer::clock_stepped(Millis by) {
  machine_.clock_stepped(by);
  confirmer_.clock_stepped(by);
  work_.notify_all();
}

std::map<std::string, std::size_t> Deliverer::owed_to_gone() const {
  std::map<std::string, std::size_t> rows;
  for (const OutboxRow* row : machine_.owed())
    if (directory_.find(row->receiver) == nullptr) ++rows[row->receiver];
  return rows;
}

void Deliverer::take(OutboxStep step) {
  for (OutboxRow& row : step.changed) {
    feed_.learn(row);
    confirmer_.offer(row);
    const std::string id = row.id;
    unsaved_[id] = std::move(row);
  }
  for (const DeliveryReport& report : step.reports) note(report);
  if (step.changed.empty() && step.reports.empty()) return;
  ++version_;
  unsaved_rows_.notify_all();
}

void Deliverer::note(const DeliveryReport& report) {
  const OutboxRow& row = report.row;
  if (is_beat(row)) {  // it belongs to no incident and is no page
    if (ports_.report) ports_.report(report);
    return;
  }
  const WallTime now = ports_.clock.wall_now();
  switch (report.kind) {
    case DeliveryReport::Kind::accepted:
      ++counters_.accepted;
      counters_.latency_ms_sum +=
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, (now - row.due).count()));
      break;
    case DeliveryReport::Kind::fallback: ++counters_.fallback; break;
    case DeliveryReport::Kind::suspect: ++counters_.suspect; break;
    case DeliveryReport::Kind::rejected: ++counters_.rejected; break;
    case DeliveryReport::Kind::misconfigured: ++counters_.misconfigured; break;
    case DeliveryReport::Kind::dead: ++counters_.dead; break;
    case DeliveryReport::Kind::other_credential:
    case DeliveryReport::Kind::confirmed:
    case DeliveryReport::Kind::unconfirmed: break;
  }
  const bool of_incident = !is_test(row) && row.action != OutboxAction::change;
  if (of_incident)
    unsaved_timeline_.push_back({row.incident, now, timeline_kind(report.kind), describe(report)});
  if (ports_.report) ports_.report(report);
}

async::Task<void> Deliverer::run() {
  tasks_.spawn("outbox commits", commit_loop());
  tasks_.spawn("alertmanager", feed_.run());
  tasks_.spawn("confirmations", confirmer_.run());
  while (!stopping_) {
    const WallTime now = ports_.clock.wall_now();
    take(machine_.advance(now));
    OutboxStep step;
    std::vector<OutboxRow> sends = machine_.start(now, step);
    take(std::move(step));
    for (OutboxRow& row : sends) tasks_.spawn("page", send(std::move(row), version_));
    co_await wait_for_work();
  }
}

async::Task<void> Deliverer::wait_for_work() {
  const WallTime now = ports_.clock.wall_now();
  const WallTime latest = now + kWakeMax;
  const WallTime due = machine_.next_due(now).value_or(latest);
  const Millis span = std::clamp(due - now, kWakeMin, kWakeMax);
  const Deadline deadline = Deadline::after(ports_.clock.now(), span);
  co_await wait(work_, deadline);
}

async::Task<bool> Deliverer::wait(async::Notice& notice, Deadline deadline) {
  async::Task<bool> waiting = notified(notice);
  const auto told = co_await async::with_deadline(ports_.clock, deadline, std::move(waiting));
  co_return told.has_value();
}

async::Task<void> Deliverer::commit_loop() {
  while (true) {
    while (!unsaved_.empty() || !unsaved_timeline_.empty() || !unsaved_log_.empty()) {
      const bool committed = co_await commit_once();
      progress_.notify_all();
      if (!committed) co_await ports_.clock.sleep_for(options_.commit_retry);
    }
    co_await unsaved_rows_.wait();
  }
}

async::Task<bool> Deliverer::commit_once() {
  const std::uint64_t version = version_;
  WriteSet set;
  for (const auto& [id, row] : unsaved_) set.outbox.push_back(row);
  set.timeline = unsaved_timeline_;
  set.delivery_log = unsaved_log_;
  std::map<std::string, OutboxRow> rows = std::move(unsaved_);
  const std::size_t entries = unsaved_timeline_.size();
  const std::size_t attempts = unsaved_log_.size();
  unsaved_.clear();
  committing_ = true;
  const Status status = co_await ports_.commit(std::move(set));
  committing_ = false;
  if (status) {
    unsaved_timeline_.erase(unsaved_timeline_.begin(),
                            unsaved_timeline_.begin() + static_cast<std::ptrdiff_t>(entries));
    unsaved_log_.erase(unsaved_log_.begin(),
                       unsaved_log_.begin() + static_cast<std::ptrdiff_t>(attempts));
    committed_ = version;
    co_return true;
  }
  unsaved_.merge(rows);  // what changed meanwhile is newer and stays
  // Once a minute at the default pace.
  if (counters_.commit_failures++ % 60 == 0) log::error("outbox commit failed", status.error());
  co_return false;
}

async::Task<void> Deliverer::wait_committed(std::uint64_t version) {
  const Deadline deadline = Deadline::after(ports_.clock.now(), options_.send_without_commit_after);
  while (committed_ < version && !deadline.passed(ports_.clock.now()))
    co_await wait(progress_, deadline);
  if (committed_ < version) ++counters_.sent_uncommitted;
}

async::Task<void> Deliverer::send(OutboxRow row, std::uint64_t version) {
  co_await wait_committed(version);
  if (!is_beat(row)) ++counters_.sent;
  if (!is_beat(row) && row.attempts > 1) ++counters_.retried;
  const OutboxRow sent = row;
  const MonoTime began = ports_.clock.now();
  const SendResult result = co_await attempt(std::move(row));
  const auto took = std::chrono::duration_cast<Millis>(ports_.clock.now() - began);
  if (!is_beat(sent)) note_attempt(sent, result, took);
  take(machine_.finish(sent.id, result, ports_.clock.wall_now()));
  work_.notify_all();
  progress_.notify_all();
}

void Deliverer::note_attempt(const OutboxRow& row, const SendResult& result, Millis latency) {
  const bool repeats = row.attempts > kAttemptsLogged && row.attempts % 60 != 0;
  if (unsaved_log_.size() >= kLogWaitingMax || (repeats && result.kind != SendClass::accepted))
    return;
  DeliveryLogRow entry;
  entry.id = fmt::format("{}:{}:{}", row.id, row.attempts, row.fences_left);
  entry.at = ports_.clock.wall_now() - latency;
  entry.outbox = row.id;
  entry.incident = row.incident;
  entry.receiver = row.receiver;
  entry.action = to_string(row.action);
  entry.attempt = row.attempts;
  entry.outcome = to_string(result.kind);
  entry.http_status = result.http_status;
  entry.latency = latency;
  entry.provider_id = result.provider_id;
  entry.key = row.key;
  entry.error = result.error;
  unsaved_log_.push_back(std::move(entry));
  unsaved_rows_.notify_all();
}

async::Task<SendResult> Deliverer::attempt(OutboxRow row) {
  const auto route = parse_route(row.route_json);
  const auto receiver = route ? directory_.settings(*route) : std::nullopt;
  if (!receiver) co_return unknown_receiver(row.receiver);
  async::Task<SendResult> sent = sender_.send(std::move(row), *receiver);
  co_return co_await std::move(sent);
}

async::Task<void> Deliverer::drain(Deadline deadline) {
  stopping_ = true;
  work_.notify_all();
  while (!idle() && !deadline.passed(ports_.clock.now())) co_await wait(progress_, deadline);
  tasks_.cancel_all();
  co_await tasks_.join();
}

}  // namespace picket::controller
