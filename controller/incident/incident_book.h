// Keeps incidents and the pages they owe: takes transitions, gives the rows to commit in the same
// transaction. One instance per controller, on its strand. Pure: no clock, no I/O, and the same
// transitions give the same rows, ids and keys.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "controller/evaluate/effects.h"
#include "controller/incident/action_items.h"
#include "controller/incident/keys.h"
#include "controller/incident/recent_deployments.h"
#include "controller/incident/routes.h"
#include "controller/incident/storm_watch.h"
#include "controller/incident/suppressions.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct BookRows {
  std::vector<IncidentRow> incidents;  // replace rows of the same id
  std::vector<TimelineRow> timeline;   // to be added
  std::vector<OutboxRow> outbox;       // to be added
  int receivers_missing{0};            // pages whose receiver is not configured: show it
  std::vector<DeploymentRow> deployments;
  std::vector<IncidentDeploymentRow> incident_deployments;
  std::vector<ActionItemRow> action_items;  // replace rows of the same id

  void append(BookRows more);
};

// A person's word that an incident is over.
struct PersonalResolve {
  std::string by;
  std::string note;                  // may be empty
  std::optional<AfterResolve> then;  // nothing: as the settings say
  DedupKey outside;  // it was ended at the receiver, under this key: nothing is sent there
};

class IncidentBook {
 public:
  explicit IncidentBook(BookSettings settings);

  // What a start finds: incidents that are not resolved or held, and all outbox rows of those.
  void restore(std::vector<IncidentRow> open, const std::vector<OutboxRow>& pages, WallTime now);

  BookRows apply(const AlertTransition& transition);
  BookRows apply(const FleetTransition& transition);

  // Error not_found: no such incident is open or suspected. Acknowledging twice changes nothing.
  // `outside`: the key under which the receiver's own people acknowledged, who are not told of it.
  Result<BookRows> acknowledge(const IncidentId& id, const std::string& by, WallTime at,
                               const DedupKey& outside = {});

  // Ends an incident by a person's word, with the resolve of its pages. While its check still fails
  // it is held: paged again under new keys after the grace unless the check recovers before, or
  // quiet until it recovers. One that waits to be paged again may be resolved again, to hold it.
  // not_found: none of that id is open or held. conflict: only suspected, or a storm.
  Result<BookRows> resolve(const IncidentId& id, const PersonalResolve& word, WallTime at);

  // The incident whose page has this key now; nothing when there is none, or it was opened again.
  std::optional<IncidentId> incident_of(const DedupKey& key) const;

  // The receiver closed the page of this key, but no person did: it is triggered again by the next
  // advance(), no sooner than 5 min after it was last, and the timeline says so. not_found: no
  // incident that is open has told that page.
  Result<BookRows> close_outside(const DedupKey& key, const std::string& by, WallTime at);

  // A deployment, also one that was recorded late: open incidents of its service that began within
  // an hour after it say so. Recorded twice it changes nothing.
  BookRows record_deployment(const DeploymentRow& deployment, WallTime at);
  void restore_deployments(const std::vector<DeploymentRow>& recent);

  // Action items (action_items.h says which are refused). One that is overdue for 28 days gets a
  // page of its own, once.
  Result<BookRows> add_action_item(ActionItemDraft draft, WallTime at);
  Result<BookRows> close_action_item(const ActionItemEnd& end, WallTime at);
  void restore_action_items(std::vector<ActionItemRow> rows);
  const ActionItems& action_items() const { return action_items_; }

  // Definitions and silences: what keeps pages back. The next advance() sends what nothing keeps
  // back any more: pages, and reminders and escalations that would have been due before.
  // `now` matters where a pause ends by it.
  void define(std::shared_ptr<const Check> check, WallTime now = {});
  void forget(const CheckName& check);
  void set_silence(Silence silence);
  bool end_silence(const std::string& id, WallTime at);
  std::vector<Silence> silences(WallTime now) const { return suppressions_.silences(now); }

  // New receivers and settings; pages that somebody was told of keep the route that triggered them,
  // those that nobody was told of yet go the new way. Open incidents whose receiver was not
  // configured and now is are paged by the next advance(). A receiver under another name is not
  // told again.
  void set_routes(Routes routes);
  void set_after_manual_resolve(const AfterManualResolve& after) {
    settings_.after_manual_resolve = after;
  }

  // A page of an incident that is still open is triggered again every hour: PagerDuty closes an
  // incident by itself after four. A page that was kept back goes out when nothing keeps it back.
  // An incident that nobody acknowledges is escalated as the routes say.
  BookRows advance(WallTime now);
  std::optional<WallTime> next_due() const;

  // Whether a page of an incident that is not over was sent to it.
  bool has_told(const std::string& receiver) const;

  std::vector<IncidentRow> unresolved() const;  // in order of opening
  const BookSettings& settings() const { return settings_; }
  // Why a page of such an incident would not go out now: silence, window, shadow.
  std::optional<std::string> would_keep_back(const IncidentRow& incident, WallTime now) const {
    const auto found = suppressions_.judge(incident, now);
    return found ? std::optional{found->why} : std::nullopt;
  }
  const Check* check_of(const CheckName& name) const { return suppressions_.find(name); }

