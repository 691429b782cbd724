// What is to be done after incidents: at most three items each, every one with one owner and a
// deadline. Keeps all that the store keeps and decides what is refused and what is overdue for too
// long. Owned by the incident book, which pages. Pure, no clock.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "controller/store/rows.h"

namespace picket::controller {

inline constexpr std::size_t kActionItemsMax = 3;          // per incident, whatever became of them
inline constexpr Millis kActionPatience = hours{24 * 28};  // overdue so long: two sprints

struct ActionItemDraft {
  IncidentId incident;  // the caller knows that it exists
  CheckName check;      // of that incident
  std::string owner;
  std::string text;
  WallTime due;
  std::string by;
};

struct ActionItemEnd {
  std::string id;
  ActionState state{ActionState::done};
  std::string reason;  // needed for deprioritised
  std::string by;
};

class ActionItems {
 public:
  void restore(std::vector<ActionItemRow> rows);

  // conflict: the incident has three. invalid_argument: no text, no owner or several, a deadline
  // that is past or more than two years ahead; the message says what to write.
  Result<ActionItemRow> add(ActionItemDraft draft, WallTime at);

  // not_found: no such item. conflict: it is closed. invalid_argument: without a reason.
  Result<ActionItemRow> close(const ActionItemEnd& end, WallTime at);

  // One that is overdue for kActionPatience at `at` and was not escalated, marked as escalated now.
  std::optional<ActionItemRow> escalate_one(WallTime at);
  std::optional<WallTime> next_escalation() const;

  std::vector<ActionItemRow> all() const;  // by id

 private:
  void index(const ActionItemRow& row);

  std::map<std::string, ActionItemRow> rows_;
  std::map<IncidentId, std::size_t> counts_;
  std::set<std::pair<WallTime, std::string>> waiting_;  // when they are to be escalated
};

// Whether the deadline of an open item has passed.
bool is_overdue(const ActionItemRow& row, WallTime at);

}  // namespace picket::controller
