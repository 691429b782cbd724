// When each receiver last took a message and last refused one: from delivery reports and the
// delivery log. Plain state for metrics and `picket routes list`; one executor.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/deliver/outbox_machine.h"

namespace picket::controller {

struct ReceiverHealth {
  std::optional<WallTime> last_success;
  std::optional<WallTime> last_failure;
  std::string last_error;
  std::optional<bool> test_ok;  // of the last test to end, as known by now; nothing: none yet
  std::optional<WallTime> last_test;
};

class ReceiverHealthBook {
 public:
  void restore(const std::vector<std::pair<std::string, WallTime>>& accepted) {
    for (const auto& [receiver, at] : accepted) by_name_[receiver].last_success = at;
  }

  void observe(const DeliveryReport& report, WallTime now) {
    using Kind = DeliveryReport::Kind;
    const OutboxRow& row = report.row;
    const bool took = report.kind == Kind::accepted || report.kind == Kind::confirmed;
    ReceiverHealth& health = by_name_[row.receiver];
    if (took) {
      health.last_success = now;
    } else if (report.kind != Kind::fallback && report.kind != Kind::other_credential) {
      health.last_failure = now;
      health.last_error = row.last_error;
    }
    if (!is_test(row) || row.action == OutboxAction::resolve) return;
    // PagerDuty accepts, and may make no incident of it all the same: its REST API's word is last.
    const bool test_ended = took || report.kind == Kind::dead || report.kind == Kind::unconfirmed;
    if (!test_ended) return;
    health.test_ok = took;
    health.last_test = now;
  }

  void forget(const std::string& receiver) { by_name_.erase(receiver); }

  const std::map<std::string, ReceiverHealth>& all() const { return by_name_; }

 private:
  std::map<std::string, ReceiverHealth> by_name_;
};

}  // namespace picket::controller
