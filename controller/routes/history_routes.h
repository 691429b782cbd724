// The stored history and the definitions in force, over the people's API: for `picket replay`,
// `picket history` and `picket plan`. Reads only, in bounded pages, on the database's pool. One
// executor; owned by the controller.
#pragma once

#include <string>

#include "common/async/offload.h"
#include "controller/reload/reloader.h"
#include "controller/server/handler.h"
#include "controller/turn/dispatch.h"

namespace picket::controller {

class HistoryRoutes {
 public:
  struct Ports {
    async::BlockingPool& pool;  // the database's
    Store& store;
    Turn& turn;
    Dispatch& dispatch;
    Reloader& reloader;
  };
  HistoryRoutes(Ports ports, std::map<RegionName, RegionLabels> labels)
      : ports_(ports), labels_(std::move(labels)) {}

  // GET /api/v1/history: {oldest, now, regions, silences, routes}: what a replay needs beside the
  // events. `oldest` is null where nothing is stored.
  async::Task<Result<std::string>> info();

  // GET /api/v1/history/batches?from=T&to=T[&after_seq=N]: {batches: [{first_seq, last_seq,
  // first_at, last_at, sha256, data}], more}: what was received in [from, to), `data` the base64 of
  // a zstd frame of v1.EventBatch. At most kPageBytes of data; `more`: ask again behind the last.
  // invalid_argument: no times, or from is not before to.
  async::Task<Result<std::string>> batches(ServerRequest request);

  // GET /api/v1/definitions: {state, checks: [{check, revision, source, definition, regions}],
  // regions, routes}: `definition` is the base64 of v1.Check, `state` names this very set.
  // With ?check=NAME&revision=REV that one definition of the past, or not_found.
  async::Task<Result<std::string>> definitions(ServerRequest request);

  static constexpr std::size_t kPageBytes = 4UL << 20;

 private:
  Ports ports_;
  std::map<RegionName, RegionLabels> labels_;
};

// SHA-256 over names and revisions: two sets of checks that behave alike have one.
std::string state_digest(const ActiveChecks& active);

}  // namespace picket::controller
