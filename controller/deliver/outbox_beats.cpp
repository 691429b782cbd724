// Beats of the dead-man in the outbox: tried again at once and for a short while, never late, never
// by a fallback, never degraded.
#include "controller/deliver/dead_man_beat.h"
#include "controller/deliver/outbox_machine.h"

namespace picket::controller {

void OutboxMachine::drop_late_beat(Episode& episode, WallTime now, OutboxStep& step) {
  for (auto& [position, entry] : episode.queue) {
    if (!is_beat(entry.row) || entry.sending || now < entry.row.due + kBeatLife) continue;
    if (entry.row.last_error.empty()) entry.row.last_error = "it could not be sent in time";
    settle(episode, entry, OutboxState::dead, now, step);
  }
}

void OutboxMachine::on_failed_beat(Episode& episode, Entry& entry, WallTime now, OutboxStep& step) {
  entry.row.state = OutboxState::pending;
  entry.row.next_attempt = now + kBeatRetry;
  if (entry.row.next_attempt >= entry.row.due + kBeatLife)
    return settle(episode, entry, OutboxState::dead, now, step);
  step.changed.push_back(entry.row);
}

// What a start finds of an earlier life is late by definition.
bool OutboxMachine::drop_old_beat(OutboxRow& row, WallTime now, OutboxStep& step) const {
  if (!is_beat(row)) return false;
  if (row.finished) return true;
  row.state = OutboxState::dead;
  row.finished = now;
  row.last_error = "the controller was restarted";
  step.changed.push_back(row);
  return true;
}

bool OutboxMachine::owes_beat() const { return key_of_.count(std::string{kBeatId}) != 0; }

}  // namespace picket::controller
