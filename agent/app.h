// The agent as a program: command line, configuration, real clock, disk and network, signals.
// SIGTERM and SIGINT drain; a second one ends at once. One thread does everything but file work.
#pragma once

namespace picket::agent {

enum ExitCode {
  kDrained = 0,
  kBadCommandLine = 2,
  kBadConfiguration = 3,
  kCouldNotRun = 4,
};

// Returns the exit code. Never throws.
int run_app(int argc, char** argv);

}  // namespace picket::agent
