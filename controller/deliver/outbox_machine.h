// What is sent when, and what follows from an answer: a pure state machine over outbox rows. It
// does no I/O and reads no clock; whoever drives it commits every row it changes. One executor.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/random.h"
#include "controller/deliver/channel.h"
#include "controller/deliver/receiver_directory.h"
#include "controller/deliver/send_result.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct OutboxOptions {
  Millis fallback_after{55'000};  // the rest of the 60 s is for the commit and the request
  std::uint32_t fallback_failures{3};
  Millis give_up_after{hours{24}};
  Millis test_max{90'000};            // a test message that is not accepted by then has failed
  Millis test_resolve_max{hours{1}};  // of a test that may have opened something
  std::size_t in_flight_max{32};
  std::size_t in_flight_primary_max{24};  // the rest is for fallbacks
  ChannelLimits channel;
};

// An accepted resolve that is sent again, because a trigger may still be under way.
inline bool is_fence(const OutboxRow& row) {
  return row.action == OutboxAction::resolve && row.fences_left > 0;
}

// A test message: its failure is its result. No fallback stands in for it.
inline constexpr std::string_view kTestPrefix = "test-";  // of its incident id
inline bool is_test(const OutboxRow& row) { return row.incident.value.starts_with(kTestPrefix); }

// Attempts that failed; making the body smaller is none.
inline std::uint32_t failures_of(const OutboxRow& row, bool sending) {
  const std::uint32_t others = row.degrade_level + (sending ? 1 : 0);
  return row.attempts > others ? row.attempts - others : 0;
}

struct DeliveryReport {
  enum class Kind {
    accepted,
    fallback,
    suspect,
    rejected,
    misconfigured,
    other_credential,
    dead,
    confirmed,
    unconfirmed,
  };
  Kind kind{Kind::accepted};
  OutboxRow row;
  std::string detail{};  // of confirmed: the incident there
};
std::string_view to_string(DeliveryReport::Kind kind);

struct OutboxStep {
  std::vector<OutboxRow> changed;  // to be committed, in this order
  std::vector<DeliveryReport> reports;
};

// What becomes of one row (docs/reference/delivery.md says why):
//   state      event                         next       also
//   pending,   due, first of its key, fits   in_flight  attempts + 1; credential to use is noted
//   unknown
//   in_flight  accepted                      accepted   finished, or fences when a trigger was
//   unknown in_flight  not_sent, transient           pending *  by schedule or Retry-After
//   in_flight  unknown, suspect              unknown    ever_unknown; report the third suspect
//   in_flight  rejected, misrouted or mis-   pending *  whole and at once, while no trigger was
//              configured, and another secret           accepted
//              or address is in force
//   in_flight  rejected, can be degraded     pending *  degrade_level + 1, at once
//   in_flight  rejected, minimal             pending *  report, fallback; dead if it is over
//   in_flight  misrouted, misconfigured      pending *  report, fallback, slowly
//   in_flight  the controller died           unknown    ever_unknown
//   accepted   30 s and 5 min later (fences) in_flight  resolves after an unknown trigger only,
//                                                       where a late trigger would open again
//   any owed   3 failures, 55 s since due,   same       a fallback row, once
//              or the channel is down
//   any owed   24 h since the resolve is due dead       report; a change: 24 h since it is due
//   accepted   PagerDuty's API shows it       confirmed  not by this machine: confirmation_desk.h
//   a test     90 s since it is due          dead       report; its resolve goes on for an hour
//   a beat     25 s since due, or a restart  dead       report; of the dead-man: see outbox_beats
//   A trigger also waits, up to 55 s, until its alert's earlier episode is resolved there.
//   * unknown when an earlier attempt was: it may have been taken then
class OutboxMachine {
 public:
  // `directory` outlives the machine and may change between calls.
  OutboxMachine(OutboxOptions options, const ReceiverDirectory& directory, Random random);

  // What a start finds: rows that are not finished, with all rows of the same incidents and those
  // of open incidents. Call once, before anything else.
  OutboxStep restore(std::vector<OutboxRow> rows, WallTime now);

  // Rows that were committed just now, due now whatever they say: what made them may go by a clock
  // that is ahead. A row that is known already changes nothing.
  OutboxStep add(const std::vector<OutboxRow>& rows, WallTime now);

  // The rows to send now, most important first, all in_flight; their route_json says where.
  std::vector<OutboxRow> start(WallTime now, OutboxStep& step);

  // An attempt ended. Requires that start() gave the row.
  OutboxStep finish(const std::string& id, const SendResult& result, WallTime now);

  // An accepted trigger or resolve that PagerDuty does not show. Reports it; hands the trigger to
  // the fallback, once per episode and only while the episode lasts.
  OutboxStep hand_over_unconfirmed(OutboxRow row, WallTime now);

  // What time alone brings: fallbacks and giving up.
  OutboxStep advance(WallTime now);

  // Receivers changed: what waits for a person is tried again.
  void retry_all(WallTime now);

  // The clock behind `now` was set by so much: no row is older or younger than before.
  void clock_stepped(Millis by);

  // When start() or advance() has something to do; nothing while only answers are awaited.
  std::optional<WallTime> next_due(WallTime now) const;

  // Every row that is not finished, but for beats; valid until the machine changes.
  std::vector<const OutboxRow*> owed() const;
  bool owes_beat() const;  // of the dead-man
  std::size_t in_flight() const { return in_flight_; }

 private:
  struct Entry {
    OutboxRow row;
    Route snapshot;  // of its route_json
    bool sending{false};
    bool held{false};     // the channel said when to come again
    bool refused{false};  // even the minimal body
    bool reported{false};
    int suspects{0};
    WallTime started;
    ReceiverKind kind{ReceiverKind::pagerduty};  // of the last attempt
    std::string channel;                         // of the last attempt
  };
  using Position = std::pair<std::uint32_t, std::string>;  // ordinal, id
  struct Episode {                                         // of one dedup key
    std::map<Position, Entry> queue;                       // not finished
    bool trigger_unknown{false};
    bool trigger_accepted{false};
    bool fallback_triggered{false};
    std::string fallback;    // the receiver that was: it is told of the rest too
    std::string credential;  // which took, or may have taken, a trigger
  };
  Entry& insert(OutboxRow row);
  bool needs_sending_after_all(OutboxRow& row);
  static void owe_now(OutboxRow& row, WallTime now);    // outbox_clock.cpp
  static void owe_still(OutboxRow& row, WallTime now);  // outbox_clock.cpp
  void learn(Episode& episode, const OutboxRow& row) const;
  void learn_fallbacks(const std::vector<OutboxRow>& rows);
  void settle(Episode& episode, Entry& entry, OutboxState state, WallTime now, OutboxStep& step);
  Route route_of(const Episode& episode, const Entry& entry) const;
  bool channel_down(const Episode& episode, const Entry& entry, WallTime now) const;
  WallTime ready_at(const Episode& episode, const Entry& entry, WallTime now) const;
  std::optional<std::string> earlier_key(const OutboxRow& trigger) const;
  void hasten_earlier(const OutboxRow& row, WallTime now);
  bool has_room(const Entry& entry, const Route& route) const;
  void begin(Episode& episode, Entry& entry, WallTime now, OutboxStep& step);
  void end(Entry& entry, const SendResult& result, WallTime now);

  void on_accepted(Episode& episode, Entry& entry, WallTime now, OutboxStep& step);
  bool degrade(Entry& entry, WallTime now) const;
  bool try_in_force(Episode& episode, Entry& entry, WallTime now) const;
  void on_failed(Episode& episode, Entry& entry, const SendResult& result, WallTime now,
                 OutboxStep& step);
  bool may_hand_over(const Episode& episode, const Entry& entry) const;
  bool needs_fallback(const Episode& episode, const Entry& entry, WallTime now) const;
  const Receiver* fallback_for(const Episode& episode, const Entry& entry) const;
  void hand_over(Episode& episode, Entry& entry, WallTime now, OutboxStep& step);
  void hand_rest_over(Episode& episode, WallTime now, OutboxStep& step);
  void drop_refused(Episode& episode, WallTime now, OutboxStep& step);
  bool give_up(Episode& episode, WallTime now, OutboxStep& step);
  bool give_up_tests(Episode& episode, WallTime now, OutboxStep& step);
  void wake(const std::string& channel, WallTime now);

  // outbox_beats.cpp
  void drop_late_beat(Episode& episode, WallTime now, OutboxStep& step);
  void on_failed_beat(Episode& episode, Entry& entry, WallTime now, OutboxStep& step);
  bool drop_old_beat(OutboxRow& row, WallTime now, OutboxStep& step) const;
  void forget_finished(const std::string& key);

  OutboxOptions options_;
  const ReceiverDirectory& directory_;
  Random random_;
  std::map<std::string, Episode> episodes_;               // by dedup key
  std::map<std::string, DedupKey> key_of_;                // row id -> key, of rows not finished
  std::map<std::string, std::set<std::string>> keys_of_;  // alert key -> keys in episodes_
  std::map<std::string, Channel> channels_;
  std::size_t in_flight_{0};
  std::size_t primaries_in_flight_{0};
};

}  // namespace picket::controller
