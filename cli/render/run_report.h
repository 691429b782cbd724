// What `picket run` and `picket test` give to CI: JUnit XML, TAP 14, workflow annotations of
// GitHub. Pure; the results are redacted and clean already. One document for all checks.
#pragma once

#include <string>
#include <vector>

#include "common/model/run.h"

namespace picket::cli {

// What ran, and the names of checks that were not finished (interrupted, or no agent answered).
struct RunReport {
  std::vector<RunResult> results;
  std::vector<CheckName> unfinished;
};

// Elements of the schema that Jenkins, GitLab and GitHub's reporters read: a suite per check and
// region, a case per step of the last attempt.
std::string render_junit(const RunReport& report);

// https://testanything.org/tap-version-14-specification.html: a point per check and region.
std::string render_tap(const RunReport& report);

// `::error file=..,line=..,col=..::` per failure, `::warning` per soft one and for what could not
// be measured.
std::string render_run_github(const RunReport& report);

// For a report with several regions: "shop-checkout (eu-west-1)"; else the check's name alone.
std::string title_of(const RunReport& report, const RunResult& result);

}  // namespace picket::cli
