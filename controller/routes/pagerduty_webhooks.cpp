#include "controller/routes/pagerduty_webhooks.h"

#include <utility>

#include "common/async/with_deadline.h"
#include "common/core/log.h"
#include "controller/routes/answers.h"

namespace picket::controller {
namespace {

constexpr std::size_t kBodyBytes = 256 * 1024;
constexpr std::size_t kSeenMax = 5000;
constexpr Millis kSettleMax{3'000};  // of the 5 s that PagerDuty waits
constexpr std::string_view kLogPrefix = "webhook:";

ServerResponse taken(const char* what) {
  return json(std::string{R"({"status": ")"} + what + "\"}\n", 202);
}

std::string name_of(const PagerDutyEvent& event) {
  return event.by.empty() ? "PagerDuty" : event.by + " (PagerDuty)";
}

}  // namespace

// An event from its arrival until it was told; forgotten when that comes to nothing.
class PagerDutyWebhooks::Handling {
 public:
  Handling(PagerDutyWebhooks& desk, std::string id) : desk_(desk), id_(std::move(id)) {
    desk_.untold_.insert(id_);
  }
  ~Handling() {
    if (desk_.untold_.count(id_) != 0) desk_.forget(id_);
  }
  Handling(const Handling&) = delete;
  Handling& operator=(const Handling&) = delete;

  void told() {
    desk_.untold_.erase(id_);
    desk_.unsettled_.insert(id_);
  }

