#include "controller/incident/suppressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/calendar/calendar.h"
#include "common/core/text.h"

namespace picket::controller {
namespace {

constexpr std::size_t kReasonBytes = 200;

std::string minute_of(WallTime time) {
  std::string text = render_rfc3339(time).substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

std::string with_reason(std::string text, const std::string& reason) {
  if (!reason.empty()) text += ": " + cut_utf8(clean_line(reason), kReasonBytes);
  return text;
}

}  // namespace

void Suppressions::define(std::shared_ptr<const Check> check, WallTime now) {
  std::optional<WallTime> resumed;
  if (const auto before = resumed_.find(check->name); before != resumed_.end())
    resumed = before->second;
  if (const Check* known = find(check->name); known != nullptr && known->paused)
    resumed = std::min(now, known->paused->until.value_or(now));
  forget(check->name);
  if (resumed && !check->paused) resumed_[check->name] = *resumed;
  count_dependencies(*check, 1);
  const CheckName name = check->name;
  checks_[name] = std::move(check);
}

void Suppressions::forget(const CheckName& check) {
  const Check* known = find(check);
  if (known == nullptr) return;
  count_dependencies(*known, -1);
  checks_.erase(check);
  resumed_.erase(check);
}

void Suppressions::count_dependencies(const Check& check, int by) {
  for (const CheckName& name : check.depends_on)
    if ((depended_on_[name] += by) == 0) depended_on_.erase(name);
}

void Suppressions::set(Silence silence) {
  std::erase_if(silences_, [&](const auto& one) { return one.second.until <= silence.created; });
  silences_[silence.id] = std::move(silence);
}

bool Suppressions::end(const std::string& id, WallTime at) {
  const auto found = silences_.find(id);
  if (found == silences_.end() || found->second.until <= at) return false;
  found->second.until = at;
  return true;
}

std::vector<Silence> Suppressions::silences(WallTime now) const {
  std::vector<Silence> out;
  for (const auto& [id, silence] : silences_)
    if (silence.until > now) out.push_back(silence);
  std::sort(out.begin(), out.end(), [](const Silence& a, const Silence& b) {
    return std::pair{a.from, a.id} < std::pair{b.from, b.id};
  });
  return out;
}

// Nothing is known of a check that does not run. What was open before waits after the pause until
// there are runs to tell whether it is still so.
std::optional<Suppression> Suppressions::judge_pause(const Check& check,
                                                     const IncidentRow& incident,
                                                     WallTime now) const {
  if (is_paused(check, now))
    return Suppression{with_reason("paused", check.paused->reason), check.paused->until};
  const auto resumed = resumed_.find(check.name);
  if (!check.paused && resumed == resumed_.end()) return std::nullopt;
  const WallTime ended = check.paused ? *check.paused->until : resumed->second;
  const WallTime known_again = ended + 2 * check.interval + check.timeout;
  if (incident.opened >= ended || now >= known_again) return std::nullopt;
  return Suppression{"paused until " + minute_of(ended) + ", runs since then are awaited",
                     known_again};
}

std::optional<Suppression> Suppressions::judge(const IncidentRow& incident, WallTime now) const {
  const Check* check = find(incident.check);
  if (check != nullptr && check->shadow) return Suppression{"a shadow check pages nobody", {}};
  if (check != nullptr)
    if (auto found = judge_pause(*check, incident, now)) return found;
  if (check != nullptr)
    if (const auto* window = calendar::active_window(check->maintenance, now)) {
      const auto span = calendar::span_at(*window, now);
      return Suppression{with_reason("maintenance until " + minute_of(span->end), window->reason),
                         span->end};
    }
  const IncidentLabels labels = labels_of(incident, check);
  for (const auto& [id, silence] : silences_) {
    if (!silence.active(now) || !is_silenced(silence, labels)) continue;
    return Suppression{with_reason(fmt::format("silence {} by {} until {}", id, silence.author,
                                               minute_of(silence.until)),
                                   silence.comment),
                       silence.until};
  }
  return std::nullopt;
}

std::vector<CheckName> Suppressions::dependencies(const CheckName& name) const {
  const Check* check = find(name);
  return check == nullptr ? std::vector<CheckName>{} : check->depends_on;
}

std::vector<std::string> Suppressions::receivers_of(const CheckName& name) const {
  const Check* check = find(name);
  return check == nullptr ? std::vector<std::string>{} : check->notify;
}

bool Suppressions::is_shadow(const CheckName& name) const {
  const Check* check = find(name);
  return check != nullptr && check->shadow;
}

const Check* Suppressions::find(const CheckName& name) const {
  const auto found = checks_.find(name);
  return found == checks_.end() ? nullptr : found->second.get();
}

IncidentLabels labels_of(const IncidentRow& incident, const Check* check) {
  IncidentLabels labels{{"subject", {incident.subject}},
                        {"condition", {incident.verdict}},
                        {"severity", {std::string{to_string(incident.severity)}}},
                        {"alert", {incident.alert_id}}};
  if (!incident.check.empty()) labels["check"] = {incident.check.value};
  if (check == nullptr) return labels;
  if (!check->owner.empty()) labels["owner"] = {check->owner};
  if (!check->service.empty()) labels["service"] = {check->service};
  if (!check->tags.empty()) labels["tag"] = check->tags;
  for (const auto& [name, value] : check->labels) labels["label." + name] = {value};
  return labels;
}

}  // namespace picket::controller
