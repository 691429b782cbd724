// `./dev sim --detection`: worlds on threads of their own, progress on stderr, tables and the last
// line on stdout.
#pragma once

#include <string>

#include "tests/sim/detection_run.h"

namespace picket::sim {

struct DetectionCommand {
  DetectionOptions options;
  bool comparison{true};
  int threads{2};
};

// What the command's help says of what is measured and counted.
std::string detection_help();

// The exit code: 0 when no fault was missed, no page was false and no promise was broken in the
// real configuration.
int show_detection(const DetectionCommand& command);

}  // namespace picket::sim
