// Which accepted PagerDuty events wait to be seen as incidents, when each is looked up, and what
// follows: a pure state machine without I/O or clock. Owned by the confirmer; one executor. Only
// answers of PagerDuty's count: what fails on the way never makes a page unconfirmed.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "controller/deliver/pagerduty_rest.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct ConfirmationOptions {
  Millis unconfirmed_after{minutes{2}};  // since it was accepted
  Millis give_up_after{hours{1}};        // when the API gives no answer
  Millis spacing{250};                   // between lookups: PagerDuty takes 960 a minute
  std::size_t waiting_max{1000};
};

struct ConfirmationCounters {
  std::uint64_t lookups{0};
  std::uint64_t failed{0};       // lookups without an answer of PagerDuty's
  std::uint64_t confirmed{0};    // rows
  std::uint64_t unconfirmed{0};  // rows: accepted, but PagerDuty shows no incident
  std::uint64_t unanswered{0};   // rows whose lookups were given up, or never begun
};

// What becomes of a waiting row:
//   event                                 next
//   found                                 confirmed, leaves
//   absent, the 2nd or later, after 2 min unconfirmed, leaves
//   absent                                looked up again: 3, 8, 20, 40, 70, 100, 120 s after
//   accepted failed, refused                       again by Retry-After, else 5 s doubling to 5 min
//   failed or refused 1 h after accepted  leaves, nothing is known
//   a webhook names its incident          confirmed, leaves
class ConfirmationDesk {
 public:
  explicit ConfirmationDesk(ConfirmationOptions options = {}) : options_(options) {}

  // An accepted and finished trigger or resolve. One that waits already changes nothing.
  void add(OutboxRow row, WallTime now);

  // The row to look up now; one at a time, until finish().
  std::optional<OutboxRow> start(WallTime now);

  struct Outcome {
    std::optional<OutboxRow> confirmed;
    std::optional<OutboxRow> unconfirmed;
    bool given_up{false};
    std::string shown;  // of confirmed: "#42 https://.."
  };
  Outcome finish(const std::string& id, const Lookup& lookup, WallTime now);

  // PagerDuty says by itself that the incident of this key exists. The trigger that waited, with
  // the provider's id; nothing when none did.
  std::optional<OutboxRow> confirm(const DedupKey& key, const std::string& provider_id);

  void clock_stepped(Millis by);  // the clock behind `now` was set by so much

  std::optional<WallTime> next_due() const;  // nothing: none waits, or a lookup is under way
  std::size_t waiting() const { return waiting_.size(); }
  const ConfirmationCounters& counters() const { return counters_; }

 private:
  struct Waiting {
    OutboxRow row;
    WallTime accepted;
    WallTime next;
    int absences{0};
    int failures{0};
  };
  static WallTime look_after(const Waiting& waiting, WallTime now);
  Outcome leave(std::map<std::string, Waiting>::iterator found, const Lookup& lookup);

  ConfirmationOptions options_;
  ConfirmationCounters counters_;
  std::map<std::string, Waiting> waiting_;  // by row id
  std::string under_way_;                   // row id; empty: none
  WallTime last_;                           // when a lookup began
};

// What stands in last_error of a row that PagerDuty accepted without effect.
std::string unconfirmed_text(OutboxAction action);
bool is_unconfirmed(const OutboxRow& row);

}  // namespace picket::controller
