// Deployments as PagerDuty change events: the outbox rows that tell every receiver with
// `change_events: true`. Pure; the incident book gives them out with the deployment it records.
#pragma once

#include <string>
#include <vector>

#include "controller/incident/routes.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct Change {
  std::string service;
  std::string version;
  std::string team;  // may be empty
  WallTime at;
  std::string summary;  // empty: "SERVICE VERSION deployed"
  std::string url;      // https, for a link; may be empty
};

// One row per receiver, of a key of its own: nothing follows it, no fallback stands in for it and
// it is given up after a day. The same change gives the same rows: record it once.
std::vector<OutboxRow> make_change_rows(const Change& change, const BookSettings& settings,
                                        WallTime now);

}  // namespace picket::controller
