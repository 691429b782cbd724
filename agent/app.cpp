#include "agent/app.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <csignal>
#include <iostream>

#include "agent/agent.h"
#include "agent/config/config.h"
#include "agent/dns/name_servers.h"
#include "agent/dns/socket_client.h"
#include "agent/icmp/echo_client.h"
#include "agent/icmp/tcp_tracer.h"
#include "agent/memory_trim.h"
#include "agent/net/socket_dialer.h"
#include "agent/probe/dns_servers.h"
#include "agent/probe/icmp_probe.h"
#include "agent/spool/real_disk.h"
#include "common/core/log.h"
#include "common/core/secure_random.h"
#include "common/core/text.h"
#include "common/http/curl_client.h"

namespace picket::agent {
namespace {

int complain(const Error& error, int code) {
  std::cerr << "picket-agent: " << render(error) << '\n';
  return code;
}

// Held for the life of the process: two agents on one state_dir would be one identity twice.
class StateLock {
 public:
  static Result<StateLock> take(Disk& disk, const std::string& state_dir) {
    if (auto made = disk.make_directory(state_dir); !made) return fail(made.error());
    const std::string path = state_dir + "/lock";
    StateLock lock{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (lock.fd_ < 0) return fail(error_from_errno(errno, "open " + path));
    if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0)
      return fail(ErrorCode::conflict,
                  "another agent works in " + state_dir + ", process " +
                      std::string(trim_ascii(disk.read(path).value_or("unknown"))),
                  "give each agent a state_dir of its own");
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock.fd_, 0) != 0 ||
        ::write(lock.fd_, pid.data(), pid.size()) != static_cast<ssize_t>(pid.size()))
      log::warn("lock file holds no process id", {{"path", path}});
    return lock;
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

std::string host_name() {
  char buffer[256] = {};
  ::gethostname(buffer, sizeof buffer - 1);
  const std::string name = to_lower_ascii(buffer);
  return name.substr(0, name.find('.'));
}

AgentSettings settings_of(const AgentConfig& config) {
  AgentSettings out;
  out.tests = config.tests;
  out.controller = config.controller;
  out.state_dir = config.state_dir;
  out.name = config.name.empty() ? host_name() : config.name;
  out.join_token_file = config.join_token_file;
  out.version = PICKET_VERSION;
  out.limits.concurrent_runs = static_cast<std::size_t>(config.limits.concurrent_runs);
  out.limits.runs_per_host = static_cast<std::size_t>(config.limits.per_host);
  out.spool_bytes = config.limits.spool_bytes;
  out.spool_age = config.limits.spool_age;
  return out;
}

using Client = std::unique_ptr<http::HttpClient>;

Result<std::unique_ptr<http::Network>> make_probe_network(async::Executor executor,
                                                          async::Clock& clock,
                                                          const AgentConfig& config) {
  auto guard = http::AddressGuard::create(config.network.allow);
  if (!guard) return fail(guard.error());
  http::NetworkOptions options;
  options.dns_servers = config.resolver_servers;
  options.ca_file = config.network.ca_file;
  options.guard = std::move(*guard);
  return http::Network::create(std::move(executor), clock, std::move(options));
}

Result<Client> make_controller_client(async::Executor executor, async::Clock& clock,
                                      const AgentConfig& config) {
  http::CurlClientOptions options;
  options.dns_servers = config.resolver_servers;
  options.ca_file = config.controller_ca;
  options.add_system_roots = config.controller_ca.empty();
  options.guard = http::AddressGuard::open();
  options.user_agent = "picket/" PICKET_VERSION;
  return http::create_curl_client(std::move(executor), clock, std::move(options));
}

// The program while it runs. Members end in reverse order: the agent before what it uses.
class Program {
 public:
  Program(AgentConfig config, std::unique_ptr<Disk> disk)
      : config_(std::move(config)), disk_(std::move(disk)) {}