 private:
  struct Ended {
    IncidentId incident;
    WallTime at;
  };
  struct Page {
    std::string receiver;
    std::string route_json;    // of the trigger: resolves go the same way; empty: not configured
    std::string payload_json;  // of the newest trigger
    DedupKey key;
    std::uint32_t next_ordinal{0};
    WallTime last_trigger;
    WallTime next_trigger;
    std::optional<Suppression> kept_back;  // nothing was ever sent, and why
    std::optional<WallTime> first_told;    // by a trigger that was not kept back
    std::optional<Ended> relied_on;        // what explained it and is over, the newest
    WallTime escalate_from;                // not before: something kept it back
    bool told() const { return !kept_back && !route_json.empty(); }
  };
  struct Kept {
    IncidentRow row;
    std::vector<Page> pages;
    std::optional<WallTime> due;  // as indexed
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
    std::string cause;
    std::vector<std::string> receivers;
    std::string service;
    std::string owner;
    std::vector<DeploymentRow> deployments;  // nearby, newest first
  };
  using Slot = std::pair<std::string, std::string>;  // subject, alert id

  BookRows take(const News& news);
  Kept& keep(const News& news, BookRows& rows);
  void open(Kept& kept, const News& news, BookRows& rows);
  void change(Kept& kept, const News& news, BookRows& rows);
  void resolve(const Slot& slot, const News& news, BookRows& rows);
  void reindex(Kept& kept);
  bool settle(Kept& kept, WallTime now, BookRows& rows);
  DedupKey key_for(const Kept& kept, const std::string& receiver) const;
  WallTime reminder_due(const IncidentRow& row, WallTime told, WallTime now) const;
  OutboxRow make_word(const Kept& kept, Page& page, OutboxAction action, WallTime at,
                      const DedupKey& outside) const;

  // personal_resolve.cpp: ends by a person's word.
  bool is_of_episode(const Kept& kept, const OutboxRow& row) const;
  void finish_held(Kept kept, const News& news, BookRows& rows);
  void reopen(Kept& kept, WallTime now, BookRows& rows);

  // incident_suppressions.cpp: what kept something back may be over.
  void look_anew(Kept& kept);
  void look_all_anew();

  // incident_deployments.cpp
  void add_deployments(const Check& check, News& news) const;
  void say_deployment(const IncidentRow& row, const DeploymentRow& deployment, WallTime at,
                      BookRows& rows) const;

  // overdue_actions.cpp
  void escalate_action_items(WallTime now, BookRows& rows);

  // incident_pages.cpp: who is told, and what keeps that back.
  void trigger_new(Kept& kept, const News& news, BookRows& rows);
  void trigger_configured(Kept& kept, WallTime now, BookRows& rows);
  std::optional<std::string> find_route(const std::string& receiver) const;
  std::string present_name(const Page& page) const;
  void renew_untold(Kept& kept) const;
  void renew_ways();
  std::vector<std::string> receivers_for(Kept& kept, const News& news, BookRows& rows) const;
  void tell(Kept& kept, Page& page, WallTime at, BookRows& rows, const std::string& remark = {});
  void tell_again(Kept& kept, Page& page, WallTime at, BookRows& rows, const std::string& remark);
  std::optional<Suppression> suppression_of(const Kept& kept, const std::string& receiver,
                                            WallTime now) const;
  std::optional<Suppression> suppression_of(const Kept& kept, const Page& page, WallTime now) const;
  std::optional<Suppression> dependency_of(const Kept& kept, WallTime now) const;
  std::optional<Suppression> parent_of(const Kept& kept, const std::string& receiver) const;
  OutboxRow make_row(const Kept& kept, Page& page, OutboxAction action, WallTime at) const;
  std::optional<std::string> way_for(const Kept& kept, const Page& page) const;

  // escalation.cpp: who is told as well when nobody acknowledges.
  std::optional<std::string> find_escalation_route(const std::string& receiver) const;
  std::optional<WallTime> escalation_due(const Kept& kept, const Page& page) const;
  void escalate(Kept& kept, WallTime now, BookRows& rows);

  // incident_groups.cpp: incidents that belong together.
  void join_parent(Kept& kept, WallTime now, BookRows& rows);
  const Kept* find_by_id(const IncidentId& id) const;
  void note_end_for_kin(const Kept& ended, WallTime at);
  void note_end_for_dependents(const Kept& ended, WallTime at);
  void index(const Kept& kept);
  void unindex(const Kept& kept);
  static Slot storm_slot(const Kept& kept, const std::string& receiver);
  std::optional<Suppression> fold(const Kept& kept, const std::string& receiver, WallTime now);
  void restore_storms(const std::vector<OutboxRow>& pages);
  void advance_storms(WallTime now, BookRows& rows);
  void tell_storm(const Slot& slot, WallTime now, BookRows& rows);
  bool end_storm(const Slot& slot, WallTime now, BookRows& rows);
  std::vector<std::pair<Kept*, Page*>> folded_into(const Slot& slot);

  BookSettings settings_;
  Suppressions suppressions_;
  std::map<Slot, Kept> kept_;
  std::set<std::pair<WallTime, Slot>> due_;
  std::map<IncidentId, Slot> by_id_;
  std::map<std::string, std::set<Slot>> by_cause_;  // open ones that joined no other
  std::map<IncidentId, std::set<Slot>> members_;    // by their parent
  std::set<Slot> waiting_;                          // open ones with a page that was never sent
  bool look_again_{false};                          // what keeps those back may be over

  struct Storm {
    WallTime next_look;    // whether it is over
    WallTime next_update;  // of its page
    bool news{false};      // since its newest page
  };
  RecentDeployments deployments_;
  ActionItems action_items_;
  StormWatch storm_watch_;
  std::map<Slot, Storm> storms_;  // by the slot of their incidents
};

}  // namespace picket::controller
