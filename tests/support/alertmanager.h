// A real Alertmanager on a free loopback port, in a directory of the test's; it notifies nobody.
// Stopped with the test.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/process.h"

namespace picket::test {

// False, after printing the allowed skip `alertmanager`, when Debian's package is missing.
bool have_alertmanager();

class Alertmanager {
 public:
  // `port` 0: a free one. Waits until it is ready. Throws std::runtime_error with its log.
  Alertmanager(std::string directory, int port = 0);

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  nlohmann::json alerts() const;  // as its API shows them: none that is resolved

 private:
  bool try_start(int port);

  std::string directory_;
  int port_{0};
  std::unique_ptr<Process> process_;
};

}  // namespace picket::test
