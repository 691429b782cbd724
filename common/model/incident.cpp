#include "common/model/incident.h"

#include <fmt/format.h>

#include "common/core/text.h"

namespace picket {
namespace {

constexpr size_t kValueBytes = 100;
constexpr size_t kWhatBytes = 300;

std::string render_where(const Attribution& attribution) {
  const size_t failing = attribution.failing.size();
  if (const auto agent = attribution.culprit(Dimension::agent); !agent.empty())
    return "agent " + cut_utf8(agent, kValueBytes);
  if (failing == 0) return {};
  if (failing == 1) return "region " + attribution.failing.front().value;
  if (failing == 2)
    return fmt::format("regions {} and {}", attribution.failing[0].value,
                       attribution.failing[1].value);
  std::string where = fmt::format("{} of {} regions", failing, attribution.reporting);
  for (const Dimension label : {Dimension::network, Dimension::provider})
    if (const auto value = attribution.culprit(label); !value.empty())
      return where + fmt::format(" ({} {})", to_string(label), cut_utf8(value, kValueBytes));
  return where;
}

std::string render_what(const Attribution& attribution) {
  std::string what = attribution.kind == FailureKind::http_status && attribution.status != 0
                         ? fmt::format("HTTP {}", attribution.status)
                         : std::string{summary_of(attribution.kind)};
  if (attribution.kind == FailureKind::expectation && !attribution.message.empty())
    what = cut_utf8(attribution.message, kWhatBytes);
  return what + render_whose(attribution);
}

}  // namespace

std::string render_whose(const Attribution& attribution) {
  const auto shown = [&](const char* words, std::string_view value) {
    return words + cut_utf8(value, kValueBytes);
  };
  const bool of_tls = to_string(attribution.kind).starts_with("tls_");
  const auto certificate = attribution.culprit(Dimension::certificate);
  if (of_tls && !certificate.empty()) return shown(" with certificate ", certificate);
  if (const auto origin = attribution.culprit(Dimension::origin); !origin.empty())
    return shown(" at ", origin);
  if (!attribution.pop.empty()) return shown(" from POP ", attribution.pop);
  if (!attribution.remote_address.empty()) return shown(" from ", attribution.remote_address);
  if (!certificate.empty()) return shown(" with certificate ", certificate);
  if (const auto issuer = attribution.culprit(Dimension::issuer); !issuer.empty())
    return shown(" with certificates of ", issuer);
  return {};
}

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

std::string_view to_string(Attribution::Scope scope) {
  switch (scope) {
    case Attribution::Scope::all_regions: return "all_regions";
    case Attribution::Scope::several_regions: return "several_regions";
    case Attribution::Scope::one_region: return "one_region";
    case Attribution::Scope::agent: return "agent";
  }
  return "several_regions";
}

std::string_view Attribution::culprit(Dimension dimension) const {
  for (const SharedTrait& trait : shared)
    if (trait.dimension == dimension && trait.proven) return trait.value;
  return {};
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
  if (!attribution.failing.empty()) add(render_what(attribution));
  if (!summary.empty()) line = summary + " (" + line + ")";
  return cut_utf16(clean_line(line), 1024);
}

}  // namespace picket
