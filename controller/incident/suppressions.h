// Why a page is not sent on purpose: shadow checks, pauses, maintenance windows, silences. Told of
// every definition and silence; owned by the incident book. Pure, no clock. It keeps back triggers
// only: what was told once is resolved whatever holds by then.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/check.h"
#include "common/model/silence.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct Suppression {
  std::string why;                // one line for the timeline
  std::optional<WallTime> until;  // when it may be over by itself; nothing: an event ends it
  bool folded{false};             // into a storm's page
  IncidentId by;                  // the incident that explains this one; empty: none does
  bool operator==(const Suppression&) const = default;
};

class Suppressions {
 public:
  void define(std::shared_ptr<const Check> check, WallTime now);
  void forget(const CheckName& check);

  void set(Silence silence);  // replaces one of the same id
  // False: no such silence holds at that time or later.
  bool end(const std::string& id, WallTime at);
  // Not yet over at `now`, in order of begin.
  std::vector<Silence> silences(WallTime now) const;

  // Nothing: the page goes out.
  std::optional<Suppression> judge(const IncidentRow& incident, WallTime now) const;

  // The checks whose `down` would explain this one's; empty for an unknown check.
  std::vector<CheckName> dependencies(const CheckName& check) const;
  // Those that the check's pages go to by its own word; empty for an unknown check.
  std::vector<std::string> receivers_of(const CheckName& check) const;
  bool is_shadow(const CheckName& check) const;
  bool is_depended_on(const CheckName& check) const { return depended_on_.count(check) != 0; }

  const Check* find(const CheckName& name) const;  // nullptr: not defined

 private:
  void count_dependencies(const Check& check, int by);
  std::optional<Suppression> judge_pause(const Check& check, const IncidentRow& incident,
                                         WallTime now) const;

  std::map<CheckName, std::shared_ptr<const Check>> checks_;
  std::map<CheckName, WallTime> resumed_;  // when a pause ended that the definition has no more
  std::map<CheckName, int> depended_on_;   // by so many
  std::map<std::string, Silence> silences_;
};

// What silences match an incident by; `check` may be null.
IncidentLabels labels_of(const IncidentRow& incident, const Check* check);

}  // namespace picket::controller
