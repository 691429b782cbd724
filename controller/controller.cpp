#include "controller/controller.h"

#include <utility>

#include "common/async/with_deadline.h"
#include "common/core/log.h"
#include "common/core/secure_random.h"
#include "common/wire/wire.h"
#include "controller/deliver/dead_man_beat.h"
#include "controller/web/pages.h"

namespace picket::controller {
namespace {

constexpr Millis kHousekeepEvery = minutes{10};
constexpr Millis kStopLimit{10'000};
constexpr const char* kInstallId = "install_id";
constexpr std::size_t kItemsMax = 1'000'000;

Result<ActiveChecks> decode_checks(const std::vector<DefinitionRow>& rows) {
  ActiveChecks active;
  for (const DefinitionRow& row : rows) {
    v1::Check message;
    if (!message.ParseFromString(row.blob))
      return fail(ErrorCode::corrupt, "the definition of " + row.check.value + " does not parse");
    auto check = wire::decode(message);
    if (!check) return fail(std::move(check.error()));
    active.emplace(row.check, ActiveCheck{std::move(*check), row.revision});
  }
  return active;
}

Result<std::string> install_id_of(Store& store) {
  auto kept = store.meta(kInstallId);
  if (!kept) return fail(std::move(kept.error()));
  if (*kept) return **kept;
  WriteSet first;
  first.meta.emplace_back(kInstallId, secure_random_hex(16));
  if (auto stored = store.commit(first); !stored) return fail(std::move(stored.error()));
  return first.meta.front().second;
}

void log_report(const DeliveryReport& report) {
  const bool fine = report.kind == DeliveryReport::Kind::accepted ||
                    report.kind == DeliveryReport::Kind::confirmed;
  const std::string event = "page " + std::string{to_string(report.kind)};
  log::write(fine ? log::Level::info : log::Level::error, event,
             {{"receiver", report.row.receiver},
              {"action", to_string(report.row.action)},
              {"incident", report.row.incident.value},
              {"attempts", static_cast<std::int64_t>(report.row.attempts)},
              {"error", report.row.last_error}});
}

}  // namespace

struct Controller::Restored {
  std::string install_id;
  std::string plan;
  std::vector<AgentRow> agents;
  std::vector<JoinTokenRow> tokens;
  SpoolCursors cursors;
  ActiveChecks active;
  std::vector<IncidentRow> incidents;
  std::vector<OutboxRow> pages;  // of those incidents
  std::vector<OutboxRow> unfinished;
  std::vector<OutboxRow> beats;  // the newest
  std::vector<SilenceRow> silences;
  std::vector<DeploymentRow> deployments;
  std::vector<ActionItemRow> action_items;
};

Result<Controller::Restored> Controller::load(Ports& ports, const ControllerSettings&) {
  Store& store = ports.store;
  Restored restored;
  Status status;
  const auto take = [&status](auto result, auto& into) {
    if (!status) return;
    if (!result)
      status = fail(std::move(result.error()));
    else
      into = std::move(*result);
  };
  std::vector<SpoolCursorRow> cursors;
  std::vector<DefinitionRow> definitions;
  std::vector<CheckpointRow> checkpoints;
  take(install_id_of(store), restored.install_id);
  take(store.agents(), restored.agents);
  take(store.join_tokens(), restored.tokens);
  take(store.spool_cursors(), cursors);
  take(store.active_definitions(), definitions);
  take(decode_checks(definitions), restored.active);
  take(store.checkpoints(), checkpoints);
  take(store.open_incidents(), restored.incidents);
  take(store.outbox_live(), restored.unfinished);
  take(store.outbox_of_key(DedupKey{std::string{kBeatKey}}), restored.beats);
  take(store.silences(ports.clock.wall_now()), restored.silences);
  DeploymentFilter recent;
  recent.from = ports.clock.wall_now() - kDeploymentMemory;
  recent.limit = kDeploymentsRemembered;
  take(store.deployments(recent), restored.deployments);
  ActionItemFilter every_item;
  every_item.limit = kItemsMax;
  take(store.action_items(every_item), restored.action_items);
  for (const IncidentRow& incident : restored.incidents) {
    std::vector<OutboxRow> pages;
    take(store.outbox_of_incident(incident.id), pages);
    restored.pages.insert(restored.pages.end(), pages.begin(), pages.end());
  }
  if (!status) return fail(std::move(status.error()));
  restored.cursors.restore(cursors);
  for (const CheckpointRow& row : checkpoints)
    if (row.key == "plan") restored.plan = row.blob;
  return restored;
}

Result<std::unique_ptr<Controller>> Controller::create(Ports ports, ControllerSettings settings) {
  auto restored = load(ports, settings);
  if (!restored) return fail(std::move(restored.error()));
  Restored copy = *restored;  // the constructor takes parts, begin() the rest
  std::unique_ptr<Controller> controller{
      new Controller(std::move(ports), std::move(settings), std::move(copy))};
  if (auto begun = controller->begin(*restored); !begun) return fail(std::move(begun.error()));
  return controller;
}

Controller::Controller(Ports ports, ControllerSettings settings, Restored restored)
    : ports_(std::move(ports)),
      settings_(std::move(settings)),
      places_(settings_.region_points, settings_.regions),
      turn_({ports_.executor, ports_.clock, ports_.database_pool, ports_.store},
            IncidentBook({restored.install_id, settings_.external_url, minutes{60},
                          make_routes(settings_), settings_.after_manual_resolve}),
            {}),
      dispatch_({ports_.executor, ports_.clock, turn_}, settings_.regions),
      reloader_({ports_.executor, ports_.clock, ports_.work_pool, turn_, dispatch_},
                ports_.load_checks, ports_.fingerprint),
      silences_({ports_.database_pool, ports_.store, turn_}),
      tests_({ports_.executor, ports_.clock, ports_.work_pool, turn_, dispatch_}),
      test_deliveries_({ports_.clock, turn_, settings_.receivers}),
      channel_routes_({ports_.clock, ports_.database_pool, ports_.store, turn_, test_deliveries_,
                       settings_.receivers}),
      webhooks_({ports_.clock, ports_.database_pool, ports_.store},
                webhook_secrets_of(settings_.receivers)),
      incident_routes_({ports_.database_pool, ports_.store, turn_}, settings_.external_url),
      deployment_routes_({ports_.database_pool, ports_.store, turn_}),
      history_({ports_.database_pool, ports_.store, turn_, dispatch_, reloader_},
               settings_.regions),
      apply_({ports_.work_pool, reloader_, settings_.receivers}, settings_.checks_dir),
      web_routes_({ports_.database_pool, ports_.work_pool, ports_.store, turn_}),
      check_routes_({ports_.database_pool, ports_.work_pool, ports_.store, turn_}),
      maintenance_routes_({ports_.work_pool, turn_}),
      feed_({ports_.executor, ports_.clock, [this] { return turn_.durable(); }}),
      prometheus_routes_({ports_.clock, registry_}, settings_.version, settings_.regions),
      agent_routes_({ports_.clock, turn_, dispatch_, registry_, ports_.authority, tests_},
                    std::move(restored.cursors)),
      people_routes_(
          {ports_.clock, ports_.database_pool, ports_.store, turn_, dispatch_, registry_, reloader_,
           series_, silences_, tests_, channel_routes_, webhooks_, history_, apply_, web_routes_},
          {settings_.version, settings_.admin_token, settings_.backup_directory}),
      deliverer_({ports_.executor, ports_.clock, ports_.delivery,
                  [this](WriteSet rows) { return turn_.commit_rows(std::move(rows)); },
                  [this](const DeliveryReport& report) { take_report(report); }, ports_.mail},
                 {}, ports_.random.fork("deliver"), all_receivers(settings_)),
      health_({ports_.clock, ports_.work_pool, turn_, dispatch_, registry_, deliverer_},
              settings_.health, settings_.dead_man),
      remote_writer_({ports_.executor, ports_.clock, ports_.work_pool, ports_.delivery},
                     settings_.remote_write, ports_.random.fork("remote write")),
      reloads_(ports_.clock.wall_now()),
      tasks_(ports_.executor) {}

Controller::~Controller() = default;

Status Controller::begin(Restored& restored) {
  connect();
  health_.facts = std::move(ports_.own_facts);
  health_.restore(restored.incidents, restored.beats);
  turn_.restore_book(std::move(restored.incidents), restored.pages);
  turn_.restore_silences(restored.silences);
  turn_.restore_people(restored.deployments, std::move(restored.action_items));
  if (auto status = turn_.restore(); !status) return status;
  std::vector<AgentId> agents;
  for (const AgentRow& row : restored.agents)
    if (!row.revoked) agents.push_back(row.id);
  registry_.restore(std::move(restored.agents), std::move(restored.tokens));
  if (auto status = dispatch_.restore(restored.plan, agents); !status) return status;
  reloader_.restore(std::move(restored.active));
  if (auto status = test_deliveries_.restore(ports_.store); !status) return status;
  const auto received = ports_.store.webhooks_received(1000);
  if (!received) return fail(received.error());
  webhooks_.restore(*received);
  deliverer_.restore(std::move(restored.unfinished));
  return {};
}

void Controller::connect() {
  dispatch_.set_control_targets(settings_.control_targets);
  dispatch_.on_agents_changed = [this] { feed_.mark(EventFeed::agents); };
  turn_.on_committed = [this](const Outbound& out) { let_out(out); };
  turn_.on_event = [this](const Event& event) { observe(event); };
  reloader_.on_defined = [this](const Check& check) { series_.define(check); };
  reloader_.on_removed = [this](const CheckName& check) {
    series_.remove(check);
    web_routes_.remove(check);
  };
  series_.geohash = [this](const RegionName& region) { return places_.geohash(region); };
  people_routes_.place_of = [this](const RegionName& region) { return places_.find(region); };
  connect_channels();
  connect_feed();
  remote_writer_.read = [this] { return render_metrics(); };
  people_routes_.own_metrics = [this] { return render_own_metrics(); };
  people_routes_.stored_metrics = [this] { return deployment_routes_.render_metrics(); };
  incident_routes_.settle = [this] { return people_routes_.settle(); };
  deployment_routes_.settle = incident_routes_.settle;
  people_routes_.offer(incident_routes_.routes());
  people_routes_.offer(deployment_routes_.routes());
  people_routes_.offer(web_routes_.routes());
  people_routes_.offer(check_routes_.routes());
  people_routes_.offer(maintenance_routes_.routes());
  people_routes_.offer(prometheus_routes_.routes());
  people_routes_.pages = [](const ServerRequest& request) {
    return answer_page(request, embedded_assets());
  };
  people_routes_.warnings = [this] { return warnings(); };
  people_routes_.add_health = [this](StatusView& view) { health_.show(view); };
  agent_routes_.on_contact = [this](const ServerRequest& request, std::optional<WallTime> sent) {
    health_.contact(request, sent);
  };
}

void Controller::observe(const Event& event) {
  if (const auto* received = std::get_if<RunReceived>(&event.what)) {
    if (!received->superseded && !received->late) series_.observe(received->run);
    if (is_kept_as_good(received->run))
      dispatch_.keeps_evidence(received->run.key.check, received->run.key.region);
    web_routes_.observe(*received);
  }
  if (const auto* defined = std::get_if<CheckDefined>(&event.what)) series_.define(defined->check);
  health_.observe(event);
  feed_.mark(event);
}

// Incidents change in many places (verdicts, time, people, causes): the feed looks at them itself.
void Controller::connect_feed() {
  feed_.look_at_incidents = [this] {
    std::size_t seen = 0;
    const auto mix = [&seen](std::size_t value) { seen = seen * 1'000'003 + value; };
    const std::hash<std::string> hash;
    for (const IncidentRow& row : turn_.book().unresolved()) {
      mix(hash(row.id.value));
      mix(static_cast<std::size_t>(row.state));
      mix(hash(row.title + row.detail_json + row.parent.value));
    }
    return seen;
  };
}

void Controller::take_report(const DeliveryReport& report) {
  if (is_beat(report.row)) {
    health_.note_beat(report);
    return;
  }
  log_report(report);
  feed_.mark(EventFeed::deliveries | EventFeed::incidents);
  observe_delivery(report);
}

void Controller::let_out(const Outbound& out) {
  dispatch_.order(out.orders);
  dispatch_.want_evidence(out.evidence_wanted);
  deliverer_.add(out.outbox);
  if (!out.outbox.empty()) feed_.mark(EventFeed::deliveries | EventFeed::incidents);
  for (const BudgetSpent& spent : out.budgets)
    log::write(log::Level::warn, "budget of extra runs is spent: scheduled rounds decide",
               {{"check", spent.check.value}, {"refused", spent.refused}});
}

void Controller::clock_stepped(Millis by) {
  deliverer_.clock_stepped(by);
  const Millis jump = turn_.jump_of(by);
  if (jump <= Millis{0}) return;
  registry_.time_jumped(jump);
  dispatch_.time_jumped(jump);
  turn_.record(ControllerStarted{});
}

void Controller::start() {
  tasks_.spawn("commits", turn_.commit_loop());
  tasks_.spawn("timers", turn_.timer_loop());
  tasks_.spawn("plan", dispatch_.run());
  tasks_.spawn("reload", reloader_.watch());
  tasks_.spawn("deliver", deliverer_.run());
  tasks_.spawn("test deliveries", test_deliveries_.run());
  tasks_.spawn("housekeeping", housekeep());
  tasks_.spawn("health", health_.run());
  tasks_.spawn("grid", web_routes_.restore());
  tasks_.spawn("events", feed_.run());
  tasks_.spawn("remote write: collect", remote_writer_.collect_all());
  tasks_.spawn("remote write: send", remote_writer_.send_all());
}

async::Task<void> Controller::stop() {
  dispatch_.stop();
  tests_.stop();
  feed_.stop();
  co_await deliverer_.drain(Deadline::after(ports_.clock.now(), kStopLimit));
  turn_.checkpoint();
  async::Task<bool> durable = turn_.durable();
  const Deadline deadline = Deadline::after(ports_.clock.now(), kStopLimit);
  if (!co_await async::with_deadline(ports_.clock, deadline, std::move(durable)))
    log::write(log::Level::error, "stopped before everything was stored");
  tasks_.cancel_all();
  co_await tasks_.join();
}

async::Task<ServerResponse> Controller::handle_agent(ServerRequest request) {
  return agent_routes_.handle(std::move(request));
}

async::Task<ServerResponse> Controller::handle_people(ServerRequest request) {
  // A change by a person may touch anything: tokens, plans, silences, items.
  const bool changes = request.method == "POST";
  ServerResponse response = co_await people_routes_.handle(std::move(request));
  if (changes && response.status < 400) feed_.mark(EventFeed::everything);
  co_return response;
}

async::Task<void> Controller::housekeep() {
  while (true) {
    co_await ports_.clock.sleep_for(kHousekeepEvery);
    for (const auto& [id, row] : registry_.agents()) {
      AgentRow seen = row;
      seen.last_seen = registry_.last_seen(id).value_or(row.last_seen);
      turn_.staged().agents.push_back(std::move(seen));
    }
    while (co_await prune()) {
    }
  }
}

// One bounded part; true when there is more.
async::Task<bool> Controller::prune() {
  const auto work = [this, now = turn_.now(), retention = settings_.retention] {
    return ports_.store.prune(now, retention);
  };
  const auto report = co_await async::offload(ports_.database_pool, work);
  if (report) co_return report->more;
  log::error("old data cannot be removed", report.error());
  co_return false;
}

}  // namespace picket::controller
