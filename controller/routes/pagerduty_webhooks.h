// What PagerDuty tells us: its v3 webhooks, taken at POST /webhooks/pagerduty. The signature is the
// authentication. Each event is told once to the function that it concerns; what nobody knows is
// answered 2xx all the same, for PagerDuty would send it again for a day. One executor; owned by
// the controller.
#pragma once

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/async/offload.h"
#include "controller/deliver/pagerduty_webhook.h"
#include "controller/server/handler.h"
#include "controller/store/store.h"

namespace picket::controller {

struct WebhookCounters {
  std::uint64_t received{0};  // signed by a secret of ours
  std::uint64_t refused{0};   // not
  std::uint64_t duplicates{0};
  std::uint64_t ignored{0};  // of an unknown incident or type
};

class PagerDutyWebhooks {
 public:
  struct Ports {
    async::Clock& clock;
    async::BlockingPool& pool;  // the database's
    Store& store;
  };
  PagerDutyWebhooks(Ports ports, std::vector<std::string> secrets)
      : ports_(ports), secrets_(std::move(secrets)) {}

  void set_secrets(std::vector<std::string> secrets) { secrets_ = std::move(secrets); }

  // Events that were taken before a restart.
  void restore(const std::vector<DeliveryLogRow>& received);

  // 401 without a signature that holds, 404 without a secret, 413 beyond 256 KiB, 503 when the
  // store cannot be asked whose event it is, or is being asked for the same one, or what follows is
  // not durable within 3 s: PagerDuty sends it again, and it is told once. Else 2xx. All within 5
  // s.
  async::Task<ServerResponse> take(ServerRequest request);

  // The key is that of the page that the controller owes, also when a fallback's incident is
  // meant. An error (the incident is not open) is only counted.
  using ByPerson = std::function<Status(const DedupKey& key, const std::string& by)>;
  ByPerson on_acknowledged;
  ByPerson on_resolved;
  ByPerson on_closed;  // it was resolved there, but by no person
  std::function<Status(const DedupKey& key, const std::string& by, const std::string& text)>
      on_noted;
  std::function<Status(const DedupKey& key, const std::string& provider_id)> on_triggered;
  std::function<void(DeliveryLogRow row)> on_received;  // to be stored
  std::function<async::Task<Status>()> settle;          // until that is durable
  // Of receivers that are not configured any more, but have pages of open incidents. May be empty.
  std::function<std::vector<std::string>()> secrets_of_gone;

  const WebhookCounters& counters() const { return counters_; }

 private:
  struct Named {
    DedupKey own;   // as PagerDuty knows it; empty: nobody knows it
    DedupKey page;  // the page that it stands for
    IncidentId incident;
    std::string receiver;
  };
  static Result<Named> find(Store& store, const PagerDutyEvent& event);
  Status tell(const PagerDutyEvent& event, const Named& named) const;
  DeliveryLogRow log_row(const PagerDutyEvent& event, const Named& named) const;
  class Handling;
  bool remember(const std::string& id);
  void forget(const std::string& id);
  async::Task<ServerResponse> handle(PagerDutyEvent event);
  async::Task<ServerResponse> answer_when_durable(std::string id, const char* what);

  Ports ports_;
  std::vector<std::string> secrets_;
  WebhookCounters counters_;
  std::set<std::string> seen_;
  std::deque<std::string> order_;    // of seen_
  std::set<std::string> untold_;     // of seen_: whose event it is, is being asked
  std::set<std::string> unsettled_;  // of seen_: told, but not known to be durable
};

}  // namespace picket::controller
