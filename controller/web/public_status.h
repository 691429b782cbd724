// What anybody may see: checks with the tag `public`, by their titles, in words for customers. No
// host, region, owner or failure stands there. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/core/time.h"
#include "controller/evaluate/check_view.h"
#include "controller/store/rows.h"

namespace picket::controller {

constexpr std::string_view kPublicTag = "public";

// Tagged so, not paused, and no shadow, whose verdicts nobody is told of.
bool is_public(const CheckView& view);

// operational, degraded, outage, maintenance or unknown.
std::string_view public_state(const CheckView& view);

// {now, state, components: [{name, title, state, since}], incidents: [{component, title, state,
// opened}]}: `incidents` are those of public checks that are more than suspected and not over.
// `state` is the worst of the components, unknown when there are none.
std::string render_public_status(const std::vector<CheckView>& checks,
                                 const std::vector<IncidentRow>& unresolved, WallTime now);

// An SVG with the title and the state of a public check.
std::string render_badge(const CheckView& view);

}  // namespace picket::controller
