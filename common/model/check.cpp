#include "common/model/check.h"

#include <algorithm>

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

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::critical: return "critical";
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::info: return "info";
  }
  return "critical";
}

std::optional<Severity> parse_severity(std::string_view name) {
  for (const auto severity :
       {Severity::critical, Severity::error, Severity::warning, Severity::info})
    if (to_string(severity) == name) return severity;
  return std::nullopt;
}

std::string_view to_string(AlertCondition condition) {
  switch (condition) {
    case AlertCondition::down: return "down";
    case AlertCondition::regional: return "regional";
    case AlertCondition::degraded: return "degraded";
    case AlertCondition::no_data: return "no_data";
  }
  return "down";
}

Millis always_allowance(const Check& check) {
  const bool any = std::any_of(check.steps.begin(), check.steps.end(),
                               [](const Step& step) { return step.always; });
  return any ? std::min(Millis{10'000}, check.timeout) : Millis{0};
}

Millis run_limit(const Check& check) {
  return (check.timeout + always_allowance(check)) * (1 + check.retries);
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
