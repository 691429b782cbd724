// Names of incidents, pages and rows: made of what they are about, so that a restored or
// failed-over controller makes the same ones. Pure functions.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "common/core/ids.h"
#include "common/core/time.h"

namespace picket::controller {

// One incident of one subject: what its keys are made of.
struct EpisodeName {
  std::string subject;  // "check:NAME", "region:NAME"
  std::string alert_id;
  WallTime opening_round;
  std::uint32_t reopened{0};  // after a person had resolved it: so often
};

// Parts joined so that no two lists give the same text, whatever they contain:
// "3:abc" for each, behind one another.
std::string join_unambiguously(std::initializer_list<std::string_view> parts);

// "picket:" + hex(sha256(install id, route, subject, alert id, opening round)); of an incident that
// was opened again, also how often: nothing may follow the resolve of a key.
DedupKey make_dedup_key(const std::string& install_id, const std::string& route,
                        const EpisodeName& episode);

// 26 characters of Crockford's base 32 that sort by opening time.
IncidentId make_incident_id(const std::string& install_id, const EpisodeName& episode);

std::string make_outbox_id(const DedupKey& key, std::uint32_t ordinal);

}  // namespace picket::controller
