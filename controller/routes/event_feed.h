// GET /api/v1/events: tells whoever listens which parts of the state have changed, as server-sent
// events; what they are now is asked for by the other routes. Marking is cheap and never waits, so
// that the evaluator is never held up; without a listener it does nothing. One executor; owned by
// the controller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>

#include "common/async/notice.h"
#include "controller/evaluate/event.h"
#include "controller/server/stream.h"

namespace picket::controller {

class EventFeed {
 public:
  // Bits of a set.
  enum Part : unsigned {
    checks = 1,
    incidents = 2,
    deliveries = 4,
    agents = 8,
    silences = 16,
    deployments = 32,
    everything = 63,
  };
  static constexpr std::size_t kStreamsMax = 256;
  static constexpr Millis kGather{1'000};  // changes of this time are told together
  // Between `alive` events while nothing changes. No comment: a browser tells its page of none,
  // which could not tell a quiet stream from one that hangs.
  static constexpr Millis kHeartbeat{20'000};

  struct Ports {
    async::Executor executor;
    async::Clock& clock;
    std::function<async::Task<bool>()> durable;  // returns when what was marked can be read
  };
  explicit EventFeed(Ports ports);

  void mark(unsigned parts);
  void mark(const Event& event);  // what an event of the log changes

  // Asked before each telling: another value than at the last one means `incidents`.
  std::function<std::size_t()> look_at_incidents;

  // Tells what was marked, until cancelled.
  async::Task<void> run();

  // Every stream ends, and none begins any more: a shutdown waits for nobody.
  void stop();

  // Nothing for any other request; 503 when kStreamsMax listen already. A stream's first event
  // names everything: what changed while nobody listened is not known.
  std::optional<StreamedResponse> open(const ServerRequest& request);

  std::size_t streams() const { return streams_.size(); }

 private:
  class Stream;
  void tell(unsigned parts);
  async::Task<bool> told();

  Ports ports_;
  async::Notice marked_;
  async::Notice told_;
  std::set<Stream*> streams_;
  unsigned parts_{0};  // marked and not told yet
  std::size_t incidents_seen_{0};
  std::uint64_t id_{0};
  bool stopped_{false};
};

}  // namespace picket::controller
