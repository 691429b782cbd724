// A real server program on free loopback ports, configured by one file: HAProxy, tinyproxy. Runs
// in a directory of the test's and is stopped with it. The test writes the configuration.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace picket::test {

struct PortServerOptions {
  std::string name;       // of the program, for its files and messages
  std::string directory;  // the test's
  int port_count{1};
  // The whole configuration for the ports it is given.
  std::function<std::string(const std::vector<int>& ports)> configuration;
  // The command for the configuration's path.
  std::function<std::vector<std::string>(const std::string& path)> command;
};

class PortServer {
 public:
  // Tries again with other ports when one was taken meanwhile. Throws std::runtime_error with the
  // program's output.
  explicit PortServer(PortServerOptions options);

  int port(std::size_t index = 0) const { return ports_.at(index); }
  std::string output() const;

 private:
  bool try_start();

  PortServerOptions options_;
  std::vector<int> ports_;
  std::unique_ptr<Process> process_;
};

// HAProxy with `sections` (frontends, backends) after what it needs to run unprivileged.
std::unique_ptr<PortServer> start_haproxy(
    const std::string& directory, int port_count,
    std::function<std::string(const std::vector<int>& ports)> sections);

// tinyproxy, a forward proxy with CONNECT on one port. `more` are lines of its configuration.
std::unique_ptr<PortServer> start_tinyproxy(const std::string& directory,
                                            const std::string& more = {});

}  // namespace picket::test
