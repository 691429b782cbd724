// What the API answers, as JSON: renderers from plain values, each document with schema_version.
// Pure functions; no state, no I/O.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/core/error.h"
#include "common/model/run.h"
#include "controller/api/difference_json.h"
#include "controller/api/region_places.h"
#include "controller/evaluate/check_view.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct AgentView {
  AgentRow row;
  bool online{false};
  std::optional<WallTime> last_seen;
  bool blind{false};  // none of its control targets answers
  bool draining{false};
};

struct RegionSummary {
  RegionName region;
  bool online{false};
  bool blind{false};
  int agents{0};
  RegionPlace place{};
};

struct ReloadView {
  WallTime at;            // of the last load
  std::size_t checks{0};  // in force
  std::size_t errors{0};
  std::size_t warnings{0};
  std::vector<std::string> kept;  // broken in the files, old version in force
  std::string waits_for;          // why a confirmation is needed; empty: nothing waits
  std::string diagnostics;        // rendered, cut
};

// What the dead-man's beats say at present.
struct DeadManSummary {
  std::string link;  // that holds beats back; "none"
  std::string why;
  std::string canary;  // the check whose interval decides
  std::vector<std::string> behind;
  std::optional<WallTime> newest_run;
  std::optional<WallTime> last_success;  // of a beat
  std::string last_error;                // of a beat that was not taken since
};

struct StatusView {
  WallTime now;
  std::string version;
  std::vector<RegionSummary> regions;
  std::vector<CheckView> checks;
  std::map<CheckName, Millis> worst_gaps;
  std::vector<IncidentRow> incidents;  // unresolved
  ReloadView reload;
  std::optional<Error> trouble;            // why commits fail, if they do
  std::vector<std::string> health;         // what is wrong with the controller itself
  std::optional<DeadManSummary> dead_man;  // nothing: none is configured
};

std::string render_status(const StatusView& view);
std::string render_check(const CheckView& view, std::optional<Millis> worst_gap);
// Every check that has an objective, with its budgets and burn rates.
std::string render_slos(const std::vector<CheckView>& views);
std::string render_agents(const std::vector<AgentView>& agents,
                          const std::vector<JoinTokenRow>& tokens);
std::string render_incidents(const std::vector<IncidentRow>& incidents);
// What stands beside an incident.
struct IncidentContext {
  std::vector<DeploymentRow> deployments;  // shortly before it
  std::vector<ActionItemRow> action_items;
  std::vector<RegionDifferences> differences;  // from the last good run, by failing region
};
std::string render_incident(const IncidentRow& incident, const std::vector<TimelineRow>& timeline,
                            const std::vector<OutboxRow>& pages,
                            const IncidentContext& context = {});
std::string render_reload(const ReloadView& view);

// Runs with their steps, requests, phases, failures and whatever evidence they hold.
std::string render_runs(const std::vector<RunResult>& runs);

// {"error": {code, message, hint}}
std::string render_error(const Error& error);

}  // namespace picket::controller
