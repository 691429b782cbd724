#include "controller/app.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "common/core/log.h"
#include "common/core/secure_random.h"
#include "common/core/text.h"
#include "common/http/curl_client.h"
#include "common/http/smtp_client.h"
#include "controller/config/config.h"
#include "controller/controller.h"
#include "controller/server/server.h"
#include "controller/store/backup.h"

namespace picket::controller {
namespace {

namespace fs = std::filesystem;

constexpr int kDrained = 0;
constexpr int kBadConfig = 3;
constexpr int kCouldNotRun = 4;
constexpr Millis kDisciplineEvery{10'000};
constexpr Millis kSmallSkew{500};
constexpr int kStepLooks = 60;  // a larger difference must last ten minutes to be believed

int give_up(const Error& error, int code = kCouldNotRun) {
  log::write(log::Level::critical, "cannot run",
             {{"code", to_string(error.code)}, {"error", error.message}, {"hint", error.hint}});
  return code;
}

Status write_private(const std::string& path, const std::string& content) {
  const int fd = ::open((path + ".new").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return fail(error_from_errno(errno, path));
  const bool ok =
      ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(fd) == 0;
  const int problem = errno;
  ::close(fd);
  if (!ok) return fail(error_from_errno(problem, path));
  if (::rename((path + ".new").c_str(), path.c_str()) != 0)
    return fail(error_from_errno(errno, path));
  return {};
}

// The token that changing routes ask for; made once, kept in state_dir/admin.token.
Result<std::string> admin_token(const std::string& state_dir) {
  const std::string path = state_dir + "/admin.token";
  std::ifstream in{path};
  std::stringstream text;
  text << in.rdbuf();
  std::string token{trim_ascii(text.str())};
  if (token.size() >= 32) return token;
  token = secure_random_hex(32);
  if (auto written = write_private(path, token + "\n"); !written)
    return fail(std::move(written.error()));
  return token;
}

// Two controllers on one state directory would page twice and corrupt nothing but trust.
class StateLock {
 public:
  static Result<StateLock> take(const std::string& state_dir) {
    const std::string path = state_dir + "/lock";
    const int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) return fail(error_from_errno(errno, path));
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return StateLock{fd};
    ::close(fd);
    return fail(ErrorCode::conflict, state_dir + " is in use by another controller",
                "stop it, or give this one a state_dir of its own");
  }
  StateLock(StateLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  StateLock& operator=(StateLock&&) = delete;
  ~StateLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit StateLock(int fd) : fd_(fd) {}
  int fd_;
};

Status make_directories(const std::string& state_dir) {
  for (const char* part : {"", "/run", "/backups"}) {
    std::error_code error;
    fs::create_directories(state_dir + part, error);
    if (error)
      return fail(ErrorCode::io, fmt::format("{}{}: {}", state_dir, part, error.message()),
                  "state_dir must be writable by the controller");
  }
  ::chmod(state_dir.c_str(), 0700);
  return {};
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
  return settings;
}

std::optional<DiskSpace> disk_space(const std::string& path) {
  struct statvfs found {};
  if (::statvfs(path.c_str(), &found) != 0) return std::nullopt;
  const std::uint64_t block = found.f_frsize;
  return DiskSpace{path, found.f_blocks * block, found.f_bavail * block};
}

// The daemon's time follows the machine's: small differences at once, a step only when it lasts.
async::Task<void> follow_machine_clock(async::RealClock& machine, async::DisciplinedClock& clock) {
  int looks = 0;
  while (true) {
    co_await machine.sleep_for(kDisciplineEvery);
    const Millis skew = clock.machine_skew();
    const bool small = std::chrono::abs(skew) <= kSmallSkew;
    looks = small ? 0 : looks + 1;
    if (looks == 1)
      log::write(log::Level::error, "the machine's clock was stepped: not followed for ten minutes",
                 {{"skew_ms", skew.count()}});
    if (!small && looks < kStepLooks) continue;
    clock.discipline(machine.wall_now(), machine.now(), Millis{5});
    looks = 0;
  }
}

class App {
 public:
  App(ControllerConfig config)
      : config_(std::move(config)),
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
  async::Task<void> serve();
  async::Task<void> wait_for_stop();

  ControllerConfig config_;
  boost::asio::io_context context_;
  async::RealClock machine_clock_;
  async::DisciplinedClock clock_;
  std::unique_ptr<Store> store_;  // outlives the pool's work
  std::unique_ptr<async::BlockingPool> database_pool_;
  std::unique_ptr<async::BlockingPool> work_pool_;
  std::unique_ptr<CertificateAuthority> authority_;
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

Status App::open_controller(std::string token) {
  const std::string directory = config_.checks_dir;
  checks::DecodeOptions decode;
  decode.receivers.emplace();
  for (const auto& [name, receiver] : config_.receivers) decode.receivers->insert(name);
  Controller::Ports ports{
      context_.get_executor(),
      clock_,
      *database_pool_,
      *work_pool_,
      *store_,
      *authority_,
      *delivery_,
      Random{std::hash<std::string>{}(secure_random_hex(16))},
      [directory, decode] { return checks::load_checks({directory}, decode); },
      [directory] { return fingerprint_of(directory); },
      mail_.get(),
      OwnFacts{[path = config_.state_dir] { return disk_space(path); }, authority_->until()}};
  auto controller = Controller::create(std::move(ports), make_settings(config_, std::move(token)));
  if (!controller) return fail(std::move(controller.error()));
  controller_ = std::move(*controller);
  return {};
}

Status App::open_listeners() {
  const auto certificate = authority_->issue_server(config_.agents.names, clock_.wall_now());
  if (!certificate) return fail(certificate.error());
  controller_->set_server_until(certificate->not_after);
  ServerOptions agents;
  agents.name = "agents";
  agents.host = config_.agents.listen.host;
  agents.port = config_.agents.listen.port;
  agents.tls =
      TlsListenerOptions{certificate->chain_pem, certificate->key_pem, authority_->ca_pem()};
  ServerOptions people;
  people.name = "api";
  people.host = config_.api.host;
  people.port = config_.api.port;
  people.body_bytes_max = 8 * 1024 * 1024;  // the checks of `picket apply`
  people.streams = [this](const ServerRequest& r) { return controller_->open_stream(r); };
  auto agent_server =
      create_server(context_.get_executor(), std::move(agents),
                    [this](ServerRequest r) { return controller_->handle_agent(std::move(r)); });
  if (!agent_server) return fail(std::move(agent_server.error()));
  agent_server_ = std::move(*agent_server);
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

async::Task<void> App::wait_for_stop() {
  while (true) {
    const int signal = co_await signals_.async_wait(boost::asio::use_awaitable);
    if (signal != SIGHUP) {
      log::info("stopping", {{"signal", static_cast<std::int64_t>(signal)}});
      co_return;
    }
    co_await controller_->reload(false);
  }
}

async::Task<void> App::serve() {
  controller_->start();
  agent_server_->start();
  people_server_->start();
  log::info("listening", {{"agents", static_cast<std::int64_t>(agent_server_->port())},
                          {"api", static_cast<std::int64_t>(people_server_->port())}});
  async::TaskGroup clock_task{context_.get_executor()};
  clock_task.spawn("clock", follow_machine_clock(machine_clock_, clock_));
  co_await wait_for_stop();
  co_await controller_->stop();
  co_await agent_server_->stop();
  co_await people_server_->stop();
  clock_task.cancel_all();
  co_await clock_task.join();
}

int App::run() {
  tasks_.spawn("app", serve());
  context_.run();  // returns when nothing is left
  log::info("stopped");
  return kDrained;
}

}  // namespace

int run_app(const AppOptions& options) {
  auto config = read_controller_config(options.config_path);
  if (!config) return give_up(config.error(), kBadConfig);
  log::configure(config->log.level, config->log.format);
  if (auto made = make_directories(config->state_dir); !made) return give_up(made.error());
  const auto lock = StateLock::take(config->state_dir);
  if (!lock) return give_up(lock.error());
  if (!options.restore_from.empty())
    if (auto s = restore_backup(options.restore_from, config->state_dir + "/picket.db"); !s)
      return give_up(s.error());
  App app{std::move(*config)};
  if (auto opened = app.open(); !opened) return give_up(opened.error());
  return app.run();
}

}  // namespace picket::controller
