#include "tests/integration/hostile/rig.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <stdexcept>

#include "agent/dns/name_servers.h"
#include "agent/dns/socket_client.h"
#include "agent/net/socket_dialer.h"
#include "agent/probe/dns_servers.h"
#include "agent/probe/probes.h"
#include "agent/script/runner.h"
#include "common/async/task_group.h"

namespace picket::test {
namespace {

using namespace std::chrono_literals;
using namespace picket::agent;

constexpr Nanos kAfterTimeout = 250ms;
constexpr Nanos kInnocentEvery = 20ms;
constexpr long kGrowthMaxKb = 32 * 1024;
#ifdef __SANITIZE_ADDRESS__
constexpr bool kMemoryIsOurs = false;  // ASan keeps freed memory
constexpr Nanos kHeldUpMax = 1s;
#else
constexpr bool kMemoryIsOurs = true;
constexpr Nanos kHeldUpMax = 150ms;
#endif

class NoSecrets final : public SecretSource {
 public:
  Result<std::string> get(const std::string& name) override {
    return fail(ErrorCode::secret_missing, name);
  }
};

// Of /proc/self/status, in kB.
long status_of(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":")) return std::stol(line.substr(key.size() + 1));
  throw std::runtime_error("no " + key + " in /proc/self/status");
}

void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

Nanos thread_time() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto span = [](const timeval& time) {
    return Seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
  };
  return span(usage.ru_utime) + span(usage.ru_stime);
}

bool is_slow(const HostileTarget& target) {
  return target.waits || target.kind.find("timeout") != std::string::npos;
}

Check check_of(Action action, Millis timeout) {
  Check check;
  check.name = CheckName{"hostile"};
  check.timeout = timeout;
  check.retries = 0;
  Step step;
  step.name = "step";
  step.action = std::move(action);
  if (std::holds_alternative<WebSocketAction>(step.action))  // as the check language has it
    step.expect.push_back({.subject = Subject::status, .status = {{101, 101}}});
  check.steps = {step};
  return check;
}

template <class T>
T made(Result<T> result) {
  if (!result) throw std::runtime_error(render(result.error()));
  return std::move(*result);
}

// The agent of one target: what probes reach the world through, and the two checks.
struct World {
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  std::unique_ptr<http::Network> network;
  std::unique_ptr<http::HttpClient> client;
  std::unique_ptr<DnsClient> dns;
  std::unique_ptr<Dialer> dialer;
  std::optional<DnsPorts> dns_ports;
  NoSecrets secrets;
  bool over{false};

  explicit World(const Scene& scene)
      : network(made(http::Network::create(io.get_executor(), clock, scene.client))),
        client(made(http::create_curl_client(io.get_executor(), clock, *network, "picket/test"))),
        dns(create_dns_client(clock, network->guard())),
        dialer(create_socket_dialer(io.get_executor(), clock, *network)) {
    dns_ports.emplace(DnsPorts{*dns, *network, system_servers(scene.client.dns_servers)});
  }

  ProbePorts ports() {
    return {.client = *client, .clock = clock, .dns = &*dns_ports, .dialer = dialer.get()};
  }

  async::Task<void> attack(Runner& runner, Check check, Observed& out) {
    const MonoTime start = clock.now();
    RunOrder order = order_of(std::move(check));
    const RunResult result = co_await runner.run(std::move(order));
    out.took = clock.now() - start;
    const auto summary = summarize_failure(result);
    out.kind = summary ? std::string(to_string(summary->kind)) : "passes";
    out.message = summary ? summary->message : "";
    over = true;
  }

  async::Task<void> innocent(Runner& runner, Check check, Observed& out) {
    while (!over || out.innocent_runs == 0) {
      const Nanos before = thread_time();
      co_await clock.sleep_until(clock.now() + kInnocentEvery);
      out.innocent_held_up = std::max(out.innocent_held_up, thread_time() - before);
      RunOrder order = order_of(check);
      const RunResult result = co_await runner.run(std::move(order));
      ++out.innocent_runs;
      if (result.verdict != RunVerdict::pass) ++out.innocent_failures;
    }
  }

 private:
  static RunOrder order_of(Check check) {
    RunOrder order;
    order.check = std::make_shared<const Check>(std::move(check));
    order.key.region = RegionName{"local"};
    order.keep_evidence = true;
    return order;
  }
};

}  // namespace

Observed run_against(const HostileTarget& target) {
  Scene scene;
  scene.client.guard = *http::AddressGuard::create({"127.0.0.0/8", "192.0.2.0/24"});
  target.prepare(scene);
  HostileServer friendly(answers(kOk + "Content-Length: 2\r\n\r\nhi"));
  World world(scene);
  Probes probes{world.ports()};
  Runner runner{probes, world.clock, world.secrets, Random{3}, "picket/test"};
  HttpAction plain;
  plain.url = friendly.url();
  const Action action = scene.other ? *scene.other : Action{scene.action};
  const Check check = check_of(action, is_slow(target) ? Millis{600} : Millis{4'000});
  Observed observed;
  observed.limit = check.timeout + kAfterTimeout;
  const long before = status_of("VmRSS");
  reset_peak();
  {
    async::TaskGroup group{world.io.get_executor()};
    group.spawn("attack", world.attack(runner, check, observed));
    group.spawn("innocent", world.innocent(runner, check_of(plain, Millis{10'000}), observed));
    world.io.run();
  }
  observed.grown_kb = status_of("VmHWM") - before;
  return observed;
}

std::string complaint(const HostileTarget& target, const Observed& observed) {
  const auto millis = [](Nanos span) { return std::chrono::floor<Millis>(span).count(); };
  if (observed.kind != target.kind)
    return fmt::format("ends with {} ({}), not {}", observed.kind, observed.message, target.kind);
  if (observed.took > observed.limit)
    return fmt::format("took {} ms of {} ms", millis(observed.took), millis(observed.limit));
  if (kMemoryIsOurs && observed.grown_kb > kGrowthMaxKb)
    return fmt::format("grew by {} kB", observed.grown_kb);
  if (observed.innocent_held_up > kHeldUpMax)
    return fmt::format("held the other check up for {} ms", millis(observed.innocent_held_up));
  if (observed.innocent_failures > 0)
    return fmt::format("{} of {} runs of the other check failed", observed.innocent_failures,
                       observed.innocent_runs);
  return {};
}

}  // namespace picket::test
