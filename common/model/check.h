// A check as configured: plain values, produced by common/checks and common/wire, run by
// agent/script, judged by controller/evaluate. Strings may hold ${{ }} templates (template.h).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/action.h"
#include "common/model/alert.h"
#include "common/model/failure.h"
#include "common/model/filter.h"
#include "common/model/maintenance.h"
#include "common/model/matcher.h"
#include "common/model/slo.h"

namespace picket {

struct StatusRange {
  int low{0};
  int high{0};  // inclusive
  bool operator==(const StatusRange&) const = default;
};

enum class Subject {
  status,
  http_version,
  header,
  cookie,
  body,
  jsonpath,
  css,
  xpath,
  duration,
  phase,
  size,
  fact,  // a named value of the probe (facts.h)
};
std::string_view to_string(Subject subject);

// An attribute of a cookie: secure, http_only, same_site, path, domain, max_age.
struct ExpectedPart {
  std::string name;
  std::vector<Matcher> matchers;
  bool operator==(const ExpectedPart&) const = default;
};

struct Expectation {
  Subject subject{Subject::status};
  std::string key;                  // header, cookie, path, selector, phase or fact; or empty
  std::vector<StatusRange> status;  // of Subject::status: any of them
  std::vector<Matcher> matchers;    // of the others: all of them
  bool warn{false};                 // of `expect.warn`: the run is degraded, not failed
  SourcePosition at;
  std::string attribute;            // of css: of the elements, instead of their text
  std::vector<ExpectedPart> parts;  // of a cookie: some cookie meets all of them and the matchers
  bool budget{false};               // written in `budgets`: messages name it so
  bool operator==(const Expectation&) const = default;
};

enum class CaptureSource { jsonpath, header, cookie, regex, css, xpath, url };
std::string_view to_string(CaptureSource source);

struct Capture {
  std::string name;
  CaptureSource source{CaptureSource::regex};
  std::string expression;      // path, selector, name, pattern; empty for url
  std::optional<bool> secret;  // nothing: secret when it is from a cookie or looks like a token
  SourcePosition at;
  std::string attribute;        // of css: of the element, instead of its text
  std::string path;             // of cookie: the one with this path; empty: the newest of its name
  std::vector<Filter> filters;  // in this order
  bool operator==(const Capture&) const = default;
};

struct Step {
  std::string name;
  Action action;
  std::vector<Expectation> expect;
  std::vector<Capture> captures;
  // Conditions of the round, judged by the controller over all regions (evaluation.md):
  std::vector<std::string> same_across_regions;  // facts that must not differ between regions
  bool pop_near_region{false};                   // the edge lies on the region's continent
  bool always{false};
  bool continue_on_failure{false};
  std::optional<Millis> timeout;
  SourcePosition at;
  bool operator==(const Step&) const = default;
};

struct RegionSelector {
  bool all{false};
  std::vector<RegionName> names;
  std::map<std::string, std::string> labels;  // all must match
  std::optional<int> at_least;
  bool operator==(const RegionSelector&) const = default;
};

struct Quorum {
  enum class Kind { automatic, count, percent, majority, all, any };
  Kind kind{Kind::automatic};
  int number{0};  // of count and percent
  bool operator==(const Quorum&) const = default;
};

struct Paused {
  std::optional<WallTime> until;
  std::string reason;
  bool operator==(const Paused&) const = default;
};

struct Check {
  CheckName name;
  std::string title;
  std::string description;
  std::string owner;
  std::string service;
  Millis interval{300'000};
  Millis timeout{30'000};  // of one attempt, all steps
  RegionSelector regions;
  Quorum quorum;
  int retries{1};
  std::optional<int> confirm_regions;  // nothing: enough to reach the quorum
  int failing_x{1};                    // X of the last Y runs fail: the region is failing
  int failing_y{1};
  std::map<std::string, std::string> vars;
  std::vector<std::string> secrets;  // names that the steps use, sorted
  std::vector<Step> steps;           // without `steps:` one, named after its kind
  bool single{true};                 // written as `http:`, `tls:` ..., not as `steps:`
  std::vector<Alert> alerts;         // never empty: `down` and `regional` are added
  std::vector<std::string> notify;
  std::vector<std::string> tags;
  std::map<std::string, std::string> labels;
  std::string runbook;
  std::optional<Paused> paused;
  SourcePosition at;
  std::optional<Slo> slo;
  std::vector<MaintenanceWindow> maintenance;
  std::vector<CheckName> depends_on;  // whose `down` keeps this check from paging
  bool shadow{false};                 // evaluated and recorded, never paged
  bool operator==(const Check&) const = default;
};

// The facts that the alerts compare, of this step: what a run must report beside what its own
// expectations ask for. In the order of the alerts, each once.
std::vector<std::string> facts_of_alerts(const Check& check, const Step& step);

// How much longer than its timeout an attempt may last, so that always steps can clean up after
// steps that took it all: 10 s or the timeout, whichever is less; zero without always steps.
Millis always_allowance(const Check& check);

// How long one run may last: every attempt its timeout and the allowance.
Millis run_limit(const Check& check);

// Paused at that time: it is not run, has no verdict and gives no orders; its slots are skipped.
bool is_paused(const Check& check, WallTime at);

// How many failing regions make the check down, of `assigned` regions (paging.md, 1).
// Returns at least 1 and at most max(1, assigned).
int quorum_of(const Quorum& quorum, int assigned);

}  // namespace picket
