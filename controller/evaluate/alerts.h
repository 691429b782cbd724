// The alert streams of a check: suspected -> fires -> changes* -> clears, one stream per alert of
// the definition, driven by the conditions. Changes the alert states of a CheckState and writes
// transitions in the order in which they must be committed.
#pragma once

#include "controller/evaluate/check_state.h"
#include "controller/evaluate/facts.h"

namespace picket::controller {

// Brings every alert up to state.now: first what fires, then what clears, so that an incident is
// never closed before the one that takes its place is open.
void update_alerts(CheckState& state, const CheckFacts& facts, Effects& effects);

// Takes a new definition: streams are kept by alert id, those of alerts that are gone clear.
// Requires state.check to be the old one.
void rebind_alerts(CheckState& state, std::shared_ptr<const Check> next, Effects& effects);

// Clears everything with this reason (the check is deleted).
void clear_alerts(CheckState& state, const std::string& reason, Effects& effects);

// Puts a `changes` transition with this reason on every alert that fires (the check is paused).
void note_on_alerts(CheckState& state, const std::string& reason, Effects& effects);

// When a hold runs out or an update of what is shown is due.
std::optional<WallTime> next_alert_due(const CheckState& state);

}  // namespace picket::controller
