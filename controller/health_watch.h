// Watches the controller itself: reads its own numbers every few seconds, makes incidents of what
// the health judge finds, and sends the dead-man a beat while the whole chain works. The only part
// of health with I/O. Owned by the controller; one executor.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/async/offload.h"
#include "controller/api/gauge_text.h"
#include "controller/api/status_json.h"
#include "controller/deliver/deliverer.h"
#include "controller/health/clock_watch.h"
#include "controller/health/dead_man.h"
#include "controller/health/health_judge.h"
#include "controller/health/lateness_window.h"
#include "controller/registry/registry.h"
#include "controller/server/handler.h"
#include "controller/turn/dispatch.h"
#include "controller/turn/turn.h"

namespace picket::controller {

// What only the daemon can read; absent members are not judged.
struct OwnFacts {
  std::function<std::optional<DiskSpace>()> disk;  // blocking; called on the pool
  std::optional<WallTime> authority_until;
  std::function<std::map<std::string, std::uint64_t>()> refused;  // connections, by listener
};

class HealthWatch {
 public:
  struct Ports {
    async::Clock& clock;
    async::BlockingPool& pool;
    Turn& turn;
    Dispatch& dispatch;
    const Registry& registry;
    const Deliverer& deliverer;
  };
  HealthWatch(Ports ports, HealthSettings settings, DeadManSettings dead_man);

  // What a start finds: unresolved incidents, and the last beat's row.
  void restore(const std::vector<IncidentRow>& unresolved, const std::vector<OutboxRow>& beats);

  // New thresholds and another dead-man: from the next look on.
  void reconfigure(const HealthSettings& settings, DeadManSettings dead_man);

  void observe(const Event& event);           // every event of the log
  void contact(const ServerRequest& request,  // an agent came; `sent` by its own clock
               std::optional<WallTime> sent);
  void note_beat(const DeliveryReport& report);

  async::Task<void> run();  // until cancelled

  void add_metrics(GaugeText& gauges) const;
  std::vector<std::string> warnings() const;  // for /readyz, one line each
  void show(StatusView& view) const;

  OwnFacts facts;
  std::optional<WallTime> server_until;  // of the certificate that agents are shown

 private:
  async::Task<void> look();
  HealthSample sample() const;
  void read_agents(HealthSample& sample, WallTime now) const;
  DeliveryLag delivery_lag(WallTime now) const;
  void update_behind(WallTime now);
  DeadManChain chain(const HealthSample& sample) const;
  void judge_dead_man(const HealthSample& sample);
  Millis nap() const;

  Ports ports_;
  HealthSettings settings_;
  DeadManSettings dead_man_;
  HealthJudge judge_;
  ClockWatch clocks_;
  LatenessWindow lateness_;
  ProofBook proofs_;
  std::map<AgentId, WallTime> agents_until_;
  std::map<AgentId, WallTime> behind_since_;
  std::optional<DiskSpace> disk_;
  HealthSample newest_;

  DeadManVerdict verdict_;
  std::optional<WallTime> next_beat_;
  std::optional<WallTime> last_success_;
  std::optional<WallTime> failing_since_;
  std::string beat_error_;
  std::uint64_t beats_failed_{0};
  std::uint64_t beats_withheld_{0};
};

}  // namespace picket::controller
