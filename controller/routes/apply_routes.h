// `picket apply`: a whole set of check files brought into force, for the very state of which its
// author saw the plan. Checked first, staged beside the checks directory, exchanged in one rename,
// then loaded. One executor; owned by the controller.
#pragma once

#include <string>
#include <vector>

#include "common/async/offload.h"
#include "controller/deliver/receivers.h"
#include "controller/reload/checks_directory.h"
#include "controller/reload/reloader.h"
#include "controller/server/handler.h"

namespace picket::controller {

class ApplyRoutes {
 public:
  struct Ports {
    async::BlockingPool& pool;  // for files, not the database's
    Reloader& reloader;
    const std::vector<Receiver>& receivers;  // that checks may name; outlive this
  };
  ApplyRoutes(Ports ports, std::string checks_dir)
      : ports_(ports), directory_(std::move(checks_dir)) {}

  // POST /api/v1/apply {files: [{path, text}], plan, confirm}. Nothing has changed after an error:
  // invalid_argument: files with mistakes (in the message); conflict: the state is no longer the
  // plan's, the directory is managed elsewhere, many checks would go and `confirm` is not true.
  // Not durable yet when it returns: the caller waits.
  async::Task<Status> apply(ServerRequest request);

 private:
  async::Task<Status> exchange(checks::FileSet files, std::string plan, bool confirmed);
  Status judge(const checks::LoadedChecks& loaded, bool confirmed) const;
  Status is_planned(const checks::FileSet& files, const std::string& plan) const;

  Ports ports_;
  ChecksDirectory directory_;
  bool busy_{false};
};

}  // namespace picket::controller
