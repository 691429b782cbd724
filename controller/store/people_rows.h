// What people do with incidents and around them, as plain values of the store: ends by hand,
// deployments, action items. An interface header, a part of rows.h. No I/O here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/ids.h"
#include "common/core/time.h"

namespace picket::controller {

// What is to happen when a person resolved an incident whose check still fails: nothing any more,
// a page after a grace, silence until the check recovers.
enum class AfterResolve { none, page_again, hold };

// How an action item stands.
enum class ActionState { open, done, deprioritised };

// The names that are stored, configured, shown and exported as labels.
inline std::string_view to_string(AfterResolve after) {
  constexpr std::string_view kNames[] = {"none", "page_again", "hold"};
  return kNames[static_cast<std::size_t>(after)];
}
inline std::string_view to_string(ActionState state) {
  constexpr std::string_view kNames[] = {"open", "done", "deprioritised"};
  return kNames[static_cast<std::size_t>(state)];
}

struct DeploymentRow {
  std::string id;  // of service, version, team and time: recorded twice it is one
  std::string service;
  std::string version;
  std::string team;
  WallTime at;        // when it went live
  WallTime recorded;  // when the controller was told
  std::string url;    // may be empty
  std::string by;
};

// The incident began within an hour after that deployment of its service.
struct IncidentDeploymentRow {
  IncidentId incident;
  std::string deployment;
  WallTime at;  // when that was seen
};

struct ActionItemRow {
  std::string id;
  IncidentId incident;
  CheckName check;    // of the incident: its receivers are told when the item is overdue
  std::string owner;  // exactly one
  std::string text;
  WallTime due;
  WallTime created;
  std::string created_by;
  ActionState state{ActionState::open};
  std::optional<WallTime> closed;
  std::string closed_by;
  std::string reason;                 // of deprioritised
  std::optional<WallTime> escalated;  // once, when it was overdue for so long
};

// One incident as the figures of delivery count it.
struct IncidentTimes {
  IncidentId incident;
  std::string service;
  std::string owner;
  std::optional<WallTime> started;  // first bad run
  WallTime opened;
  std::optional<WallTime> paged;         // for the first time
  std::optional<WallTime> acknowledged;  // for the first time
  std::optional<WallTime> restored;      // the check recovered
};

// A deployment, and whether an incident of its service followed within an hour.
struct DeploymentOutcome {
  DeploymentRow row;
  bool failed{false};
};

}  // namespace picket::controller
