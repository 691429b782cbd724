#include "cli/commands/run_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <charconv>

#include "agent/dns/name_servers.h"
#include "agent/dns/socket_client.h"
#include "agent/icmp/echo_client.h"
#include "agent/icmp/tcp_tracer.h"
#include "agent/net/socket_dialer.h"
#include "agent/probe/dns_servers.h"
#include "agent/probe/icmp_probe.h"
#include "agent/probe/probes.h"
#include "common/async/task_group.h"
#include "common/core/secure_random.h"

namespace picket::cli {
namespace {

constexpr int kTracesPerMinute = 6;

std::uint64_t random_seed() {
  const std::string hex = secure_random_hex(8);
  std::uint64_t seed = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), seed, 16);
  return seed;
}

class LocalRuns {
 public:
  LocalRuns(boost::asio::io_context& context, const agent::ProbePorts& ports,
            const RunChecksOptions& options, const RunObserver& observer)
      : group_(context.get_executor()),
        clock_(ports.clock),
        options_(options),
        observer_(observer),
        secrets_(locations(options)),
        probes_(ports),
        runner_(probes_, ports.clock, secrets_, Random{random_seed()}, options.user_agent),
        signals_(context, SIGINT, SIGTERM) {}

  void trace_with(agent::RouteTracer& tracer) { runner_.trace_with(tracer); }
  void start(std::vector<std::shared_ptr<const Check>> checks);
  std::vector<LocalRun> take();

 private:
  static agent::SecretLocations locations(const RunChecksOptions& options) {
    agent::SecretLocations locations;
    locations.directories = options.secret_directories;
    return locations;
  }
  async::Task<void> work();
  agent::RunOrder order_for(std::size_t index);
  void announce();

  async::TaskGroup group_;
  async::Clock& clock_;
  const RunChecksOptions& options_;
  const RunObserver& observer_;
  agent::LocalSecrets secrets_;
  agent::Probes probes_;
  agent::Runner runner_;
  boost::asio::signal_set signals_;
  std::vector<std::shared_ptr<const Check>> checks_;
  std::vector<LocalRun> runs_;
  std::size_t next_{0};
  std::size_t announced_{0};
  int workers_{0};
};

void LocalRuns::start(std::vector<std::shared_ptr<const Check>> checks) {
  checks_ = std::move(checks);
  for (const auto& check : checks_) runs_.push_back({check->name, std::nullopt, {}});
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) group_.cancel_all();
  });
  const int most = static_cast<int>(std::min<std::size_t>(checks_.size(), 64));
  for (int i = 0; i < std::min(options_.concurrency, most); ++i) {
    ++workers_;
    group_.spawn("run checks", work());
  }
}

agent::RunOrder LocalRuns::order_for(std::size_t index) {
  agent::RunOrder order;
  order.check = checks_[index];
  order.key.check = order.check->name;
  order.key.region = options_.region;
  order.key.round = clock_.wall_now();
  order.key.kind = RunKind::manual;
  order.keep_evidence = options_.keep_evidence;
  order.evidence_body_bytes = options_.evidence_body_bytes;
  order.on_step = [this, index](const StepResult& step) {
    LocalRun& run = runs_[index];
    if (run.seen.size() >= checks_[index]->steps.size()) run.seen.clear();  // a retry began
    run.seen.push_back(step);
    if (observer_.on_progress)
      observer_.on_progress(fmt::format("{}: {}", run.check.value, step.name));
  };
  return order;
}

async::Task<void> LocalRuns::work() {
  try {
    while (next_ < checks_.size()) {
      const std::size_t index = next_++;
      agent::RunOrder order = order_for(index);
      RunResult result = co_await runner_.run(std::move(order));
      runs_[index].result = std::move(result);
      announce();
    }
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::operation_aborted) throw;
    next_ = checks_.size();
  }
  if (--workers_ == 0) signals_.cancel();
}

void LocalRuns::announce() {
  while (announced_ < runs_.size() && runs_[announced_].result) {
    if (observer_.on_done) observer_.on_done(runs_[announced_]);
    ++announced_;
  }
}

// After SIGINT there are gaps: what comes behind them has not been announced yet.
std::vector<LocalRun> LocalRuns::take() {
  for (; announced_ < runs_.size(); ++announced_)
    if (observer_.on_done) observer_.on_done(runs_[announced_]);
  return std::move(runs_);
}

}  // namespace

Result<std::vector<LocalRun>> run_checks(std::vector<std::shared_ptr<const Check>> checks,
                                         RunChecksOptions options, RunObserver observer) {
  boost::asio::io_context context{1};
  async::RealClock clock{context.get_executor()};
  auto network = http::Network::create(context.get_executor(), clock, options.http);
  if (!network) return fail(std::move(network.error()));
  auto client =
      http::create_curl_client(context.get_executor(), clock, **network, options.http.user_agent);
  if (!client) return fail(std::move(client.error()));
  const auto dns = agent::create_dns_client(clock, (*network)->guard());
  const auto icmp = agent::create_echo_client(clock);
  const auto tracer = agent::create_tcp_tracer(clock, kTracesPerMinute);
  const agent::DnsPorts dns_ports{*dns, **network, agent::system_servers(options.http.dns_servers)};
  const agent::IcmpPorts icmp_ports{*icmp, **network};
  const auto dialer = agent::create_socket_dialer(context.get_executor(), clock, **network);
  std::vector<LocalRun> done;
  {
    const agent::ProbePorts ports{**client, clock, &dns_ports, &icmp_ports, dialer.get()};
    LocalRuns runs{context, ports, options, observer};
    runs.trace_with(*tracer);
    runs.start(std::move(checks));
    context.run();
    done = runs.take();
  }
  return done;
}

}  // namespace picket::cli
