#include "common/model/check.h"

#include <algorithm>

#include "common/model/sample.h"

namespace picket {

std::string_view to_string(Subject subject) {
  switch (subject) {
    case Subject::status: return "status";
    case Subject::http_version: return "http_version";
    case Subject::header: return "headers";
    case Subject::cookie: return "cookies";
    case Subject::body: return "body";
    case Subject::jsonpath: return "jsonpath";
    case Subject::css: return "css";
    case Subject::xpath: return "xpath";
    case Subject::duration: return "duration";
    case Subject::phase: return "phases";
    case Subject::size: return "size";
    case Subject::fact: return "fact";
  }
  return "status";
}

std::string_view to_string(CaptureSource source) {
  switch (source) {
    case CaptureSource::jsonpath: return "jsonpath";
    case CaptureSource::header: return "header";
    case CaptureSource::cookie: return "cookie";
    case CaptureSource::regex: return "regex";
    case CaptureSource::css: return "css";
    case CaptureSource::xpath: return "xpath";
    case CaptureSource::url: return "url";
  }
  return "regex";
}

bool is_paused(const Check& check, WallTime at) {
  return check.paused && (!check.paused->until || at < *check.paused->until);
}

Millis always_allowance(const Check& check) {
  const bool any = std::any_of(check.steps.begin(), check.steps.end(),
                               [](const Step& step) { return step.always; });
  return any ? std::min(Millis{10'000}, check.timeout) : Millis{0};
}

Millis run_limit(const Check& check) {
  return (check.timeout + always_allowance(check)) * (1 + check.retries);
}

std::vector<std::string> facts_of_alerts(const Check& check, const Step& step) {
  std::vector<std::string> names;
  for (const Alert& alert : check.alerts) {
    if (!alert.threshold || is_builtin_metric(alert.threshold->metric)) continue;
    if (!alert.threshold->step.empty() && alert.threshold->step != step.name) continue;
    const std::string& name = alert.threshold->metric;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

int quorum_of(const Quorum& quorum, int assigned) {
  const int most = std::max(1, assigned);
  const auto wanted = [&] {
    switch (quorum.kind) {
      case Quorum::Kind::automatic: return std::max(2, (assigned + 3) / 4);
      case Quorum::Kind::count: return quorum.number;
      case Quorum::Kind::percent: return (assigned * quorum.number + 99) / 100;
      case Quorum::Kind::majority: return assigned / 2 + 1;
      case Quorum::Kind::all: return assigned;
      case Quorum::Kind::any: return 1;
    }
    return 1;
  };
  return std::clamp(wanted(), 1, most);
}

}  // namespace picket
