// The agent's HttpClient alone, at the floor program's task: what our options, phases, guard,
// certificate facts and coroutines add to libcurl.
#include <boost/asio/io_context.hpp>

#include "common/async/task_group.h"
#include "common/http/curl_client.h"
#include "tests/bench/usage.h"

namespace picket::bench {
namespace {

struct Counts {
  long started{0};
  long failed{0};
};

async::Task<void> work(http::HttpClient& client, const Arguments& arguments, Counts& counts) {
  while (counts.started < arguments.runs) {
    ++counts.started;
    http::Request request;
    request.url = arguments.url;
    request.timeout = Seconds{30};
    request.connect_timeout = Seconds{30};
    const auto exchange = co_await client.exchange(std::move(request));
    if (!exchange || exchange->failure || exchange->status != 200) ++counts.failed;
  }
}

}  // namespace
}  // namespace picket::bench

int main(int count, char** words) {
  using namespace picket;
  using namespace picket::bench;
  const Arguments arguments = parse_arguments(count, words);
  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  http::CurlClientOptions options;
  options.ca_file = arguments.ca_file;
  options.add_system_roots = arguments.ca_file.empty();
  options.guard = http::AddressGuard::create({"127.0.0.0/8"}).value();
  options.user_agent = "picket/bench";
  auto client = http::create_curl_client(io.get_executor(), clock, options);
  if (!client) {
    std::fprintf(stderr, "%s\n", render(client.error()).c_str());
    return 1;
  }
  const long idle_kb = memory_kb("VmRSS");
  const double before = cpu_seconds();
  Counts counts;
  async::TaskGroup group{io.get_executor()};
  for (long i = 0; i < arguments.concurrency; ++i)
    group.spawn("work", work(**client, arguments, counts));
  io.run();
  print_usage(arguments, counts.failed, cpu_seconds() - before, idle_kb);
  return 0;
}
