// The series of a check's objectives, as Prometheus is shown them: deploy/prometheus reckons burn
// rates from these and must come to what the controller comes to. Pure function.
#pragma once

#include "controller/api/gauge_text.h"
#include "controller/evaluate/check_view.h"

namespace picket::controller {

// picket_slo_* of one check; nothing without an objective.
void add_slo_series(GaugeText& gauges, const CheckView& view);

}  // namespace picket::controller
