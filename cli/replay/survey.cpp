#include "cli/replay/survey.h"

#include <algorithm>

namespace picket::cli {
namespace {

using namespace controller;

const PastDefinition* find(const std::vector<PastDefinition>& known, const CheckName& name,
                           const Revision& revision) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const PastDefinition& one) {
    return one.check.name == name && one.revision == revision;
  });
  return found == known.end() ? nullptr : &*found;
}

}  // namespace

void Survey::see(const Event& event) {
  ++events_;
  if (const auto* run = std::get_if<RunReceived>(&event.what)) {
    Before& before = checks_[run->run.key.check];
    if (before.closed) return;
    if (!before.revision && !run->late) before.revision = run->run.revision;
    before.regions.insert(run->run.key.region);
  } else if (const auto* missed = std::get_if<MissedReceived>(&event.what)) {
    Before& before = checks_[missed->missed.check];
    if (!before.closed) before.regions.insert(missed->region);
  } else if (const auto* defined = std::get_if<CheckDefined>(&event.what)) {
    checks_[defined->check.name].closed = true;
  } else if (const auto* removed = std::get_if<CheckRemoved>(&event.what)) {
    Before& before = checks_[removed->check];
    before.removed_first = before.removed_first || !before.closed;
    before.closed = true;
  }
}

std::vector<std::pair<CheckName, Revision>> Survey::missing(
    const std::vector<PastDefinition>& known) const {
  std::vector<std::pair<CheckName, Revision>> out;
  for (const auto& [name, before] : checks_)
    if (before.revision && find(known, name, *before.revision) == nullptr)
      out.emplace_back(name, *before.revision);
  return out;
}

std::vector<CheckDefined> Survey::at_begin(const std::vector<PastDefinition>& known) const {
  std::map<CheckName, CheckDefined> out;
  for (const auto& [name, before] : checks_) {
    const auto* past = before.revision ? find(known, name, *before.revision) : nullptr;
    if (past == nullptr) continue;
    out[name] = {past->check, past->revision, {before.regions.begin(), before.regions.end()}, {}};
  }
  // Of those that the log never defines the present assignment is that of the whole range.
  for (const PastDefinition& past : known) {
    const auto before = checks_.find(past.check.name);
    if (!past.active || (before != checks_.end() && before->second.closed)) continue;
    out[past.check.name] = {past.check, past.revision, past.regions, {}};
  }
  std::vector<CheckDefined> list;
  for (auto& [name, defined] : out) list.push_back(std::move(defined));
  return list;
}

}  // namespace picket::cli
