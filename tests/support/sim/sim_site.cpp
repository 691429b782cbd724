#include "tests/support/sim/sim_site.h"

#include <algorithm>

namespace picket::sim {

int SimProbe::status() {
  if (site_.down) return 500;
  if (site_.down_in.count(region_) != 0) return 502;
  return random_.chance(site_.flaky) ? 503 : 200;
}

async::Task<Result<http::Exchange>> SimProbe::exchange(http::Request request) {
  ++site_.requests;
  http::Exchange exchange;
  exchange.request_written = true;
  exchange.remote_address = "203.0.113.7:443";
  if (site_.silent_in.count(region_) != 0) {
    co_await clock_.sleep_for(request.timeout);
    exchange.phases.connect = request.timeout;
    exchange.failure = Failure{FailureKind::timeout, "no answer", {}};
    co_return exchange;
  }
  const Millis latency = random_.between(site_.latency_min, site_.latency_max);
  co_await clock_.sleep_for(std::min<Nanos>(latency, request.timeout));
  exchange.phases.wait = latency;
  exchange.status = status();
  exchange.http_version = "1.1";
  exchange.body = exchange.status == 200 ? "welcome" : "error";
  exchange.body_bytes = exchange.body.size();
  co_return exchange;
}

}  // namespace picket::sim
