#include "tests/support/check_run.h"

#include <boost/asio/io_context.hpp>
#include <memory>
#include <stdexcept>
#include <utility>

#include "agent/probe/probes.h"
#include "common/async/task_group.h"

namespace picket::test {
namespace {

async::Task<void> keep(agent::Runner& runner, agent::RunOrder order, RunResult& out) {
  out = co_await runner.run(std::move(order));
}

}  // namespace

Result<std::string> MapSecrets::get(const std::string& name) {
  const auto found = values.find(name);
  if (found == values.end()) return fail(ErrorCode::secret_missing, name);
  return found->second;
}

http::CurlClientOptions loopback_client() {
  http::CurlClientOptions options;
  options.guard = *http::AddressGuard::create({"127.0.0.0/8"});
  return options;
}

RunResult run_check(const Check& check, agent::SecretSource& secrets,
                    const http::CurlClientOptions& options) {
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  const auto client = http::create_curl_client(io.get_executor(), clock, options);
  if (!client) throw std::runtime_error(client.error().message);
  agent::Probes probes{agent::ProbePorts{**client, clock}};
  agent::Runner runner{probes, clock, secrets, Random{3}, "picket/test"};
  agent::RunOrder order;
  order.check = std::make_shared<const Check>(check);
  order.key.region = RegionName{"local"};
  order.keep_evidence = true;
  RunResult result;
  async::TaskGroup group{io.get_executor()};
  group.spawn("run", keep(runner, std::move(order), result));
  io.run();
  return result;
}

}  // namespace picket::test
