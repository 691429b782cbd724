// When each assigned check is due: round by round, at the phase of the plan that holds for the
// round. A pure state machine; time is an argument and must be the disciplined wall time.
//
//   slot of round r: due at r + phase, where r is a multiple of the interval, r >= first_round
//   assigned first            -> next slot at or after now
//   assigned again            -> same rounds; a round that was taken is never taken again
//   new phase from round f    -> rounds before f keep the phase they had
//   several slots passed      -> the newest is due, the others are missed (clock)
//   paused                    -> the slot passes without a word
//   time corrected (restart)  -> by less than an interval: what was taken is not taken again, and
//                                slots that were jumped over are run or missed; by more: the next
//                                slot at or after now, whatever was taken before
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/model/check.h"
#include "common/model/run.h"

namespace picket::agent {

struct Assignment {
  std::shared_ptr<const Check> check;
  Revision revision;
  Millis phase{0};
  WallTime first_round;
};

struct Slot {
  Assignment assignment;
  WallTime round;
  WallTime due;
};

class DueQueue {
 public:
  // Replaces all assignments; what is not in the list is forgotten.
  void assign(const std::vector<Assignment>& assignments, WallTime now);

  struct Taken {
    std::vector<Slot> due;  // in the order of their due times
    std::vector<MissedSlot> missed;
    std::size_t untold{0};  // missed too: of rounds that have closed, or too many to be told
  };
  // Every slot due at or before now.
  Taken take_due(WallTime now);

  std::optional<WallTime> next_due() const;

  // The time was corrected by `step`, which is more than a slot may bear.
  void restart(WallTime now, Millis step);

  // Nothing when the check is not assigned.
  const Assignment* find(const CheckName& check) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Assignment assignment;
    std::optional<std::pair<Millis, WallTime>> before;  // phase and first round of the last plan
    std::optional<WallTime> last_round;                 // taken
    WallTime round;
    WallTime due;
  };
  static Millis phase_in(const Entry& entry, WallTime round);
  static void place(Entry& entry, WallTime from);
  void update(Entry& entry, const Assignment& assignment, WallTime now);
  void take_one(Entry& entry, WallTime now, Taken& taken);

  std::map<CheckName, Entry> entries_;
  std::set<std::pair<WallTime, CheckName>> order_;
};

// How long a slot is worth starting: the lesser of half an interval and 30 s.
Millis useful_span(Millis interval);

// Lower-case host and port of the check's first request with `vars` put in, "" when there is none:
// what the cap per target host counts.
std::string target_host(const Check& check);

}  // namespace picket::agent
