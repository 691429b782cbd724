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
  exchange.http_version = "1.1";
  exchange.phases.wait = random_.between(site_.latency_min, site_.latency_max);
  exchange.status = status();
  exchange.body = exchange.status == 200 ? "welcome" : "error";
  exchange.body_bytes = exchange.body.size();
  // No chance is taken where there is none: other worlds keep their sequence.
  if (site_.silent_in.count(region_) != 0 || (site_.loss > 0 && random_.chance(site_.loss)))
    exchange.failure = Failure{FailureKind::timeout, "no answer", {}};
  else if (site_.twist)
    site_.twist(region_, request, exchange);
  const bool hangs = exchange.failure && exchange.failure->kind == FailureKind::timeout;
  const Nanos lasts = hangs ? request.timeout : exchange.phases.wait;
  co_await clock_.sleep_for(std::min<Nanos>(lasts, request.timeout));
  if (exchange.failure) {
    exchange.status = 0;
    exchange.body.clear();
    exchange.body_bytes = 0;
  }
  if (!hangs) co_return exchange;
  exchange.phases.wait = Nanos{0};
  exchange.phases.connect = request.timeout;
  co_return exchange;
}

}  // namespace picket::sim
