#include "agent/agent.h"

#include <algorithm>

#include "agent/result_record.h"
#include "common/async/with_deadline.h"
#include "common/core/log.h"
#include "common/wire/control_wire.h"

namespace picket::agent {
namespace {

constexpr Nanos kRenewalLook = hours{1};
constexpr Nanos kTick = minutes{1};

bool ends_enrolment(const Error& error) {
  return error.code == ErrorCode::join_token_refused ||
         error.code == ErrorCode::certificate_refused || error.code == ErrorCode::unauthorized ||
         error.code == ErrorCode::internal;
}

async::Task<bool> join(async::TaskGroup& group) {
  co_await group.join();
  co_return true;
}

async::Task<bool> close(Spool& spool) {
  co_await spool.close();
  co_return true;
}

}  // namespace

Agent::Agent(AgentPorts ports, AgentSettings settings)
    : ports_(std::move(ports)),
      settings_(std::move(settings)),
      user_agent_("picket/" + settings_.version),
      caller_(ports_.controller, ports_.clock, {settings_.controller, user_agent_}),
      probes_({ports_.probes, ports_.clock, ports_.dns, ports_.icmp, ports_.dialer}),
      runner_(probes_, ports_.clock, ports_.secrets, ports_.random.fork("runner"), user_agent_),
      records_(ports_.executor),
      goodbye_(ports_.executor),
      tasks_(ports_.executor) {
  if (ports_.tracer != nullptr) runner_.trace_with(*ports_.tracer);
}

Agent::~Agent() = default;

async::Task<Status> Agent::start() {
  const auto make_state = [this] { return ports_.disk.make_directory(settings_.state_dir); };
  if (Status made = co_await async::offload(ports_.pool, make_state); !made) co_return made;
  if (Status known = co_await find_identity(); !known) co_return known;
  caller_.set_identity(identity_.certificate_pem, identity_.private_key_pem, identity_.not_before);
  if (Status opened = co_await open_spool(); !opened) co_return opened;
  co_await load_kept_plan();
  SchedulerPorts schedule{ports_.executor, ports_.clock, *this, *this, identity_.agent.region};
  schedule.on_pass = ports_.on_pass;
  schedule.longest_sleep = settings_.longest_sleep;
  scheduler_ = std::make_unique<Scheduler>(std::move(schedule), settings_.limits);
  caller_.on_time_corrected = [this](Millis step) { scheduler_->time_corrected(step); };
  LinkPorts link{ports_.executor, ports_.clock, ports_.pool, ports_.disk,
                 caller_,         *spool_,      *this,       ports_.random.fork("link")};
  TestRuns::Ports tests{ports_.executor, ports_.clock, caller_, runner_, identity_.agent.region};
  tests_ = std::make_unique<TestRuns>(std::move(tests));
  ControlTargets::Ports control{ports_.executor, ports_.clock, ports_.probes, user_agent_,
                                [this](ControlReport report) {
                                  v1::Record record;
                                  *record.mutable_control() = wire::encode(report);
                                  records_.spawn("record", append(std::move(record)));
                                }};
  control_ = std::make_unique<ControlTargets>(std::move(control));
  LinkOptions options;
  options.tests = settings_.tests;
  options.session = ports_.session;
  options.state_dir = settings_.state_dir;
  link_ = std::make_unique<Link>(std::move(link), std::move(options));
  log::info("agent started", {{"agent", render(identity_.agent)},
                              {"controller", settings_.controller},
                              {"version", settings_.version},
                              {"certificate_until", render_rfc3339(identity_.not_after)}});
  scheduler_->start();
  link_->start();
  control_->start();
  tasks_.spawn("begin plan", begin_plan());
  tasks_.spawn("renewal", renew_loop());
  tasks_.spawn("stats", stats_loop());
  co_return Status{};
}

async::Task<Status> Agent::find_identity() {
  const auto load = [this] { return load_identity(ports_.disk, settings_.state_dir); };
  auto identity = co_await async::offload(ports_.pool, load);
  if (!identity && identity.error().code != ErrorCode::not_found) co_return fail(identity.error());
  if (!identity) co_return co_await enroll_now();
  identity_ = std::move(*identity);
  const bool expired = identity_.not_after <= ports_.clock.wall_now();
  if (expired && !settings_.join_token_file.empty() && !co_await certificate_serves()) {
    log::warn("the agent's certificate has expired, enrolling again");
    co_return co_await enroll_now();
  }
  if (!settings_.name.empty() && identity_.agent.name != settings_.name)
    log::warn("the certificate's name counts, not the configured one",
              {{"certificate", identity_.agent.name}, {"configured", settings_.name}});
  co_return Status{};
}

// A machine whose clock is ahead takes a good certificate for an expired one: the controller knows.
async::Task<bool> Agent::certificate_serves() {
  if (identity_.certificate_pem.empty()) co_return false;
  caller_.set_identity(identity_.certificate_pem, identity_.private_key_pem, identity_.not_before);
  Call nothing_new{"POST", "/agent/v1/results", "", Seconds{30}};
  const auto answer = co_await caller_.call(std::move(nothing_new));
  if (!answer) caller_.set_identity({}, {}, identity_.not_before);
  co_return answer.has_value();
}

async::Task<Status> Agent::enroll_now() {
  const auto read = [this] { return read_join_token(ports_.disk, settings_.join_token_file); };
  auto token = co_await async::offload(ports_.pool, read);
  if (!token) co_return fail(token.error());
  Backoff backoff{{}, ports_.random.fork("enrolment")};
  while (true) {
    auto enrolled = co_await enroll(caller_, *token, settings_.name, settings_.version);
    if (enrolled) co_return co_await store(std::move(*enrolled));
    const Refusal& refusal = enrolled.error();
    if (ends_enrolment(refusal.error)) co_return fail(refusal.error);
    log::warn("not enrolled yet, trying again", {{"why", render(refusal.error)}});
    const Millis pause = std::max(backoff.next(), refusal.retry_after.value_or(Millis{0}));
    co_await ports_.clock.sleep_for(pause);
    if (co_await certificate_serves()) co_return Status{};
  }
}

async::Task<Status> Agent::store(Enrolled enrolled) {
  const auto work = [&] {
    return store_identity(ports_.disk, settings_.state_dir, enrolled.identity, enrolled.ca_pem);
  };
  const Status stored = co_await async::offload(ports_.pool, work);
  if (!stored) co_return stored;
  identity_ = std::move(enrolled.identity);
  caller_.set_identity(identity_.certificate_pem, identity_.private_key_pem, identity_.not_before);
  log::info("certificate stored; the join token is used up, its file may be deleted",
            {{"agent", render(identity_.agent)}, {"until", render_rfc3339(identity_.not_after)}});
  co_return Status{};
}

async::Task<Status> Agent::open_spool() {
  SpoolPorts ports{ports_.executor, ports_.clock, ports_.disk, ports_.pool,
                   ports_.random.fork("spool")};
  SpoolOptions options;
  options.directory = settings_.state_dir + "/spool";
  options.owner = render(identity_.agent);
  options.max_bytes = settings_.spool_bytes;
  options.max_age = settings_.spool_age;
  auto spool = co_await Spool::open(std::move(ports), std::move(options));
  if (!spool) co_return fail(spool.error());
  spool_ = std::move(*spool);
  co_return Status{};
}

async::Task<void> Agent::load_kept_plan() {
  const auto load = [this] { return load_plan(ports_.disk, settings_.state_dir); };
  auto plan = co_await async::offload(ports_.pool, load);
  if (plan)
    kept_plan_ = std::move(*plan);
  else if (plan.error().code != ErrorCode::not_found)
    log::error("the kept plan cannot be used", plan.error());
}

// The controller's time comes first, if it can be had soon: a machine whose clock is off would
// else start with the wrong slots.
async::Task<void> Agent::begin_plan() {
  const Deadline deadline = Deadline::after(ports_.clock.now(), settings_.contact_wait);
  const bool contact = co_await link_->first_contact(deadline);
  if (planned_ || !kept_plan_) co_return;
  log::warn(contact ? "no plan from the controller yet, running the last good one"
                    : "no controller yet, running the last good plan",
            {{"checks", std::int64_t(kept_plan_->checks.size())}});
  assign(*kept_plan_);
}

async::Task<void> Agent::renew_loop() {
  while (true) {
    if (ports_.clock.wall_now() >= renewal_due(identity_)) {
      auto renewed = co_await renew(caller_, identity_.agent.name);
      if (renewed) {
        const Status stored = co_await store(std::move(*renewed));
        if (!stored) log::error("renewed certificate not stored", stored.error());
      } else {
        log::error("certificate not renewed, trying again in an hour", renewed.error().error);
      }
    }
    co_await ports_.clock.sleep_for(kRenewalLook);
  }
}

async::Task<void> Agent::stats_loop() {
  MonoTime logged = ports_.clock.now();
  while (true) {
    co_await ports_.clock.sleep_for(kTick);
    const bool due = ports_.clock.now() - logged >= settings_.stats_every;
    if (due) logged = ports_.clock.now();
    co_await publish(due);
    const std::uint64_t started = scheduler_->started();
    if (ports_.on_quiet && started != started_at_trim_) ports_.on_quiet();
    started_at_trim_ = started;
  }
}

// state_dir/metrics.prom, for a textfile collector. Not worth a sync, nor a word when it fails:
// the spool tells of the disk.
async::Task<void> Agent::publish(bool log_line) {
  const AgentStats now = stats();
  if (log_line) log_stats(now);
  metrics_.update(now);
  const std::string text = metrics_.render();
  const std::string path = settings_.state_dir + "/metrics.prom";
  const auto work = [&] {
    return ports_.disk.remove(path + ".new")
        .and_then([&] { return ports_.disk.append(path + ".new", text); })
        .and_then([&] { return ports_.disk.rename(path + ".new", path); });
  };
  (void)co_await async::offload(ports_.pool, work);
}

void Agent::take_tests(bool tests) {
  settings_.tests = tests;
  if (link_) link_->take_tests(tests);
}

AgentStats Agent::stats() {
  AgentStats out;
  if (scheduler_) out.schedule = scheduler_->take_stats();
  if (spool_) out.spool = spool_->stats();
  if (link_) out.link = link_->stats();
  out.clock_skew = ports_.clock.machine_skew();
  return out;
}

async::Task<void> Agent::drain() {
  log::info("draining");
  tasks_.cancel_all();
  co_await tasks_.join();
  if (link_) goodbye_.spawn("goodbye", link_->say_goodbye());
  if (tests_) co_await tests_->drain();
  if (control_) co_await control_->drain();
  if (scheduler_) co_await scheduler_->drain(settings_.drain_grace);
  co_await probes_.drain();
  const auto grace = [this] { return Deadline::after(ports_.clock.now(), settings_.upload_grace); };
  async::Task<bool> written = join(records_);
  co_await async::with_deadline(ports_.clock, grace(), std::move(written));
  goodbye_.cancel_all();
  co_await goodbye_.join();
  if (link_) co_await link_->drain(grace());
  if (spool_) {
    async::Task<bool> closed = close(*spool_);
    co_await async::with_deadline(ports_.clock, grace(), std::move(closed));
  }
  records_.cancel_all();
  co_await records_.join();
  const std::uint64_t waiting = spool_ ? spool_->stats().waiting : 0;
  log::info("drained", {{"records_kept", static_cast<std::int64_t>(waiting)}});
}

async::Task<RunResult> Agent::execute(RunJob job) {
  RunOrder order;
  order.check = job.check;
  order.key = job.key;
  order.revision = job.revision;
  order.lateness = std::max(ports_.clock.wall_now() - job.due, Millis{0});
  const bool keeps = evidence_wanted_.contains(job.key.check);
  order.keep_evidence = keeps;
  if (job.key.kind == RunKind::scheduled)
    order.on_first_failure = [this](const AttemptFailed& attempt) {
      control_->run_failed();
      v1::Record record;
      *record.mutable_attempt_failed() = wire::encode(attempt);
      records_.spawn("record", append(std::move(record)));
    };
  RunResult result = co_await runner_.run(std::move(order));
  if (keeps && result.verdict == RunVerdict::pass) evidence_wanted_.erase(job.key.check);
  co_return result;
}

void Agent::take_result(RunResult result) {
  if (result.verdict == RunVerdict::fail || result.verdict == RunVerdict::unknown)
    control_->run_failed();
  records_.spawn("record", append(make_record(std::move(result))));
}

void Agent::take_missed(MissedSlot missed) {
  v1::Record record;
  *record.mutable_missed() = wire::encode(missed);
  records_.spawn("record", append(std::move(record)));
}

// The spool says itself, at a sane rate, that the disk fails.
async::Task<void> Agent::append(v1::Record record) {
  const Status done = co_await spool_->append(std::move(record));
  if (!done && done.error().code == ErrorCode::invalid_argument)
    log::error("record refused by the spool", done.error());
}

void Agent::assign(const Plan& plan) {
  std::vector<Assignment> assignments;
  assignments.reserve(plan.checks.size());
  for (const auto& planned : plan.checks)
    assignments.push_back({planned.check, planned.revision, planned.phase, planned.first_round});
  scheduler_->assign(assignments);
  planned_ = true;
}

void Agent::plan_received(const Plan& plan) {
  log::info("plan received", {{"checks", std::int64_t(plan.checks.size())},
                              {"generation", std::int64_t(plan.generation)},
                              {"not_understood", std::int64_t(plan.unreadable.size())}});
  assign(plan);
  kept_plan_.reset();
}

void Agent::run_ordered(const OrderedRun& order) {
  RunJob job;
  job.key = {order.check, identity_.agent.region, order.round, order.kind, order.ordinal};
  job.revision = order.revision;
  job.check = order.definition;
  if (!job.check) {
    const Assignment* assignment = scheduler_->find(order.check);
    if (assignment == nullptr) {
      log::warn("ordered run of a check that is not here", {{"run", render(job.key)}});
      return;
    }
    job.check = assignment->check;
    job.revision = assignment->revision;
  }
  job.due = ports_.clock.wall_now();
  job.useful_until = order.expires;
  job.host = target_host(*job.check);
  scheduler_->order(std::move(job));
}

void Agent::evidence_wanted(std::set<CheckName> checks) { evidence_wanted_ = std::move(checks); }

void Agent::control_targets(std::vector<std::string> targets) { control_->set(std::move(targets)); }

void Agent::time_corrected(Millis step) { scheduler_->time_corrected(step); }

}  // namespace picket::agent
