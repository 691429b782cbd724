// Runs checks on this machine, several at a time, until all are done or SIGINT. Owns its event
// loop; blocks its caller. The same runner and HTTP client as in the agents.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/script/runner.h"
#include "common/http/curl_client.h"

namespace picket::cli {

struct RunChecksOptions {
  std::string user_agent;
  RegionName region{"local"};
  int concurrency{8};
  bool keep_evidence{false};
  std::size_t evidence_body_bytes{agent::kBodyStartBytes};
  std::vector<std::string> secret_directories;
  http::CurlClientOptions http;
};

// What became of one check: a result, or the steps that had ended when it was interrupted.
struct LocalRun {
  CheckName check;
  std::optional<RunResult> result;
  std::vector<StepResult> seen;
};

struct RunObserver {
  std::function<void(const LocalRun&)> on_done;         // in the order of the checks
  std::function<void(const std::string&)> on_progress;  // one line; often
};

// One LocalRun per check, in their order. invalid_config: the CA file or a resolver address.
Result<std::vector<LocalRun>> run_checks(std::vector<std::shared_ptr<const Check>> checks,
                                         RunChecksOptions options, RunObserver observer);

}  // namespace picket::cli
