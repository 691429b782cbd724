// The controller's turn without its store and clock: the real Evaluator, IncidentBook and Ledger,
// driven in the order in which controller/turn/turn.cpp drives them, every event and answer written
// down. Owned by whoever tells a history; one thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "controller/evaluate/evaluator.h"
#include "controller/incident/incident_book.h"
#include "controller/ingest/ledger.h"

namespace picket::oracle {

class BareTurn {
 public:
  BareTurn(controller::BookSettings settings, std::string_view story, WallTime start);

  // Does everything due up to `at`, each at its own time. Requires at >= now().
  void pass_time(WallTime at);

  // Folds an event that is received now.
  void record(decltype(controller::Event::what) what);
  // Late and superseded as the controller would call it.
  void receive(RunResult run);
  bool acknowledge(const IncidentId& incident);
  void set_routes(controller::Routes routes);

  // The process ends and another starts at `at` from what was kept; nothing was due in between.
  void restart(WallTime at);

  // The last lines: the ledger, the budgets, what is unresolved.
  void finish();

  WallTime now() const { return now_; }
  const std::string& lines() const { return lines_; }
  std::size_t events() const { return seq_; }
  std::vector<controller::RunRequest> take_orders();
  std::vector<controller::IncidentRow> unresolved() const { return book_->unresolved(); }

 private:
  using SlotName = std::tuple<CheckName, RegionName, WallTime, Millis>;
  void due(WallTime at);
  void absorb(const controller::Effects& effects);
  void take_rows(const controller::BookRows& rows);
  void decide(const controller::SlotId& slot, Millis interval,
              const controller::SlotOutcome& outcome);

  controller::BookSettings settings_;
  std::unique_ptr<controller::Evaluator> evaluator_;
  std::unique_ptr<controller::IncidentBook> book_;
  controller::Ledger ledger_;
  std::map<CheckName, Check> checks_;      // in force
  std::map<CheckName, Millis> intervals_;  // of every check ever defined
  std::vector<controller::OutboxRow> outbox_;
  std::set<SlotName> slots_;
  std::vector<controller::RunRequest> orders_;
  WallTime now_;
  std::size_t seq_{0};
  std::string lines_;
};

}  // namespace picket::oracle
