#include "tests/support/sim/world.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "common/core/digest.h"
#include "common/wire/wire.h"
#include "controller/clock_follower.h"

namespace picket::sim {
namespace {

constexpr const char* kPagerUrl = "https://events.pager.test";
constexpr const char* kSpareUrl = "https://spare.test/hook";
const char* const kRegions[] = {"ap-northeast-1", "ap-south-1",   "ap-southeast-1",
                                "ap-southeast-2", "ca-central-1", "eu-central-1",
                                "eu-north-1",     "eu-west-1",    "sa-east-1",
                                "us-east-1",      "us-west-1",    "us-west-2"};

class NoSecrets final : public agent::SecretSource {
 public:
  Result<std::string> get(const std::string& name) override {
    return fail(ErrorCode::secret_missing, "no secret " + name);
  }
};

std::unique_ptr<controller::CertificateAuthority> make_authority(WallTime now) {
  char pattern[] = "/tmp/picket-sim-XXXXXX";
  const std::string directory = ::mkdtemp(pattern);
  auto authority = controller::CertificateAuthority::open(directory, now);
  std::filesystem::remove_all(directory);
  return std::move(*authority);
}

std::unique_ptr<controller::Store> make_store() {
  controller::StoreOptions options;
  options.path = ":memory:";
  auto store = std::move(*controller::Store::open(options));
  controller::WriteSet first;
  first.meta.emplace_back("install_id", "simulated-installation");
  (void)store->commit(first);
  return store;
}

controller::ControllerSettings make_settings() {
  controller::ControllerSettings settings;
  settings.version = "sim";
  settings.admin_token = "admin";
  controller::Receiver pager;
  pager.name = "pagerduty/main";
  pager.kind = controller::ReceiverKind::pagerduty;
  pager.url = kPagerUrl;
  pager.secret = "0123456789abcdef0123456789abcdef";
  pager.fallback = "webhook/spare";
  controller::Receiver spare;
  spare.name = "webhook/spare";
  spare.kind = controller::ReceiverKind::webhook;
  spare.url = kSpareUrl;
  spare.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  settings.receivers = {pager, spare};
  settings.default_receiver = pager.name;
  settings.health.tell = false;  // a story counts the pages of its checks
  return settings;
}

async::Task<void> start_agent_task(agent::Agent& agent, std::string& failure) {
  const Status started = co_await agent.start();
  if (!started) failure = render(started.error());
}

}  // namespace

Check make_world_check(const std::string& name, Millis interval) {
  Check check;
  check.name = CheckName{name};
  check.owner = "team";
  check.interval = interval;
  check.timeout = Seconds{10};
  check.regions.all = true;
  check.notify = {"pagerduty/main"};
  Step step;
  step.name = "http";
  HttpAction action;
  action.url = "https://site.test/";
  step.action = action;
  Expectation status;
  status.status = {{200, 299}};
  step.expect.push_back(status);
  check.steps.push_back(step);
  Alert down;
  down.id = "down";
  down.notify = check.notify;
  Alert regional = down;
  regional.id = "regional";
  regional.condition = AlertCondition::regional;
  regional.severity = Severity::error;
  check.alerts = {down, regional};
  return check;
}

World::World(WorldOptions options)
    : options_(std::move(options)),
      random_(options_.seed),
      timeline_(options_.start),
      store_(make_store()),
      authority_(make_authority(options_.start)),
      pager_node_(timeline_.add_node("pager")),
      pager_(pager_node_->clock(), Millis{30}) {
  if (options_.checks.empty()) options_.checks.push_back(make_world_check("shop", minutes{5}));
  for (int i = 0; i < options_.regions; ++i) {
    regions_.emplace_back(kRegions[i]);
    Machine machine;
    machine.region = regions_.back();
    machine.disk = std::make_unique<MemoryDisk>(random_.fork("disk"));
    machines_.push_back(std::move(machine));
  }
  for (int i = 0; i < options_.twins; ++i) {
    Machine twin;
    twin.region = regions_[static_cast<std::size_t>(i)];
    twin.name = "twin";
    twin.disk = std::make_unique<MemoryDisk>(random_.fork("twin's disk"));
    machines_.push_back(std::move(twin));
  }
  start_controller();
  timeline_.run_for(Seconds{1});
  for (std::size_t i = 0; i < machines_.size(); ++i) start_agent(i);
}

World::~World() {
  for (std::size_t i = 0; i < machines_.size(); ++i) kill_agent(i, false);
  kill_controller();
}

controller::Reloader::Load World::loader() const {
  return [this]() -> Result<checks::LoadedChecks> {
    checks::LoadedChecks loaded;
    loaded.checks = options_.checks;
    return loaded;
  };
}

void World::set_checks(std::vector<Check> checks) {
  const WallTime now = timeline_.wall_now();
  const auto has = [](const std::vector<Check>& all, const CheckName& name) {
    return std::any_of(all.begin(), all.end(), [&](const Check& one) { return one.name == name; });
  };
  for (const Check& check : options_.checks)
    if (!has(checks, check.name)) absent_[check.name] = {now, std::nullopt};
  for (const Check& check : checks)
    if (const auto absent = absent_.find(check.name); absent != absent_.end())
      absent->second.until = absent->second.until.value_or(now);
  options_.checks = std::move(checks);
  ++checks_revision_;
}

controller::ControllerSettings World::settings() const {
  if (configured_) return *configured_;
  controller::ControllerSettings settings = make_settings();
  settings.fleet_receivers = options_.fleet_receivers;
  return settings;
}

void World::start_controller() {
  if (controller_) return;
  controller_node_ = timeline_.add_node("controller");
  controller_clock_ = std::make_unique<async::DisciplinedClock>(controller_node_->clock());
  true_clock_ = std::make_unique<async::DisciplinedClock>(controller_node_->clock());
  pager_.attach(*true_clock_);
  controller::Controller::Ports ports{controller_node_->executor(),
                                      *controller_clock_,
                                      controller_node_->pool(),
                                      controller_node_->pool(),
                                      *store_,
                                      *authority_,
                                      pager_,
                                      random_.fork("controller"),
                                      loader(),
                                      [this] { return std::to_string(checks_revision_); }};
  auto created = controller::Controller::create(std::move(ports), settings());
  if (!created) {
    complain("the controller does not start: " + render(created.error()));
    return;
  }
  controller_ = std::move(*created);
  controller_->start();
  controller_tasks_ = std::make_unique<async::TaskGroup>(controller_node_->executor());
  controller_tasks_->spawn("clock",
                           controller::follow_machine_clock(
                               controller_node_->clock(), *controller_clock_,
                               [c = controller_.get()](Millis by) { c->clock_stepped(by); }));
  controller_since_ = timeline_.wall_now();
  ++controller_starts_;
  port_.node = controller_node_;
  port_.handler = [c = controller_.get()](controller::ServerRequest request) {
    return c->handle_agent(std::move(request));
  };
}

Status World::reconfigure(controller::ControllerSettings next) {
  Status answer = fail(ErrorCode::timeout, "no answer");
  async::TaskGroup tasks{controller_node_->executor()};
  const auto run = [](controller::Controller& c, controller::ControllerSettings s,
                      controller::Reloader::Load load, Status& out) -> async::Task<void> {
    out = co_await c.reconfigure(std::move(s), std::move(load));
  };
  tasks.spawn("reconfigure", run(*controller_, next, loader(), answer));
  timeline_.run_for(Millis{1});
  if (answer) configured_ = std::move(next);
  return answer;
}

void World::kill_controller() {
  if (!controller_) return;
  port_.handler = nullptr;
  port_.node.reset();
  pager_.attach(pager_node_->clock());
  timeline_.remove_node(controller_node_);
  controller_node_->stop();
  controller_tasks_.reset();
  controller_.reset();
  controller_clock_.reset();
  true_clock_.reset();
  controller_node_.reset();
}

controller::ServerResponse World::ask(const std::string& method, const std::string& path,
                                      const std::string& body) {
  controller::ServerRequest request;
  request.method = method;
  request.path = path;
  request.headers = {{"authorization", "Bearer admin"}};
  request.body = body;
  controller::ServerResponse answer;
  async::TaskGroup tasks{controller_node_->executor()};
  const auto run = [](controller::Controller& c, controller::ServerRequest r,
                      controller::ServerResponse& out) -> async::Task<void> {
    out = co_await c.handle_people(std::move(r));
  };
  tasks.spawn("ask", run(*controller_, std::move(request), answer));
  timeline_.run_for(Millis{1});
  return answer;
}

std::string World::issue_token(const RegionName& region) {
  const std::string body = fmt::format(R"({{"region": "{}"}})", region.value);
  const std::string answer = ask("POST", "/api/v1/agents/tokens", body).body;
  const auto at = answer.find("pkt_");
  return at == std::string::npos ? std::string{} : answer.substr(at, 52);
}

void World::step_agent_clock(std::size_t index, Millis by) {
  machines_[index].node->clock().step_wall(by);
}

void World::step_controller_clock(Millis by) { controller_node_->clock().step_wall(by); }

void World::start_agent(std::size_t index) {
  Machine& machine = machines_[index];
  if (machine.agent) return;
  const std::string& region = machine.region.value;
  if (machine.starts++ == 0) {
    const std::string token = issue_token(machine.region);
    (void)machine.disk->make_directory("/agent");
    (void)machine.disk->append("/agent/join.token", token);
    (void)machine.disk->sync("/agent/join.token");
    (void)machine.disk->sync_directory("/agent");
  }
  machine.node = timeline_.add_node(region);
  Random random = random_.fork(machine.name == "agent" ? region : region + machine.name);
  machine.clock = std::make_unique<async::DisciplinedClock>(machine.node->clock());
  machine.secrets = std::make_unique<NoSecrets>();
  machine.probe = std::make_unique<SimProbe>(machine.node->clock(), site_, machine.region,
                                             random.fork("probe"));
  machine.link = std::make_unique<SimLink>(timeline_, *machine.node, port_, random.fork("link"));
  machine.link->weather = weather_;
  watch_results(*machine.link);

  agent::AgentSettings settings;
  settings.controller = "https://controller.test";
  settings.state_dir = "/agent";
  settings.name = machine.name;
  settings.join_token_file = "/agent/join.token";
  settings.version = "sim";
  agent::AgentPorts ports{machine.node->executor(),
                          *machine.clock,
                          *machine.probe,
                          *machine.link,
                          *machine.disk,
                          machine.node->pool(),
                          *machine.secrets,
                          random.fork("agent"),
                          fmt::format("{:016x}", random.next()),
                          {}};
  machine.agent = std::make_unique<agent::Agent>(std::move(ports), settings);
  machine.tasks = std::make_unique<async::TaskGroup>(machine.node->executor());
  machine.tasks->spawn("start", start_agent_task(*machine.agent, machine.failure));
}

void World::kill_agent(std::size_t index, bool power_loss) {
  Machine& machine = machines_[index];
  if (!machine.agent) return;
  timeline_.remove_node(machine.node);
  machine.node->stop();
  machine.tasks.reset();
  machine.agent.reset();
  machine.link.reset();
  machine.probe.reset();
  machine.clock.reset();
  machine.node.reset();
  if (power_loss)
    machine.disk->crash();
  else
    machine.disk->kill();
}

void World::drain_agent(std::size_t index) {
  Machine& machine = machines_[index];
  if (!machine.agent) return;
  bool done = false;
  const auto run = [](agent::Agent& agent, bool& out) -> async::Task<void> {
    co_await agent.drain();
    out = true;
  };
  machine.tasks->spawn("drain", run(*machine.agent, done));
  while (!done) run_for(Millis{100});
  kill_agent(index, false);
}

void World::heal() {
  start_controller();
  set_weather({});
  site_ = SimSite{};
  pager_.weather = {};
  for (const char* host : {"events.pager.test", "spare.test"}) pager_.clear(host);
  timeline_.run_for(Seconds{1});
  for (std::size_t i = 0; i < machines_.size(); ++i) start_agent(i);
}

void World::set_weather(const LinkWeather& weather) {
  weather_ = weather;
  for (Machine& machine : machines_)
    if (machine.link) machine.link->weather = weather;
}

SimLink* World::link(std::size_t index) { return machines_[index].link.get(); }

void World::watch_results(SimLink& link) {
  link.on_acknowledged = [this](const std::string& region, const std::string& body) {
    v1::ResultsRequest request;
    request.ParseFromString(body);
    for (const auto& batch : request.spools())
      for (const auto& record : batch.records()) {
        if (!record.has_run()) continue;
        const auto run = wire::decode(record.run(), RegionName{region});
        if (run) acknowledged_.insert(render(run->key));
      }
  };
}

void World::run_for(Nanos span) {
  timeline_.run_for(span, [this] { at_rest(); });
}

std::string World::trace_hash() {
  std::string trace;
  for (const auto& event : pager_.events())
    trace += fmt::format("{} {} {} {} {}\n", event.at.unix_ms(), event.host, event.action,
                         event.dedup_key, event.effect);
  (void)store_->for_each_event_batch(0, [&trace](const controller::EventBatchRow& row) -> Status {
    trace += fmt::format("{} {} {}\n", row.first_seq, row.last_seq, row.last_at.unix_ms());
    return {};
  });
  return sha256_hex(trace);
}

}  // namespace picket::sim
