// The lines of a recorded history (tests/oracle/FORMAT.md): events as the controller folds them
// and what it answered, one JSON object per line. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "controller/evaluate/check_view.h"
#include "controller/evaluate/effects.h"
#include "controller/evaluate/event.h"
#include "controller/incident/routes.h"
#include "controller/ingest/ledger.h"
#include "controller/store/rows.h"

namespace picket::oracle {

std::string header_line(const controller::BookSettings& settings, std::string_view story);

// With the facts of a run that the check's conditions of the round ask for; `check` may be null.
std::string event_line(const controller::Event& event, const Check* check = nullptr);
std::string receivers_line(const controller::Routes& routes, WallTime at);
// Everything due up to `at` has been done.
std::string time_line(WallTime at);

std::string answer_line(const controller::VerdictChange& change);
std::string answer_line(const controller::AlertTransition& transition);
std::string answer_line(const controller::RoundSummary& round);
std::string answer_line(const controller::RunRequest& order, WallTime at);
// `given`: of a watcher's incident, which the oracle takes as it is.
std::string answer_line(const controller::OutboxRow& page, bool given = false);
std::string answer_line(const controller::IncidentRow& incident);
std::string answer_line(const controller::SlotId& slot, Millis interval,
                        controller::LedgerCode state);
std::string budget_line(const CheckName& check, const controller::SloStatus& status);
// The incidents that are not resolved, in any order.
std::string unresolved_line(const std::vector<controller::IncidentRow>& incidents);

}  // namespace picket::oracle
