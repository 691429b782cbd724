// The agent, given its ports: who it is, what it runs, where results go. The same object in
// production and in the simulation. Owned by app.*, lives on the core executor; it opens no port
// and touches files on the blocking pool only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "agent/agent_metrics.h"
#include "agent/control_targets.h"
#include "agent/link/enrolment.h"
#include "agent/probe/probes.h"
#include "agent/script/runner.h"
#include "agent/test_runs.h"

namespace picket::agent {

struct AgentSettings {
  std::string controller;  // "https://picket.example.com:8443"
  std::string state_dir;
  std::string name;             // used to enrol; the certificate counts afterwards
  std::string join_token_file;  // read only while there is no certificate
  std::string version;
  RunLimits limits;
  bool tests{true};  // takes orders of `picket test`
  std::uint64_t spool_bytes{2ULL << 30};
  Millis spool_age{hours{24 * 7}};
  Millis drain_grace{30'000};  // for runs under way
  Millis upload_grace{5'000};  // for the last results
  Millis contact_wait{5'000};  // a kept plan starts without the controller after this
  Millis stats_every{std::chrono::minutes{5}};
  Nanos longest_sleep{minutes{1}};  // of the schedule's loop
};

struct AgentPorts {
  async::Executor executor;
  async::DisciplinedClock& clock;  // that of the clients, too: it judges certificates
  http::HttpClient& probes;        // to targets, behind the address guard
  http::HttpClient& controller;    // to the controller, trusting its CA
  Disk& disk;
  async::BlockingPool& pool;
  SecretSource& secrets;
  Random random;
  std::string session;             // random per start, hex
  std::function<void()> on_quiet;  // memory of a burst may go back; may be empty
  const DnsPorts* dns{nullptr};    // of probes; without them such steps are errors
  const IcmpPorts* icmp{nullptr};
  Dialer* dialer{nullptr};
  RouteTracer* tracer{nullptr};     // of failed runs; may be missing
  std::function<void()> on_pass{};  // the schedule's loop has done what was due; may be empty
};

class Agent final : RunExecutor, ResultSink, LinkEvents {
 public:
  Agent(AgentPorts ports, AgentSettings settings);
  ~Agent() override;

  // Enrols when there is no certificate, waiting for the controller as long as that takes; opens
  // the spool; runs the last good plan until the controller sends a newer one.
  // Errors (the agent cannot run): join_token_refused, certificate_refused, invalid_config (no
  // token), corrupt (the identity), io (state_dir or spool not writable).
  // Cancellation: throws operation_aborted.
  async::Task<Status> start();

  // Stops intake, lets runs end within their grace, reports the rest as unknown, sends what
  // waits, writes and closes the spool. Nothing of the agent is left afterwards.
  async::Task<void> drain();

  // Whether orders of `picket test` are taken from now on.
  void take_tests(bool tests);

  AgentStats stats();
  const AgentId& id() const { return identity_.agent; }

 private:
  async::Task<Status> find_identity();
  async::Task<bool> certificate_serves();
  async::Task<Status> enroll_now();
  async::Task<Status> store(Enrolled enrolled);
  async::Task<Status> open_spool();
  async::Task<void> load_kept_plan();
  async::Task<void> begin_plan();
  async::Task<void> renew_loop();
  async::Task<void> stats_loop();
  async::Task<void> publish(bool log_line);

  async::Task<RunResult> execute(RunJob job) override;
  void take_result(RunResult result) override;
  void take_missed(MissedSlot missed) override;
  async::Task<void> append(v1::Record record);
  void plan_received(const Plan& plan) override;
  void run_ordered(const OrderedRun& order) override;
  void test_ordered(OrderedTest test) override { tests_->add(std::move(test)); }
  void evidence_wanted(std::set<CheckName> checks) override;
  void control_targets(std::vector<std::string> targets) override;
  void time_corrected(Millis step) override;
  void assign(const Plan& plan);

  AgentPorts ports_;
  AgentSettings settings_;
  std::string user_agent_;
  Caller caller_;
  Identity identity_;
  Probes probes_;
  Runner runner_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<Scheduler> scheduler_;
  std::unique_ptr<TestRuns> tests_;
  std::unique_ptr<ControlTargets> control_;
  std::unique_ptr<Link> link_;
  std::optional<Plan> kept_plan_;
  bool planned_{false};
  std::set<CheckName> evidence_wanted_;
  AgentMetrics metrics_;
  std::uint64_t started_at_trim_{0};
  async::TaskGroup records_;
  async::TaskGroup goodbye_;
  async::TaskGroup tasks_;
};

}  // namespace picket::agent
