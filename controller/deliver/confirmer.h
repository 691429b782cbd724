// Looks up at PagerDuty's REST API what its Events API has accepted, for receivers with a REST
// key: drives the confirmation desk with time and HTTP. Owned by the deliverer; one executor. It
// changes no row itself: it tells what it found.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/async/clock.h"
#include "common/async/notice.h"
#include "common/http/http_client.h"
#include "controller/deliver/confirmation_desk.h"
#include "controller/deliver/receiver_directory.h"

namespace picket::controller {

class Confirmer {
 public:
  struct Ports {
    async::Executor executor;
    async::Clock& clock;
    http::HttpClient& http;
  };
  Confirmer(Ports ports, const ReceiverDirectory& directory)
      : ports_(ports), directory_(directory), news_(ports.executor) {}

  // Takes the row when it is one to be confirmed: an accepted, finished trigger or resolve of a
  // PagerDuty receiver that has a REST key, at most a day old and not reported yet. One that has
  // only a webhook's secret is confirmed when a webhook says so, and never reported.
  void offer(const OutboxRow& row);

  // A webhook says that the incident exists.
  void confirm(const DedupKey& key, const std::string& provider_id);

  void clock_stepped(Millis by);  // it was just set by so much

  async::Task<void> run();  // until cancelled

  const ConfirmationCounters& counters() const { return desk_.counters(); }
  std::size_t waiting() const { return desk_.waiting(); }

  // Set before run(). `shown` names the incident for people.
  std::function<void(OutboxRow row, const std::string& shown)> on_confirmed;
  std::function<void(OutboxRow row)> on_unconfirmed;

 private:
  std::optional<Receiver> taker_of(const OutboxRow& row) const;
  async::Task<Lookup> look_up(OutboxRow row);
  async::Task<void> wait();
  void note(const OutboxRow& row, const Lookup& lookup);

  Ports ports_;
  const ReceiverDirectory& directory_;
  ConfirmationDesk desk_;
  std::map<std::string, OutboxRow> passive_;  // by key: only a webhook can confirm them
  std::set<std::string> refused_;             // receivers whose key was refused: logged once
  async::Notice news_;
};

}  // namespace picket::controller
