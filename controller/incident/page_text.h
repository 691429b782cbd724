// What a page says: the payload snapshot of a trigger (fields as PagerDuty's Events API v2 names
// them) and the detail of an incident, from a transition. Pure functions; text from targets is
// data: cleaned, cut, never markup.
#pragma once

#include <string>

#include "controller/evaluate/effects.h"
#include "controller/incident/routes.h"

namespace picket::controller {

inline constexpr std::size_t kPayloadBytesMax = 16 * 1024;

std::string title_of(const AlertTransition& transition);

// JSON: who fails and how, owner, runbook: what the incident row keeps.
std::string detail_of(const AlertTransition& transition);

// Compact JSON of less than 16 KB, valid UTF-8. `incident` is the id, for the link.
std::string payload_of(const AlertTransition& transition, const BookSettings& settings,
                       const IncidentId& incident);
std::string payload_of(const FleetTransition& transition, const BookSettings& settings,
                       const IncidentId& incident);

// Of a storm: `detail_json` names the incidents.
std::string storm_payload(const std::string& title, const std::string& detail_json,
                          Severity severity, WallTime at, const BookSettings& settings,
                          const IncidentId& incident);

// The payload with one more detail; unchanged when it is no JSON object.
std::string with_detail(const std::string& payload_json, const char* name, const std::string& text);

// The payload under another class of events.
std::string with_class(const std::string& payload_json, const char* name);

// Whether that page was sent because nobody acknowledged another one.
bool is_escalated(const std::string& payload_json);

// The payload with a note of whose page nobody acknowledged, and for how long.
std::string with_escalation_note(const std::string& payload_json, const std::string& receiver,
                                 Millis after);

// The payload with that note of another one; unchanged where that has none.
std::string with_escalation_note_of(const std::string& payload_json, const std::string& other_json);

}  // namespace picket::controller
