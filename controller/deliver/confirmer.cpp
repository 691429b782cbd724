#include "controller/deliver/confirmer.h"

#include <algorithm>
#include <utility>

#include "common/async/with_deadline.h"
#include "common/core/log.h"

namespace picket::controller {
namespace {

constexpr Millis kLookupMax = Seconds{12};
constexpr Millis kWakeMax = Seconds{30};
constexpr Millis kWakeMin{20};
constexpr Millis kOldest = hours{24};
constexpr std::size_t kPassiveMax = 1000;

async::Task<bool> notified(async::Notice& notice) {
  co_await notice.wait();
  co_return true;
}

}  // namespace

// PagerDuty is asked by the settings by which it took the row: with others it may know nothing.
std::optional<Receiver> Confirmer::taker_of(const OutboxRow& row) const {
  const auto route = parse_route(row.route_json);
  return route ? directory_.taker(*route) : std::nullopt;
}

void Confirmer::offer(const OutboxRow& row) {
  const WallTime now = ports_.clock.wall_now();
  const bool asked = row.action == OutboxAction::trigger || row.action == OutboxAction::resolve;
  if (row.state != OutboxState::accepted || !row.finished || !asked || is_unconfirmed(row)) return;
  const auto receiver = taker_of(row);
  if (!receiver || now - *row.finished > kOldest) return;
  if (receiver->rest_key.empty()) {
    if (receiver->webhook_secrets.empty() || row.action != OutboxAction::trigger) return;
    if (passive_.size() >= kPassiveMax) passive_.erase(passive_.begin());
    passive_[row.key.value] = row;
    return;
  }
  desk_.add(row, now);
  news_.notify_all();
}

void Confirmer::confirm(const DedupKey& key, const std::string& provider_id) {
  auto row = desk_.confirm(key, provider_id);
  if (!row) {
    const auto passive = passive_.find(key.value);
    if (passive == passive_.end()) return;
    row = std::move(passive->second);
    row->state = OutboxState::confirmed;
    row->provider_id = provider_id;
    passive_.erase(passive);
  }
  if (on_confirmed) on_confirmed(std::move(*row), provider_id);
}

void Confirmer::clock_stepped(Millis by) {
  desk_.clock_stepped(by);
  news_.notify_all();
}

async::Task<void> Confirmer::run() {
  while (true) {
    auto row = desk_.start(ports_.clock.wall_now());
    if (!row) {
      co_await wait();
      continue;
    }
    const std::string id = row->id;
    const OutboxRow asked = *row;
    async::Task<Lookup> looking = look_up(std::move(*row));
    const Lookup lookup = co_await std::move(looking);
    note(asked, lookup);
    auto outcome = desk_.finish(id, lookup, ports_.clock.wall_now());
    if (outcome.confirmed && on_confirmed)
      on_confirmed(std::move(*outcome.confirmed), outcome.shown);
    if (outcome.unconfirmed && on_unconfirmed) on_unconfirmed(std::move(*outcome.unconfirmed));
  }
}

async::Task<void> Confirmer::wait() {
  const WallTime now = ports_.clock.wall_now();
  const WallTime due = desk_.next_due().value_or(now + kWakeMax);
  const Millis span = std::clamp(due - now, kWakeMin, kWakeMax);
  async::Task<bool> waiting = notified(news_);
  const Deadline deadline = Deadline::after(ports_.clock.now(), span);
  co_await async::with_deadline(ports_.clock, deadline, std::move(waiting));
}

async::Task<Lookup> Confirmer::look_up(OutboxRow row) {
  Lookup failed;
  const auto receiver = taker_of(row);
  if (!receiver || receiver->rest_key.empty()) {
    failed.error = "the receiver has no REST key any more";
    co_return failed;
  }
  const Receiver settings = *receiver;
  http::Request request = make_lookup_request(row, settings);
  async::Task<Result<http::Exchange>> exchange = ports_.http.exchange(std::move(request));
  const Deadline deadline = Deadline::after(ports_.clock.now(), kLookupMax);
  const auto ended = co_await async::with_deadline(ports_.clock, deadline, std::move(exchange));
  if (!ended) failed.error = "no answer in time";
  if (ended && !*ended) failed.error = render((*ended).error());
  if (!ended || !*ended) co_return failed;
  co_return judge_lookup(**ended, row, settings);
}

// Once per receiver, until its key works again.
void Confirmer::note(const OutboxRow& row, const Lookup& lookup) {
  if (lookup.kind == Lookup::Kind::found || lookup.kind == Lookup::Kind::absent)
    refused_.erase(row.receiver);
  if (lookup.kind != Lookup::Kind::refused || !refused_.insert(row.receiver).second) return;
  log::write(log::Level::error, "PagerDuty's REST API refuses the key: pages are not confirmed",
             {{"receiver", row.receiver}, {"error", lookup.error}});
}

}  // namespace picket::controller
