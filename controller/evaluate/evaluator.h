// Folds the event log into the state of every check: verdicts, alert transitions, orders to run
// again, closed rounds (docs/reference/evaluation.md has the tables). One instance per
// controller, on its strand. Pure: no clock, no I/O, no randomness; the same events give the same
// effects, whenever and however often advance() is called in between.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "controller/evaluate/check_view.h"
#include "controller/evaluate/effects.h"
#include "controller/evaluate/event.h"

namespace picket::controller {

struct BurnDown;
struct CheckState;
struct RegionFlags;

class Evaluator {
 public:
  Evaluator();
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;

  // Folds one event. What was due in the check before event.at happens first, at its own time.
  // Requires events in order of seq; an `at` below an earlier one counts as that one.
  Effects apply(const Event& event);

  // Does everything due up to `now`, in order of time. Effects carry the time at which they
  // became true. Effects::time_passed lists what to record as TimePassed events.
  Effects advance(WallTime now);

  // When advance() next has something to do; nothing: only events can change anything.
  std::optional<WallTime> next_due() const;

  // State of one check, or of the regions, as versioned bytes; empty for an unknown check.
  // restore(snapshot) then the later events gives the state that no restart would have given.
  std::string snapshot(const CheckName& name) const;
  std::string snapshot_regions() const;

  // Error corrupt: not a snapshot, or of an unknown version; the state is then unchanged.
  Status restore(const std::string& blob);
  Status restore_regions(const std::string& blob);

  std::vector<CheckName> checks() const;  // ordered by name
  std::optional<CheckView> view(const CheckName& name) const;

  // How its budget was spent (burn_down.h); nothing for an unknown check or one without objective.
  std::optional<BurnDown> burn_down(const CheckName& name, std::size_t points_max) const;

  // The verdict of a check, pending for an unknown one: cheaper than view().
  CheckVerdict verdict(const CheckName& name) const;

  // True when results of this round are late at `now`: they heal history, they decide nothing.
  bool is_closed(const CheckName& check, WallTime round, WallTime now) const;

 private:
  CheckState* find(const CheckName& name) const;
  void reschedule(CheckState& state);
  void apply_defined(const CheckDefined& defined, WallTime at, Effects& effects);
  void apply_removed(const CheckName& name, WallTime at, Effects& effects);
  void apply_flags(const RegionName& region, WallTime at, Effects& effects);
  void apply_started(WallTime at, Effects& effects);
  // Brings the check to `at` and calls take(state); nothing for an unknown check.
  template <class Take>
  void apply_to(const CheckName& name, WallTime at, Effects& effects, Take&& take);

  std::map<CheckName, std::unique_ptr<CheckState>> checks_;
  std::map<RegionName, RegionFlags> regions_;
  std::set<std::pair<WallTime, CheckName>> due_;
};

}  // namespace picket::controller
