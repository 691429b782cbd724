// Test messages through the channels: one that somebody asks for (`picket routes test`), and one a
// day per receiver. A daily test that fails is told to the receiver's fallback and to the fleet's
// receivers, until one succeeds again. Messages go the way that pages go: outbox, deliverer,
// channel. One executor; owned by the controller.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "controller/deliver/outbox_machine.h"
#include "controller/store/store.h"
#include "controller/turn/receiver_health.h"
#include "controller/turn/turn.h"

namespace picket::controller {

// The first time after `after` that the day's test is due.
WallTime next_test(const DailyTest& daily, WallTime after);

// The rows of one test: of PagerDuty a trigger and its resolve, or for the daily test a change
// event, which alerts nobody; of channels that open alerts or incidents a trigger and its resolve;
// else one message. All have `incident`, which begins with kTestPrefix.
std::vector<OutboxRow> make_test_rows(const Receiver& receiver, const IncidentId& incident,
                                      const std::string& by, bool daily, WallTime now);

class TestDeliveries {
 public:
  struct Ports {
    async::Clock& clock;
    Turn& turn;
    const std::vector<Receiver>& receivers;  // outlive this
  };
  explicit TestDeliveries(Ports ports) : ports_(ports) {}

  // What a start finds. Blocking. Errors: the store's.
  Status restore(Store& store);

  // Sends a test by the receiver's name; `by` stands in it. Returns the id of its rows' incident.
  // not_found with a near name. Not durable yet: the caller waits.
  Result<IncidentId> start(const std::string& receiver, const std::string& by);

  // Before the receivers and the book's routes become these: daily tests go by the new schedules,
  // and who is told of a test that fails changes with the fallbacks and the fleet's receivers.
  void reconfigure(const std::vector<Receiver>& next, const Routes& routes);

  void observe(const DeliveryReport& report);
  async::Task<void> run();  // the daily ones, until cancelled

  const ReceiverHealthBook& health() const { return health_; }
  std::optional<WallTime> next_of(const std::string& receiver) const;
  const Receiver* find(const std::string& name) const;

 private:
  struct Alarm {
    WallTime since;
    std::uint32_t ordinal{0};  // of the next message
  };
  Status restore_alarms(Store& store);
  Status end_stale(Store& store, const std::string& receiver);
  void end_for(const std::string& receiver, const std::vector<Receiver>& leaving, bool goes_on);
  DedupKey key_of(const std::string& receiver, const std::string& told) const;
  std::vector<Receiver> told_of(const std::string& receiver, const std::vector<Receiver>& receivers,
                                const Routes& routes) const;
  void raise(const std::string& receiver, const std::string& error);
  void clear(const std::string& receiver);
  void tell(const std::string& receiver, OutboxAction action, const std::string& summary);
  void tell(const std::string& receiver, OutboxAction action, const std::string& summary,
            const std::vector<Receiver>& told);
  void reschedule(const Receiver& next);
  void retell(const std::string& receiver, const std::vector<Receiver>& next, const Routes& routes);
  void keep(const std::string& receiver);
  void send_daily(const Receiver& receiver, WallTime now);

  Ports ports_;
  ReceiverHealthBook health_;
  std::map<std::string, WallTime> due_;  // by receiver
  std::map<std::string, Alarm> alarms_;  // by receiver
};

}  // namespace picket::controller
