// The labels of picket_incident_info: one series per open incident, gone when it ends. Pure
// function of the incident's row; read at each scrape.
#pragma once

#include "controller/api/gauge_text.h"
#include "controller/store/rows.h"

namespace picket::controller {

inline constexpr std::size_t kIncidentsTold = 500;  // series at most

// incident, subject, alert, severity, scope, dimension, value: of the most specific dimension that
// the incident's attribution proves; the last two are empty where it proves none. A value is cut
// at 64 bytes.
GaugeText::Labels incident_labels(const IncidentRow& incident);

}  // namespace picket::controller
