#include "controller/daemon/app.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "common/checks/config_print.h"
#include "common/core/log.h"
#include "common/core/secure_random.h"
#include "common/http/curl_client.h"
#include "common/http/smtp_client.h"
#include "common/service/supervisor.h"
#include "controller/clock_follower.h"
#include "controller/config/config.h"
#include "controller/controller.h"
#include "controller/daemon/server_certificate.h"
#include "controller/daemon/state_directory.h"
#include "controller/server/host_names.h"
#include "controller/server/server.h"
#include "controller/store/backup.h"

namespace picket::controller {
namespace {

constexpr int kDrained = 0;
constexpr int kBadConfig = 3;
constexpr int kCouldNotRun = 4;
constexpr Millis kPulseEvery{5'000};
constexpr Millis kOverdueMost{90'000};  // the evaluation's longest nap is a minute

int give_up(const Error& error, int code = kCouldNotRun) {
  log::write(log::Level::critical, "cannot run",
             {{"code", to_string(error.code)}, {"error", error.message}, {"hint", error.hint}});
  return code;
}

ControllerSettings make_settings(const ControllerConfig& config, std::string token) {
  ControllerSettings settings;
  settings.version = PICKET_VERSION;
  settings.admin_token = std::move(token);
  settings.external_url = config.external_url;
  settings.backup_directory = config.state_dir + "/backups";
  settings.checks_dir = config.checks_dir;
  for (const auto& [name, region] : config.regions) settings.regions[name] = region.labels;
  for (const auto& [name, region] : config.regions)
    if (region.at) settings.region_points[name] = *region.at;
  for (const auto& [name, region] : config.regions)
    if (!region.control_targets.empty()) settings.control_targets[name] = region.control_targets;
  for (const auto& [name, receiver] : config.receivers) settings.receivers.push_back(receiver);
  settings.default_receiver = config.default_receiver;
  settings.fleet_receivers = config.fleet_receivers;
  settings.route_rules = config.routes;
  settings.retention.raw = config.retention.raw;
  settings.retention.history = config.retention.rounds;
  settings.after_manual_resolve = config.after_manual_resolve;
  settings.health = config.health;
  settings.dead_man = config.dead_man;
  settings.remote_write = config.remote_write;
  return settings;
}

class App {
 public:
  App(AppOptions options, ControllerConfig config, service::Supervisor manager)
      : options_(std::move(options)),
        config_(std::move(config)),
        manager_(std::move(manager)),
        context_(1),
        machine_clock_(context_.get_executor()),
        clock_(machine_clock_),
        database_pool_(async::create_thread_pool(1)),
        work_pool_(async::create_thread_pool(1)),
        signals_(context_, SIGTERM, SIGINT, SIGHUP),
        tasks_(context_.get_executor()) {}

  Status open();
  int run();

 private:
  Status open_deliveries();
  Status open_controller(std::string token);
  Status open_listeners();
  Reloader::Load make_load(const ControllerConfig& config) const;
  async::Task<void> serve();
  async::Task<void> wait_for_stop();
  async::Task<void> second_signal();
  async::Task<void> reload();
  async::Task<Status> bring_into_force(ControllerConfig next);
  async::Task<void> pulse();
  std::optional<WallTime> find_overdue() const;
  bool stuck();
  std::string status_line() const;
  std::map<std::string, std::uint64_t> refused_connections() const;

  AppOptions options_;
  ControllerConfig config_;  // as it was started
  service::Supervisor manager_;
  std::optional<WallTime> overdue_;  // what is due and not done
  MonoTime overdue_since_;
  boost::asio::io_context context_;
  async::RealClock machine_clock_;
  async::DisciplinedClock clock_;
  std::unique_ptr<Store> store_;  // outlives the pool's work
  std::unique_ptr<async::BlockingPool> database_pool_;
  std::unique_ptr<async::BlockingPool> work_pool_;
  std::unique_ptr<CertificateAuthority> authority_;
  std::optional<ServerCertificate> certificate_;
  std::unique_ptr<http::Network> network_;
  std::unique_ptr<http::HttpClient> delivery_;
  std::unique_ptr<http::SmtpClient> mail_;
  std::unique_ptr<Controller> controller_;
  std::unique_ptr<Server> agent_server_;
  std::unique_ptr<Server> people_server_;
  boost::asio::signal_set signals_;
  async::TaskGroup tasks_;
};

Status App::open() {
  StoreOptions options;
  options.path = config_.state_dir + "/picket.db";
  auto store = Store::open(options);
  if (!store) return fail(std::move(store.error()));
  store_ = std::move(*store);
  auto authority = CertificateAuthority::open(config_.state_dir + "/ca", clock_.wall_now());
  if (!authority) return fail(std::move(authority.error()));
  authority_ = std::move(*authority);
  if (auto opened = open_deliveries(); !opened) return opened;
  auto token = admin_token(config_.state_dir);
  if (!token) return fail(std::move(token.error()));
  if (auto opened = open_controller(std::move(*token)); !opened) return opened;
  return open_listeners();
}

Status App::open_deliveries() {
  http::NetworkOptions options;
  options.guard = http::AddressGuard::open();
  auto network = http::Network::create(context_.get_executor(), clock_, std::move(options));
  if (!network) return fail(std::move(network.error()));
  network_ = std::move(*network);
  auto delivery = http::create_curl_client(context_.get_executor(), clock_, *network_,
                                           "picket/" PICKET_VERSION);
  if (!delivery) return fail(std::move(delivery.error()));
  delivery_ = std::move(*delivery);
  auto mail = http::create_smtp_client(clock_, *network_);
  if (!mail) return fail(std::move(mail.error()));
  mail_ = std::move(*mail);
  return {};
}

// The checks of the directory that it was started with, and the receivers of `config`.
Reloader::Load App::make_load(const ControllerConfig& config) const {
  checks::DecodeOptions decode;
  decode.receivers.emplace();
  for (const auto& [name, receiver] : config.receivers) decode.receivers->insert(name);
  return
      [directory = config_.checks_dir, decode] { return checks::load_checks({directory}, decode); };
}

Status App::open_controller(std::string token) {
  const std::string directory = config_.checks_dir;
  Controller::Ports ports{context_.get_executor(),
                          clock_,
                          *database_pool_,
                          *work_pool_,
                          *store_,
                          *authority_,
                          *delivery_,
                          Random{std::hash<std::string>{}(secure_random_hex(16))},
                          make_load(config_),
                          [directory] { return fingerprint_of(directory); },
                          mail_.get(),
                          OwnFacts{[path = config_.state_dir] { return disk_space(path); },
                                   authority_->until(), [this] { return refused_connections(); }}};
  auto controller = Controller::create(std::move(ports), make_settings(config_, std::move(token)));
  if (!controller) return fail(std::move(controller.error()));
  controller_ = std::move(*controller);
  return {};
}

Status App::open_listeners() {
  certificate_.emplace(*authority_, clock_);
  certificate_->on_shown = [this](WallTime until) { controller_->set_server_until(until); };
  auto certificate = certificate_->issue(config_.agents.names);
  if (!certificate) return fail(std::move(certificate.error()));
  ServerOptions agents;
  agents.name = "agents";
  agents.host = config_.agents.listen.host;
  agents.port = config_.agents.listen.port;
  agents.tls = certificate->tls;
  ServerOptions people;
  people.name = "api";
  people.host = config_.api.host;
  people.port = config_.api.port;
  people.body_bytes_max = 8 * 1024 * 1024;  // the checks of `picket apply`
  if (is_loopback(people.host)) people.host_names = {host_of_url(config_.external_url)};
  people.streams = [this](const ServerRequest& r) { return controller_->open_stream(r); };
  auto agent_server =
      create_server(context_.get_executor(), std::move(agents),
                    [this](ServerRequest r) { return controller_->handle_agent(std::move(r)); });
  if (!agent_server) return fail(std::move(agent_server.error()));
  agent_server_ = std::move(*agent_server);
  certificate_->shown(*certificate);
  auto people_server =
      create_server(context_.get_executor(), std::move(people),
                    [this](ServerRequest r) { return controller_->handle_people(std::move(r)); });
  if (!people_server) return fail(std::move(people_server.error()));
  people_server_ = std::move(*people_server);
  for (const auto& [name, server] :
       {std::pair{"agents", agent_server_.get()}, std::pair{"api", people_server_.get()}})
    if (auto s = write_private(fmt::format("{}/run/{}.port", config_.state_dir, name),
                               std::to_string(server->port()) + "\n");
        !s)
      return s;
  return {};
}

std::map<std::string, std::uint64_t> App::refused_connections() const {
  std::map<std::string, std::uint64_t> refused;
  if (agent_server_) refused["agents"] = agent_server_->refused();
  if (people_server_) refused["api"] = people_server_->refused();
  return refused;
}

async::Task<void> App::wait_for_stop() {
  while (true) {
    const int signal = co_await signals_.async_wait(boost::asio::use_awaitable);
    if (signal != SIGHUP) {
      log::info("stopping", {{"signal", static_cast<std::int64_t>(signal)}});
      co_return;
    }
    co_await reload();
  }
}

// While it stops: a second SIGTERM or SIGINT ends at once. What was acknowledged is durable.
async::Task<void> App::second_signal() {
  const auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
  while (true) {
    const auto [error, signal] = co_await signals_.async_wait(token);
    if (error) co_return;
    if (signal == SIGHUP) continue;
    log::warn("stopping at once", {{"signal", static_cast<std::int64_t>(signal)}});
    ::_exit(kCouldNotRun);
  }
}

// A configuration that is wrong changes nothing: the one in force stays, and it is told.
async::Task<void> App::reload() {
  manager_.reloading();
  const auto read = [this] {
    return read_controller_config(options_.config_path, options_.layers);
  };
  auto next = co_await async::offload(*work_pool_, read);
  if (!next) controller_->note_bad_configuration();
  Status done = next ? Status{} : fail(next.error());
  if (next) done = co_await bring_into_force(std::move(*next));
  if (!done) {
    log::error("configuration not reloaded, the one in force stays", done.error());
    co_await controller_->reload(false);
  }
  manager_.ready(status_line());
}

// All of it, or nothing: the certificate is issued before anything changes.
async::Task<Status> App::bring_into_force(ControllerConfig next) {
  auto certificate = certificate_->issue(next.agents.names);
  if (!certificate) {
    controller_->note_bad_configuration();
    co_return fail(std::move(certificate.error()));
  }
  ControllerSettings settings = make_settings(next, {});
  Reloader::Load load = make_load(next);
  const Status done = co_await controller_->reconfigure(std::move(settings), std::move(load));
  if (!done) co_return done;
  log::configure(next.log.level, next.log.format);
  if (const Status shown = certificate_->show(std::move(*certificate), *agent_server_); !shown)
    log::error("the new certificate for agents is not shown", shown.error());
  log::info("configuration reloaded");
  if (const std::string waiting = waits_for_restart(config_, next); !waiting.empty())
    log::warn("changed in the configuration, but only a restart brings it into force",
              {{"keys", waiting}});
  co_return Status{};
}

// Since when work of the evaluation is due that was not done.
std::optional<WallTime> App::find_overdue() const {
  const Turn& turn = controller_->turn();
  std::optional<WallTime> due = turn.evaluator().next_due();
  for (const auto& other : {turn.fleet().next_due(), turn.book().next_due()})
    if (other && (!due || *other < *due)) due = other;
  return due && *due < turn.now() ? due : std::nullopt;
}

// The evaluation has had something to do for too long, by a clock that no step moves.
bool App::stuck() {
  const auto overdue = find_overdue();
  if (!overdue || overdue != overdue_) {
    overdue_ = overdue;
    overdue_since_ = machine_clock_.now();
  }
  return overdue_ && machine_clock_.now() - overdue_since_ >= kOverdueMost;
}

std::string App::status_line() const {
  if (const auto& trouble = controller_->turn().trouble()) return "not ready: " + render(*trouble);
  return fmt::format("ready, {} checks", controller_->dispatch().checks().size());
}

// Tells the service manager: ready once the checks are loaded, then that the evaluation works.
async::Task<void> App::pulse() {
  const Millis every = std::min(manager_.watchdog_every().value_or(kPulseEvery), kPulseEvery);
  co_await controller_->reload(false);
  manager_.ready(status_line());
  while (true) {
    // With a disk that takes nothing the evaluation waits, and a restart would mend nothing.
    if (!stuck() || controller_->turn().trouble()) manager_.worked(machine_clock_.now());
    manager_.status(status_line());
    co_await machine_clock_.sleep_for(every);
  }
}

async::Task<void> App::serve() {
  controller_->start();
  agent_server_->start();
  people_server_->start();
  log::info("listening", {{"agents", static_cast<std::int64_t>(agent_server_->port())},
                          {"api", static_cast<std::int64_t>(people_server_->port())}});
  async::TaskGroup beside{context_.get_executor()};
  beside.spawn("clock", follow_machine_clock(machine_clock_, clock_, [this](Millis by) {
                 controller_->clock_stepped(by);
               }));
  beside.spawn("pulse", pulse());
  beside.spawn("certificate", certificate_->renew(*agent_server_));
  co_await wait_for_stop();
  manager_.stopping("draining: what was taken is stored, sends under way end");
  beside.spawn("second signal", second_signal());
  co_await controller_->stop();
  co_await agent_server_->stop();
  co_await people_server_->stop();
  beside.cancel_all();
  co_await beside.join();
}

int App::run() {
  tasks_.spawn("app", serve());
  context_.run();  // returns when nothing is left
  log::info("stopped");
  return kDrained;
}

}  // namespace

int run_app(const AppOptions& options) {
  auto manager = service::Supervisor::from_environment();
  auto config = read_controller_config(options.config_path, options.layers);
  if (!config) return give_up(config.error(), kBadConfig);
  log::configure(config->log.level, config->log.format);
  if (auto made = make_directories(config->state_dir); !made) return give_up(made.error());
  const auto lock = StateLock::take(config->state_dir);
  if (!lock) return give_up(lock.error());
  if (!options.restore_from.empty()) {
    const auto restore = options.restore_only ? replace_with_backup : restore_backup;
    if (auto s = restore(options.restore_from, config->state_dir + "/picket.db"); !s)
      return give_up(s.error());
  }
  if (options.restore_only) return kDrained;
  manager.status("opening the database");
  App app{options, std::move(*config), std::move(manager)};
  if (auto opened = app.open(); !opened) return give_up(opened.error());
  return app.run();
}

int print_config(const AppOptions& options) {
  const auto text = print_controller_config(options.config_path, options.layers);
  if (!text) {
    std::cerr << "picket-controller: " << render(text.error()) << '\n';
    return kBadConfig;
  }
  std::cout << *text;
  return kDrained;
}

}  // namespace picket::controller
