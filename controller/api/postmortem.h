// A draft of a post-mortem in Markdown, from what the controller recorded of an incident: summary,
// impact, timeline, deployments, evidence, action items. What only people know is left open,
// visibly. Pure functions; texts of targets are escaped, never markup.
#pragma once

#include <string>
#include <vector>

#include "controller/store/rows.h"

namespace picket::controller {

struct Postmortem {
  IncidentRow incident;
  std::vector<TimelineRow> timeline;
  std::vector<DeploymentRow> deployments;  // shortly before it
  std::vector<ActionItemRow> items;
  std::vector<EvidenceRow> failed;  // failed runs of its check while it lasted
};

// `external_url`: of the controller for people, for links; may be empty. `now` ends what still
// lasts.
std::string render_postmortem(const Postmortem& view, const std::string& external_url,
                              WallTime now);

// {"incident": ID, "markdown": ".."}
std::string render_postmortem_document(const Postmortem& view, const std::string& external_url,
                                       WallTime now);

}  // namespace picket::controller