 private:
  PagerDutyWebhooks& desk_;
  std::string id_;
};

void PagerDutyWebhooks::restore(const std::vector<DeliveryLogRow>& received) {
  for (auto row = received.rbegin(); row != received.rend(); ++row)
    if (row->id.starts_with(kLogPrefix)) remember(row->id.substr(kLogPrefix.size()));
}

// False: it was seen before.
bool PagerDutyWebhooks::remember(const std::string& id) {
  if (!seen_.insert(id).second) return false;
  order_.push_back(id);
  if (order_.size() > kSeenMax) {
    const std::string oldest = order_.front();
    forget(oldest);
  }
  return true;
}

void PagerDutyWebhooks::forget(const std::string& id) {
  seen_.erase(id);
  untold_.erase(id);
  unsettled_.erase(id);
  std::erase(order_, id);
}

async::Task<ServerResponse> PagerDutyWebhooks::take(ServerRequest request) {
  std::vector<std::string> secrets = secrets_;
  if (secrets_of_gone)
    for (std::string& secret : secrets_of_gone()) secrets.push_back(std::move(secret));
  if (secrets.empty())
    co_return problem(ErrorCode::not_found, "no receiver takes webhooks of PagerDuty",
                      "give a pagerduty receiver a webhook_secret_file");
  if (request.body.size() > kBodyBytes) {
    ServerResponse large = problem(ErrorCode::invalid_argument, "a webhook has at most 256 KiB");
    large.status = 413;
    co_return large;
  }
  const std::string header = request.header("x-pagerduty-signature").value_or("");
  if (!is_signed_by(header, request.body, secrets)) {
    ++counters_.refused;
    co_return problem(ErrorCode::unauthorized, "no signature of this webhook holds",
                      "is the subscription's secret in webhook_secret_file?");
  }
  ++counters_.received;
  auto event = parse_pagerduty_event(request.body);
  if (!event) {
    ++counters_.ignored;
    log::error("a signed webhook of PagerDuty is not understood", event.error());
    co_return taken("ignored");
  }
  if (!remember(event->id)) {
    ++counters_.duplicates;
    if (untold_.count(event->id) != 0)
      co_return problem(ErrorCode::overloaded, "the event is being looked up",
                        "PagerDuty sends it again");
    if (unsettled_.count(event->id) == 0) co_return taken("known");
    async::Task<ServerResponse> again = answer_when_durable(event->id, "known");
    co_return co_await std::move(again);
  }
  async::Task<ServerResponse> handled = handle(std::move(*event));
  co_return co_await std::move(handled);
}

async::Task<ServerResponse> PagerDutyWebhooks::handle(PagerDutyEvent event) {
  Handling handling(*this, event.id);
  const auto read = [this, &event] { return find(ports_.store, event); };
  const auto named = co_await async::offload(ports_.pool, read);
  if (!named)
    co_return problem(ErrorCode::overloaded, "the store cannot be asked: " + named.error().message,
                      "PagerDuty sends it again");
  const Status told = tell(event, *named);
  if (!told) ++counters_.ignored;
  if (on_received) on_received(log_row(event, *named));
  handling.told();
  async::Task<ServerResponse> answer = answer_when_durable(event.id, told ? "taken" : "ignored");
  co_return co_await std::move(answer);
}

// What was told is told once. PagerDuty sends it again until that is durable, so that a crash
// before loses nothing.
async::Task<ServerResponse> PagerDutyWebhooks::answer_when_durable(std::string id,
                                                                   const char* what) {
  if (!settle) co_return taken(what);
  async::Task<Status> durable = settle();
  const Deadline deadline = Deadline::after(ports_.clock.now(), kSettleMax);
  const auto done = co_await async::with_deadline(ports_.clock, deadline, std::move(durable));
  if (!done || !*done)
    co_return problem(ErrorCode::overloaded, "the event cannot be stored at present",
                      "PagerDuty sends it again");
  unsettled_.erase(id);
  co_return taken(what);
}

Result<PagerDutyWebhooks::Named> PagerDutyWebhooks::find(Store& store,
                                                         const PagerDutyEvent& event) {
  Named named;
  named.own = event.key;
  if (named.own.empty()) {
    const auto key = store.key_of_provider_id(event.provider_id);
    if (!key) return fail(key.error());
    if (*key) named.own = **key;
  }
  if (named.own.empty()) return named;
  const auto rows = store.outbox_of_key(named.own);
  if (!rows) return fail(rows.error());
  if (rows->empty()) return named;
  const OutboxRow& row = rows->front();
  named.page = row.key;
  named.incident = row.incident;
  named.receiver = row.receiver;
  if (row.fallback_of.empty()) return named;
  OutboxFilter filter;
  filter.id = row.fallback_of;
  const auto first = store.outbox_search(filter);
  if (!first) return fail(first.error());
  if (!first->empty()) named.page = first->front().key;
  return named;
}

Status PagerDutyWebhooks::tell(const PagerDutyEvent& event, const Named& named) const {
  const Error unknown{ErrorCode::not_found, "no page of ours", {}};
  if (named.page.empty()) return fail(unknown);
  const std::string by = name_of(event);
  const DedupKey& page = named.page;
  const bool person = event.by_person;
  if (event.type == "incident.acknowledged" && person && on_acknowledged)
    return on_acknowledged(page, by);
  if (event.type == "incident.resolved" && person && on_resolved) return on_resolved(page, by);
  if (event.type == "incident.resolved" && !person && on_closed) return on_closed(page, by);
  if (event.type == "incident.annotated" && on_noted) return on_noted(page, by, event.text);
  if (event.type == "incident.unacknowledged" && on_noted)
    return on_noted(page, by, "no longer acknowledged in PagerDuty");
  if (event.type == "incident.reopened" && on_noted)
    return on_noted(page, by, "reopened in PagerDuty");
  // Of a fallback's incident too: the key is the one that PagerDuty has.
  if (event.type == "incident.triggered" && on_triggered)
    return on_triggered(named.own, event.provider_id);
  return fail(Error{ErrorCode::not_found, "nothing to do", {}});
}

DeliveryLogRow PagerDutyWebhooks::log_row(const PagerDutyEvent& event, const Named& named) const {
  DeliveryLogRow row;
  row.id = std::string{kLogPrefix} + event.id;
  row.at = ports_.clock.wall_now();
  row.incident = named.incident;
  row.receiver = named.receiver;
  row.action = event.type;
  row.outcome = "received";
  row.provider_id = event.provider_id;
  row.key = named.own;
  return row;
}

}  // namespace picket::controller
