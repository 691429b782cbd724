// The site that simulated agents look at: faults by region, switched at any moment, and an
// HttpClient per agent that sees it from its region.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "common/core/ids.h"
#include "common/core/random.h"
#include "common/http/http_client.h"
#include "tests/support/sim/sim_clock.h"

namespace picket::sim {

struct SimSite {
  bool down{false};                // every region gets 500
  std::set<RegionName> down_in;    // these get 502
  std::set<RegionName> silent_in;  // these get no answer until their timeout
  double flaky{0};                 // of all requests, anywhere, fail with 503
  double loss{0};                  // of all requests, anywhere, get no answer
  Millis latency_min{20};
  Millis latency_max{300};
  std::uint64_t requests{0};

  // Asked last, with the answer of a well site: makes it another one for this region and request.
  // A failure of kind `timeout` takes the whole timeout; `phases.wait` is how long the rest takes.
  std::function<void(const RegionName&, const http::Request&, http::Exchange&)> twist;
};

class SimProbe final : public http::HttpClient {
 public:
  SimProbe(async::Clock& clock, SimSite& site, RegionName region, Random random)
      : clock_(clock), site_(site), region_(std::move(region)), random_(random) {}

  async::Task<Result<http::Exchange>> exchange(http::Request request) override;

 private:
  int status();

  async::Clock& clock_;
  SimSite& site_;
  RegionName region_;
  Random random_;
};

}  // namespace picket::sim
