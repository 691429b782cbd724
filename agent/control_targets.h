// Looks at the region's control targets, so that the controller can tell a target that is down from
// an agent that is cut off: once a minute, and at once when a run failed or while none answers, at
// most every 30 s. Owned by the agent, on the core executor; asks nothing until the controller has
// named targets.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/async/notice.h"
#include "common/async/task_group.h"
#include "common/http/http_client.h"
#include "common/model/control_report.h"

namespace picket::agent {

class ControlTargets {
 public:
  static constexpr Millis kBeat{60'000};
  static constexpr Millis kLeast{30'000};      // between two looks
  static constexpr Millis kTimeout{5'000};     // of one target
  static constexpr Millis kAgainAfter{1'000};  // none answered: once more before it is said

  struct Ports {
    async::Executor executor;
    async::Clock& clock;
    http::HttpClient& client;  // of the probes: behind the address guard
    std::string user_agent;
    std::function<void(ControlReport)> report;
  };
  explicit ControlTargets(Ports ports)
      : ports_(std::move(ports)), news_(ports_.executor), tasks_(ports_.executor) {}

  // As the newest poll names them; the first kControlTargetsMax count.
  void set(std::vector<std::string> targets);
  void run_failed();

  void start() { tasks_.spawn("control targets", loop()); }
  async::Task<void> drain();

 private:
  async::Task<void> loop();
  async::Task<bool> news();
  async::Task<ControlReport> look();
  async::Task<std::optional<ControlAnswer>> ask(std::string target);

  Ports ports_;
  std::vector<std::string> targets_;
  bool wanted_{false};  // a run failed since the last look
  bool cut_off_{false};
  async::Notice news_;
  async::TaskGroup tasks_;
};

}  // namespace picket::agent
