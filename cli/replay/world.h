// A controller's decisions without a controller: the real Evaluator and IncidentBook, fed recorded
// events, keep what became of each incident. One for each set of definitions. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/evaluate/evaluator.h"
#include "controller/incident/incident_book.h"

namespace picket::cli {

struct ReplayedPage {
  std::string receiver;
  WallTime at;  // the first trigger
  bool operator==(const ReplayedPage&) const = default;
};

struct ReplayedIncident {
  CheckName check;
  std::string alert_id;
  std::string condition;
  Severity severity{Severity::error};
  std::string title;
  WallTime first_bad;
  WallTime opened;
  std::optional<WallTime> resolved;
  std::vector<ReplayedPage> pages;     // that went out, in order
  std::vector<ReplayedPage> withheld;  // that did not; receivers it would have paged
  std::string withheld_by;             // why
  bool shadow{false};

  std::optional<WallTime> paged() const {
    if (pages.empty()) return std::nullopt;
    return pages.front().at;
  }
};

class ReplayWorld {
 public:
  ReplayWorld(controller::Routes routes, const std::vector<Silence>& silences);

  // Everything due up to `now`, then the event. TimePassed is left to the world's own clock.
  void apply(WallTime at, decltype(controller::Event::what) what);
  void advance(WallTime now);

  // In order of opening; only those that opened (a suspicion alone pages nobody).
  std::vector<ReplayedIncident> incidents() const;

 private:
  void absorb(const controller::Effects& effects);
  void take(const controller::BookRows& rows);
  void acknowledge(const controller::IncidentAcknowledged& event, WallTime at);

  controller::Evaluator evaluator_;
  controller::IncidentBook book_;
  std::map<CheckName, bool> shadow_;
  std::map<std::pair<CheckName, std::string>, WallTime> first_bad_;
  std::map<IncidentId, ReplayedIncident> incidents_;
  std::uint64_t seq_{0};
};

}  // namespace picket::cli
