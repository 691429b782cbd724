// What is wrong with the controller itself, judged from one sample: pure, without memory. How long
// something must hold before it is told is in each finding; the health judge keeps the time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/model/incident.h"
#include "controller/health/health_sample.h"
#include "controller/health/health_settings.h"

namespace picket::controller {

struct Finding {
  std::string cause;       // "disk", "certificate-server": one finding of each at most
  std::string_view level;  // one of kHealthLevels
  Millis hold{0};          // told when it lasts so long
  std::string title;       // what is wrong and what to do
};

struct HealthLevel {
  std::string_view name;
  int rank;  // within its cause: the higher the worse
  Severity severity;
};
inline constexpr HealthLevel kHealthLevels[] = {
    {"warning", 1, Severity::warning},
    {"error", 2, Severity::error},
    {"critical", 3, Severity::critical},
    // Certificates, by the days that are left:
    {"30d", 1, Severity::warning},
    {"14d", 2, Severity::warning},
    {"7d", 3, Severity::error},
    {"1d", 4, Severity::critical},
};
const HealthLevel* find_health_level(std::string_view name);

// Findings in a fixed order of causes.
std::vector<Finding> find_conditions(const HealthSample& sample, const HealthSettings& settings);

}  // namespace picket::controller