  Status prepare() {
    auto network = make_probe_network(context_.get_executor(), clock_, config_);
    if (!network) return fail(network.error());
    network_ = std::move(*network);
    auto probes = http::create_curl_client(context_.get_executor(), clock_, *network_,
                                           "picket/" PICKET_VERSION);
    if (!probes) return fail(probes.error());
    auto controller = make_controller_client(context_.get_executor(), clock_, config_);
    if (!controller) return fail(controller.error());
    probes_ = std::move(*probes);
    controller_ = std::move(*controller);
    SecretLocations locations;
    if (!config_.secrets.directory.empty())
      locations.directories.push_back(config_.secrets.directory);
    locations.environment_prefix = config_.secrets.environment_prefix;
    secrets_ = std::make_unique<LocalSecrets>(std::move(locations));
    dns_ = create_dns_client(clock_, network_->guard());
    icmp_ = create_echo_client(clock_);
    dialer_ = create_socket_dialer(context_.get_executor(), clock_, *network_);
    dns_ports_.emplace(DnsPorts{*dns_, *network_, system_servers(config_.resolver_servers)});
    tracer_ = create_tcp_tracer(clock_, config_.limits.traceroutes_per_minute);
    icmp_ports_.emplace(IcmpPorts{*icmp_, *network_});
    AgentPorts ports{context_.get_executor(),
                     clock_,
                     *probes_,
                     *controller_,
                     *disk_,
                     *pool_,
                     *secrets_,
                     Random{seed()},
                     secure_random_hex(16),
                     trim_memory,
                     &*dns_ports_,
                     &*icmp_ports_,
                     dialer_.get(),
                     tracer_.get()};
    agent_ = std::make_unique<Agent>(std::move(ports), settings_of(config_));
    return {};
  }

  int run() {
    tasks_.spawn("signals", watch_signals());
    starting_.spawn("start", start());
    context_.run();
    return exit_code_;
  }

 private:
  static std::uint64_t seed() { return std::stoull(secure_random_hex(8), nullptr, 16); }

  async::Task<void> start() {
    const Status started = co_await agent_->start();
    if (started) {
      trim_memory();
      co_return;
    }
    exit_code_ = complain(started.error(), kCouldNotRun);
    stop_signals();
  }

  async::Task<void> watch_signals() {
    const auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    const auto [error, number] = co_await signals_.async_wait(token);
    if (error) co_return;
    log::info("stopping", {{"signal", std::int64_t(number)}});
    tasks_.spawn("drain", drain());
    const auto [again_error, again] = co_await signals_.async_wait(token);
    if (again_error) co_return;
    log::warn("stopping at once", {{"signal", std::int64_t(again)}});
    ::_exit(kCouldNotRun);  // runs are under way: nothing can be taken down in order
  }

  async::Task<void> drain() {
    starting_.cancel_all();
    co_await starting_.join();
    co_await agent_->drain();
    stop_signals();
  }

  // The last work that keeps the context running.
  void stop_signals() {
    boost::system::error_code ignored;
    signals_.cancel(ignored);
  }

  AgentConfig config_;
  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_{context_, SIGTERM, SIGINT};
  async::RealClock clock_{context_.get_executor()};
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<async::BlockingPool> pool_{async::create_thread_pool(1)};
  std::unique_ptr<http::Network> network_;
  std::unique_ptr<DnsClient> dns_;
  std::unique_ptr<IcmpClient> icmp_;
  std::unique_ptr<Dialer> dialer_;
  std::optional<DnsPorts> dns_ports_;
  std::optional<IcmpPorts> icmp_ports_;
  std::unique_ptr<RouteTracer> tracer_;
  Client probes_;
  Client controller_;
  std::unique_ptr<SecretSource> secrets_;
  std::unique_ptr<Agent> agent_;
  async::TaskGroup starting_{context_.get_executor()};
  async::TaskGroup tasks_{context_.get_executor()};
  int exit_code_{kDrained};
};

int run_configured(const std::string& path) {
  auto config = read_agent_config(path);
  if (!config) return complain(config.error(), kBadConfiguration);
  log::configure(config->log.level, config->log.format);
  auto disk = create_real_disk();
  auto lock = StateLock::take(*disk, config->state_dir);
  if (!lock) return complain(lock.error(), kCouldNotRun);
  Program program(std::move(*config), std::move(disk));
  if (const Status prepared = program.prepare(); !prepared)
    return complain(prepared.error(), kBadConfiguration);
  return program.run();
}

}  // namespace

int run_app(int argc, char** argv) {
  CLI::App app{"Runs checks in one region and reports to the controller.", "picket-agent"};
  std::string config;
  app.add_option("--config", config, "configuration file (agent.yaml)")
      ->required()
      ->type_name("FILE");
  app.set_version_flag("--version", "picket-agent " PICKET_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDrained : kBadCommandLine;
  }
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a file at `ulimit -f` is an error of the write, as a full disk
  try {
    return run_configured(config);
  } catch (const std::exception& bug) {
    std::cerr << "picket-agent: a bug: " << bug.what() << '\n';
    return kCouldNotRun;
  }
}

}  // namespace picket::agent
