#include "agent/app.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "agent/agent.h"
#include "agent/config/config.h"
#include "agent/config/settings.h"
#include "agent/dns/name_servers.h"
#include "agent/dns/socket_client.h"
#include "agent/icmp/echo_client.h"
#include "agent/icmp/tcp_tracer.h"
#include "agent/memory_trim.h"
#include "agent/net/socket_dialer.h"
#include "agent/probe/dns_servers.h"
#include "agent/probe/icmp_probe.h"
#include "agent/spool/real_disk.h"
#include "agent/state_lock.h"
#include "common/checks/config_print.h"
#include "common/core/log.h"
#include "common/core/secure_random.h"
#include "common/core/text.h"
#include "common/http/curl_client.h"
#include "common/service/supervisor.h"

namespace picket::agent {
namespace {

int complain(const Error& error, int code) {
  std::cerr << "picket-agent: " << render(error) << '\n';
  return code;
}

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

SecretLocations locations_of(const SecretSettings& settings) {
  SecretLocations locations;
  if (!settings.directory.empty()) locations.directories.push_back(settings.directory);
  locations.environment_prefix = settings.environment_prefix;
  return locations;
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

// Where the configuration comes from, for reading it again.
struct Source {
  std::string path;
  checks::ConfigLayers layers;
};

// The program while it runs. Members end in reverse order: the agent before what it uses.
class Program {
 public:
  Program(Source source, AgentConfig config, std::unique_ptr<Disk> disk)
      : source_(std::move(source)), config_(std::move(config)), disk_(std::move(disk)) {}

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
    secrets_ = std::make_unique<LocalSecrets>(locations_of(config_.secrets));
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
    ports.on_pass = [this] { manager_.worked(clock_.now()); };
    AgentSettings settings = settings_of(config_);
    if (const auto every = manager_.watchdog_every()) settings.longest_sleep = *every;
    agent_ = std::make_unique<Agent>(std::move(ports), std::move(settings));
    return {};
  }

  int run() {
    manager_.status("enrolling, or waiting for the disk");
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
      ready_ = true;
      manager_.ready(status_line());
      co_return;
    }
    exit_code_ = complain(started.error(), kCouldNotRun);
    stop_signals();
  }

  async::Task<void> watch_signals() {
    const auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    bool draining = false;
    while (true) {
      const auto [error, number] = co_await signals_.async_wait(token);
      if (error) co_return;
      if (number == SIGHUP) {
        if (!draining) reload();
        continue;
      }
      if (draining) break;
      draining = true;
      log::info("stopping", {{"signal", std::int64_t(number)}});
      manager_.stopping("draining: runs end, results are sent");
      tasks_.spawn("drain", drain());
    }
    log::warn("stopping at once");
    ::_exit(kCouldNotRun);  // runs are under way: nothing can be taken down in order
  }

  std::string status_line() const { return "running checks as " + render(agent_->id()); }

  // What changes while the agent runs. A configuration that is wrong changes nothing.
  void reload() {
    if (ready_) manager_.reloading();
    const auto next = read_agent_config(source_.path, source_.layers);
    if (!next) {
      log::error("configuration not reloaded, the one in force stays", next.error());
    } else {
      log::configure(next->log.level, next->log.format);
      secrets_->set_locations(locations_of(next->secrets));
      agent_->take_tests(next->tests);
      log::info("configuration reloaded");
      if (const auto waiting = checks::changed_parts(config_.parts, next->parts,
                                                     {"log", "secrets", "tests", "version"});
          !waiting.empty())
        log::warn("changed in the configuration, but only a restart brings it into force",
                  {{"keys", waiting}});
    }
    if (ready_) manager_.ready(status_line());
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

  Source source_;
  AgentConfig config_;
  service::Supervisor manager_{service::Supervisor::from_environment()};
  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_{context_, SIGTERM, SIGINT, SIGHUP};
  async::RealClock machine_clock_{context_.get_executor()};
  async::DisciplinedClock clock_{machine_clock_};  // by the controller's time
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
  std::unique_ptr<LocalSecrets> secrets_;
  std::unique_ptr<Agent> agent_;
  async::TaskGroup starting_{context_.get_executor()};
  async::TaskGroup tasks_{context_.get_executor()};
  int exit_code_{kDrained};
  bool ready_{false};  // enrolled, the schedule runs
};

int run_configured(Source source) {
  auto config = read_agent_config(source.path, source.layers);
  if (!config) return complain(config.error(), kBadConfiguration);
  log::configure(config->log.level, config->log.format);
  auto disk = create_real_disk();
  auto lock = StateLock::take(*disk, config->state_dir);
  if (!lock) return complain(lock.error(), kCouldNotRun);
  Program program(std::move(source), std::move(*config), std::move(disk));
  if (const Status prepared = program.prepare(); !prepared)
    return complain(prepared.error(), kBadConfiguration);
  return program.run();
}

int print_configured(const Source& source) {
  const auto text = print_agent_config(source.path, source.layers);
  if (!text) return complain(text.error(), kBadConfiguration);
  std::cout << *text;
  return kDrained;
}

// A flag for each setting; what is given stands over the environment and the file.
void add_settings(CLI::App& app, checks::ConfigLayers& layers) {
  for (const checks::Setting& setting : layers.settings()) {
    const auto take = [&layers, &setting](const std::string& text) {
      layers.take_flag(setting.path, text);
    };
    app.add_option_function<std::string>(flag_of(setting), take, std::string{setting.text})
        ->type_name(std::string{setting.type})
        ->group("Settings, over the environment and the file");
  }
}

}  // namespace

int run_app(int argc, char** argv) {
  CLI::App app{"Runs checks in one region and reports to the controller.", "picket-agent"};
  Source source{{}, agent_layers()};
  app.add_option("--config", source.path, "configuration file (agent.yaml)")
      ->required()
      ->envname("PICKET_AGENT_CONFIG")
      ->type_name("FILE");
  bool print = false;
  app.add_flag("--print-config", print,
               "print the configuration in force and where each value comes from, and end");
  add_settings(app, source.layers);
  app.set_version_flag("--version", "picket-agent " PICKET_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDrained : kBadCommandLine;
  }
  source.layers.take_environment(std::getenv);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a file at `ulimit -f` is an error of the write, as a full disk
  try {
    return print ? print_configured(source) : run_configured(std::move(source));
  } catch (const std::exception& bug) {
    std::cerr << "picket-agent: a bug: " << bug.what() << '\n';
    return kCouldNotRun;
  }
}

}  // namespace picket::agent
