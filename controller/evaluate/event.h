// What the evaluator folds: one record of the controller's ordered event log. Plain values; an
// interface header. Every decision of evaluation follows from these and from nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/check.h"
#include "common/model/control_report.h"
#include "common/model/run.h"
#include "common/model/silence.h"

namespace picket::controller {

struct RunReceived {
  RunResult run;
  std::string agent;       // its name; the region is in the run's key
  bool superseded{false};  // another agent reported the slot first
  bool late{false};        // its round was closed
};

struct AttemptFailedReceived {
  AttemptFailed attempt;
  std::string agent;
};

struct MissedReceived {
  MissedSlot missed;
  RegionName region;
  std::string agent;
};

// A check is new or changed: from now on judged by this definition over these regions.
struct CheckDefined {
  Check check;
  Revision revision;
  std::vector<RegionName> regions;               // assigned, ordered by name
  std::map<RegionName, std::string> continents;  // of those with a label `continent`
  std::map<RegionName, std::string> providers;   // with a label `provider`, else `cloud`
  std::map<RegionName, std::string> networks;    // with a label `network`
};

struct CheckRemoved {
  CheckName check;
};

// Whether any agent of the region is connected; removed: it has none and nothing names it any more,
// from now on it is unknown. Unknown regions count as online.
struct RegionLiveness {
  RegionName region;
  bool online{true};
  WallTime drains_until{};  // every agent there has said that it goes; until then that is no news
  bool removed{false};
};

// Whether what the region sees is to be believed (decided by FleetSight).
struct RegionSight {
  RegionName region;
  bool blind{false};
};

struct IncidentAcknowledged {
  IncidentId incident;
  CheckName check;  // empty: not of a check
  std::string by;
};

struct SilenceSet {
  Silence silence;  // new, or changed
};

struct SilenceEnded {
  std::string id;
  std::string by;
};

// A person ended an incident whose check may still fail.
struct IncidentResolved {
  IncidentId incident;
  CheckName check;  // empty: not of a check
  std::string by;
  std::string note;
  std::string then;  // page_again, hold
  DedupKey outside;  // the key under which it was ended at the receiver; empty: here
};

struct IncidentNoted {
  IncidentId incident;
  std::string by;
  std::string text;
};

struct DeploymentRecorded {
  std::string id;
  std::string service;
  std::string version;
  std::string team;
  WallTime at;  // when it went live
};

// Time moved the state of a check (a hold ran out, a region went stale, a round closed).
struct TimePassed {
  CheckName check;
};

// The controller begins to listen, after any time of not listening. First event of every start:
// absence of data counts from here, and what was due while nobody listened is judged now.
struct ControllerStarted {};

struct ControlReceived {
  RegionName region;
  std::string agent;
  ControlReport report;
};

// Whether one agent is connected; removed: it was revoked. Unknown agents count as online.
struct AgentLiveness {
  RegionName region;
  std::string agent;
  bool online{true};
  bool removed{false};
  WallTime drains_until{};  // it has said that it goes; until then that is no news
};

// Whether what one agent sees is to be believed (decided by AgentSight).
struct AgentSightChanged {
  RegionName region;
  std::string agent;
  bool blind{false};
};

struct Event {
  std::uint64_t seq{0};
  WallTime at;  // received, on the controller's disciplined clock; never falls within the log
  std::variant<RunReceived, AttemptFailedReceived, MissedReceived, CheckDefined, CheckRemoved,
               RegionLiveness, RegionSight, IncidentAcknowledged, TimePassed, ControllerStarted,
               SilenceSet, SilenceEnded, IncidentResolved, IncidentNoted, DeploymentRecorded,
               ControlReceived, AgentLiveness, AgentSightChanged>
      what;
};

}  // namespace picket::controller
