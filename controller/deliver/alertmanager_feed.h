// Keeps every instance of Alertmanager informed: sends the messages of the outbox to all instances
// at once, and each minute all that is open again, because Alertmanager forgets what nobody renews
// (docs/adr/0019). Owned by the deliverer; one executor. It owes nothing: what must not be lost is
// in the outbox.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/clock.h"
#include "common/http/http_client.h"
#include "controller/deliver/alert_levels.h"
#include "controller/deliver/receiver_directory.h"
#include "controller/deliver/send_result.h"

namespace picket::controller {

// One instance, since the start. Plain numbers for whoever exports metrics.
struct AlertmanagerView {
  std::string receiver;
  std::string instance;       // its URL
  bool up{false};             // the newest request was taken
  std::uint64_t requests{0};  // messages of the outbox and renewals
  std::uint64_t failures{0};  // of those: not taken, or only in part
  std::size_t alerts{0};      // in the newest renewal
  Millis skew{0};             // its clock ahead of ours
};

class AlertmanagerFeed {
 public:
  struct Ports {
    async::Clock& clock;  // disciplined
    http::HttpClient& http;
  };
  // `directory` outlives the feed and may change between calls.
  AlertmanagerFeed(Ports ports, const ReceiverDirectory& directory);

  // A row as it is now: what is open is renewed from now on, what ended is told as ended.
  void learn(const OutboxRow& row);

  // Sends one row to every instance; accepted when one of them took it, for that one notifies.
  // Its `error` names those that did not; the next renewals tell them.
  async::Task<SendResult> tell(OutboxRow row, Receiver receiver);

  // Renews every 60 s until cancelled.
  async::Task<void> run();

  // Of receivers in force that were spoken to, in order of name and URL.
  std::vector<AlertmanagerView> views() const;

 private:
  using Place = std::pair<std::string, std::string>;  // receiver, instance
  async::Task<std::vector<SendResult>> tell_from(OutboxRow row, Receiver receiver,
                                                 std::size_t first);
  async::Task<SendResult> tell_one(OutboxRow row, Receiver receiver, std::string instance);
  std::optional<Receiver> settings_of(const std::string& name,
                                      const std::vector<AlertLevel>& levels) const;
  async::Task<void> renew();
  async::Task<void> renew_at(Receiver receiver, std::string instance,
                             std::vector<AlertLevel> levels);
  async::Task<SendResult> post(Receiver receiver, std::string instance, nlohmann::json alerts);
  WallTime ends_at(const AlertLevel& level, const Place& place) const;
  Millis skew_at(const Place& place) const;

  Ports ports_;
  const ReceiverDirectory& directory_;
  AlertLevels levels_;
  std::map<Place, AlertmanagerView> views_;
  bool renewing_{false};
  bool overtaken_{false};  // an incident ended, or changed, while it was being renewed
};

}  // namespace picket::controller
