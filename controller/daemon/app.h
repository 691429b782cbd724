// The controller as a daemon: configuration, real clock, files, listeners, signals, drain. Owned
// by main; makes the executor that everything runs on. It decides nothing about checks.
#pragma once

#include <string>

#include "common/checks/config_layers.h"

namespace picket::controller {

struct AppOptions {
  std::string config_path;
  checks::ConfigLayers layers;  // flags and variables over the file
  std::string restore_from;     // a backup to put in place before the start; empty: none
  bool restore_only = false;    // moves a database that is there aside, and ends
};

// Runs until SIGTERM or SIGINT. SIGHUP reads the configuration and the checks directory again.
// Returns the exit code: 0 drained, 3 bad configuration, 4 could not run.
int run_app(const AppOptions& options);

// Prints the configuration in force, secrets masked. Returns 0, or 3 for a bad one.
int print_config(const AppOptions& options);

}  // namespace picket::controller
