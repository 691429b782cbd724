// Who pages depend on: of each host that page checks tell of (facts `origin.HOST.*`), what the
// newest run of each check and region saw of it. Pure state, bounded by the eight hosts of a run.
// One executor; the controller feeds it with the runs that it records.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/run.h"

namespace picket::controller {

class ThirdPartyBook {
 public:
  // Runs in any order, the newest counts; one that tells of no host forgets what was there.
  void observe(const RunResult& run);
  void remove(const CheckName& check);

  std::set<CheckName> checks() const;  // whose newest run of some region told of a host

  // {schema_version, third_parties: [{host, slowest_ms, median_ms, failing, seen, checks: [{check,
  // failing, seen, slowest_ms, region, at, transfer_bytes, requests}]}]}: failing hosts and then
  // slow ones first, and so their checks; region, at, bytes and requests are of the slowest run.
  // `intervals`: of the checks that exist; what is older than three of them is left out.
  std::string render(const std::map<CheckName, Millis>& intervals, WallTime now) const;

 private:
  struct Sighting {
    std::string host;
    double duration_ms{0};
    double transfer_bytes{0};
    double requests{0};
    bool ok{true};
  };
  struct Page {
    WallTime at;  // start of the run
    std::vector<Sighting> hosts;
  };
  struct Share;
  struct Host;

  static std::vector<Sighting> read(const RunResult& run);

  std::map<std::pair<CheckName, RegionName>, Page> pages_;
};

}  // namespace picket::controller
