// A real nginx on free loopback ports, in a directory of the test's; stopped with it. The test
// writes the `server` blocks, this writes the rest of the configuration.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace picket::test {

class Nginx {
 public:
  // `servers` returns the `server { .. }` blocks for the ports it is given. Tries again with
  // other ports when one was taken meanwhile. Throws std::runtime_error with nginx's log.
  using Servers = std::function<std::string(const std::vector<int>& ports)>;
  Nginx(std::string directory, int port_count, const Servers& servers);

  int port(std::size_t index) const { return ports_.at(index); }
  std::string log() const;
  pid_t pid() const { return process_->pid(); }

 private:
  bool try_start(int port_count, const Servers& servers);

  std::string directory_;
  std::vector<int> ports_;
  std::unique_ptr<Process> process_;
};

}  // namespace picket::test
