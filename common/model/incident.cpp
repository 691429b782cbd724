#include "common/model/incident.h"

#include <fmt/format.h>

#include "common/core/text.h"

namespace picket {
namespace {

std::string render_where(const Attribution& attribution) {
  const size_t failing = attribution.failing.size();
  if (attribution.scope == Attribution::Scope::agent) return "agent";
  if (failing == 0) return {};
  if (failing == 1) return "region " + attribution.failing.front().value;
  if (failing == 2)
    return fmt::format("regions {} and {}", attribution.failing[0].value,
                       attribution.failing[1].value);
  return fmt::format("{} of {} regions", failing, attribution.reporting);
}

std::string render_what(const Attribution& attribution) {
  std::string what = attribution.kind == FailureKind::http_status && attribution.status != 0
                         ? fmt::format("HTTP {}", attribution.status)
                         : std::string{summary_of(attribution.kind)};
  if (attribution.kind == FailureKind::expectation && !attribution.message.empty())
    what = attribution.message;
  if (!attribution.pop.empty()) what += " from POP " + attribution.pop;
  else if (!attribution.remote_address.empty()) what += " from " + attribution.remote_address;
  return what;
}

}  // namespace

std::string_view to_string(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::up: return "up";
    case CheckVerdict::degraded: return "degraded";
    case CheckVerdict::regional: return "regional";
    case CheckVerdict::no_data: return "no_data";
    case CheckVerdict::down: return "down";
    case CheckVerdict::pending: return "pending";
  }
  return "pending";
}

std::string_view to_string(IncidentState state) {
  switch (state) {
    case IncidentState::suspected: return "suspected";
    case IncidentState::open: return "open";
    case IncidentState::acknowledged: return "acknowledged";
    case IncidentState::resolved: return "resolved";
  }
  return "resolved";
}

std::optional<IncidentState> parse_incident_state(std::string_view name) {
  for (const auto state : {IncidentState::suspected, IncidentState::open,
                           IncidentState::acknowledged, IncidentState::resolved})
    if (to_string(state) == name) return state;
  return std::nullopt;
}

std::string render_title(const CheckName& check, CheckVerdict verdict,
                         const Attribution& attribution, const std::string& summary) {
  std::string line = check.value + " " + std::string{to_string(verdict)};
  std::string separator = ": ";
  const auto add = [&](const std::string& part) {
    if (part.empty()) return;
    line += separator + part;
    separator = ", ";
  };
  if (!attribution.step.empty() && attribution.step != "http")
    add(fmt::format("step \"{}\"", cut_utf8(attribution.step, 100)));
  add(render_where(attribution));
  if (!attribution.failing.empty()) add(cut_utf8(render_what(attribution), 300));
  if (!summary.empty()) line = summary + " (" + line + ")";
  return cut_utf16(clean_line(line), 1024);
}

}  // namespace picket
