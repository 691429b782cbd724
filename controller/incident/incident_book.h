// Keeps incidents and the pages they owe: takes transitions, gives the rows to commit in the same
// transaction. One instance per controller, on its strand. Pure: no clock, no I/O, and the same
// transitions give the same rows, ids and keys.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "controller/evaluate/effects.h"
#include "controller/incident/keys.h"
#include "controller/incident/routes.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct BookRows {
  std::vector<IncidentRow> incidents;  // replace rows of the same id
  std::vector<TimelineRow> timeline;   // to be added
  std::vector<OutboxRow> outbox;       // to be added
  int receivers_missing{0};            // pages whose receiver is not configured: show it
};

class IncidentBook {
 public:
  explicit IncidentBook(BookSettings settings);

  // What a start finds: incidents that are not resolved, and all outbox rows of those.
  void restore(std::vector<IncidentRow> open, const std::vector<OutboxRow>& pages);

  BookRows apply(const AlertTransition& transition);
  BookRows apply(const FleetTransition& transition);

  // Error not_found: no such incident is open or suspected. Acknowledging twice changes nothing.
  Result<BookRows> acknowledge(const IncidentId& id, const std::string& by, WallTime at);

  // New receivers and settings; open pages keep the route that triggered them. Open incidents
  // whose receiver was not configured and now is are paged by the next advance().
  void set_routes(Routes routes);

  // A page of an incident that is still open is triggered again every hour: PagerDuty closes an
  // incident by itself after four.
  BookRows advance(WallTime now);
  std::optional<WallTime> next_due() const;

  std::vector<IncidentRow> unresolved() const;  // in order of opening

 private:
  struct Page {
    std::string receiver;
    std::string route_json;    // of the trigger: resolves go the same way; empty: not configured
    std::string payload_json;  // of the newest trigger
    DedupKey key;
    std::uint32_t next_ordinal{0};
    WallTime last_trigger;
  };
  struct Kept {
    IncidentRow row;
    std::vector<Page> pages;
  };
  // A transition of either kind, as an incident takes it.
  struct News {
    EpisodeName episode;
    CheckName check;
    AlertPhase phase{AlertPhase::fires};
    std::string condition;
    Severity severity{Severity::error};
    WallTime at;
    std::optional<WallTime> first_bad_run;
    std::string title;
    std::string reason;
    std::string detail_json;
    std::string payload_json;
    std::vector<std::string> receivers;
  };
  using Slot = std::pair<std::string, std::string>;  // subject, alert id

  BookRows take(const News& news);
  Kept& keep(const News& news, BookRows& rows);
  void open(Kept& kept, const News& news, BookRows& rows);
  void change(Kept& kept, const News& news, BookRows& rows);
  void resolve(const Slot& slot, const News& news, BookRows& rows);
  void trigger_new(Kept& kept, const News& news, BookRows& rows);
  void trigger_configured(Kept& kept, WallTime now, BookRows& rows);
  std::optional<std::string> find_route(const std::string& receiver) const;
  std::vector<std::string> receivers_for(Kept& kept, const News& news, BookRows& rows) const;
  OutboxRow make_row(const Kept& kept, Page& page, OutboxAction action, WallTime at) const;
  std::optional<std::string> way_for(const Kept& kept, const Page& page) const;

  BookSettings settings_;
  std::map<Slot, Kept> kept_;
};

}  // namespace picket::controller
