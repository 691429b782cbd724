// One of the servers in tests/servers, run by node with the packages of build/npm; stopped with
// it. They choose their own port.
#pragma once

#include <memory>
#include <string>

#include "tests/support/process.h"

namespace picket::test {

// False, after printing the allowed skip `npm-servers`, when node or the packages are missing: the
// test case then returns. `./dev setup test` installs them.
bool has_npm_servers();

class NpmServer {
 public:
  // `script`: "oidc.mjs"; `options`: a JSON object, see the script's head. Its output goes to
  // `directory`. Throws std::runtime_error with that output when it does not come up.
  NpmServer(const std::string& directory, const std::string& script,
            const std::string& options = "{}");

  int port() const { return port_; }
  std::string log() const;
  pid_t pid() const { return process_->pid(); }
  bool running() { return process_->running(); }

 private:
  std::string output_file_;
  std::unique_ptr<Process> process_;
  int port_{0};
};

}  // namespace picket::test
