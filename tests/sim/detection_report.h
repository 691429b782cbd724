// What `./dev sim --detection` prints: a table by kind of fault, and the one line that closes it.
// Pure functions.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/detection_run.h"

namespace picket::sim {

// Several worlds as one.
DetectionResult merge(std::vector<DetectionResult> results);

int missed(const DetectionResult& result);

// By kind: how many, detection and recovery as median, p95 and worst in seconds, the bounds of
// paging.md 2 beside them, pages missed and false. A last row has all kinds.
std::string render_table(const DetectionResult& result, const std::string& title);

// "detection: faults 1008, missed 0, false 0, median 12.3 s, worst 45.6 s"
std::string render_last_line(const DetectionResult& result);

}  // namespace picket::sim
