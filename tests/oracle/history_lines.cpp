#include "tests/oracle/history_lines.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "common/model/check.h"

namespace picket::oracle {
namespace {

using Json = nlohmann::ordered_json;
using namespace picket::controller;

template <class Id>
Json values_of(const std::vector<Id>& ids) {
  Json out = Json::array();
  for (const Id& id : ids) out.push_back(id.value);
  return out;
}

std::string text_of(const Quorum& quorum) {
  switch (quorum.kind) {
    case Quorum::Kind::automatic: return "auto";
    case Quorum::Kind::count: return fmt::format("{}", quorum.number);
    case Quorum::Kind::percent: return fmt::format("{}%", quorum.number);
    case Quorum::Kind::majority: return "majority";
    case Quorum::Kind::all: return "all";
    case Quorum::Kind::any: return "any";
  }
  return "auto";
}

Json json_of(const Threshold& threshold) {
  Json json{{"metric", threshold.metric},
            {"aggregate", to_string(threshold.aggregate)},
            {"comparison", to_string(threshold.comparison)},
            {"over", threshold.over.count()},
            {"scope", to_string(threshold.scope)},
            {"regions", threshold.regions},
            {"samples", threshold.samples}};
  json["literal"] = is_number(threshold.literal) ? as_number(threshold.literal) : 0.0;
  return json;
}

Json json_of(const Alert& alert) {
  Json json{{"id", alert.id},
            {"on", to_string(alert.condition)},
            {"for", alert.hold.count()},
            {"severity", to_string(alert.severity)},
            {"notify", alert.notify}};
  if (alert.threshold) json["threshold"] = json_of(*alert.threshold);
  return json;
}

Json json_of(const Slo& slo) {
  Json json{{"objective", slo.objective},
            {"window", slo.window.count()},
            {"by", to_string(slo.budget_by)}};
  if (slo.latency)
    json["latency"] = {{"under", slo.latency->under.count()},
                       {"objective", slo.latency->objective}};
  return json;
}

Json maintenance_of(const Check& check) {
  Json out = Json::array();
  for (const MaintenanceWindow& window : check.maintenance)
    if (window.from && window.until)
      out.push_back({window.from->unix_ms(), window.until->unix_ms()});
    else
      out.push_back({{"start_minute", window.start_minute},
                     {"weekdays", window.weekdays},
                     {"duration", window.duration.count()},
                     {"timezone", window.timezone}});
  return out;
}

// What must not differ between regions, as [step, fact], and steps whose edge must be near.
void add_round_conditions(const Check& check, Json& json) {
  for (const Step& step : check.steps) {
    for (const std::string& fact : step.same_across_regions)
      json["same"].push_back({step.name, fact});
    if (step.pop_near_region) json["near"].push_back(step.name);
  }
}

// {step: {fact: text}} of the last attempt, as far as the conditions of the round ask.
Json facts_of(const RunResult& run, const Check& check) {
  Json out = Json::object();
  for (const Step& step : check.steps)
    for (const StepResult& result : run.attempts.back().steps) {
      if (result.name != step.name) continue;
      std::set<std::string> wanted{step.same_across_regions.begin(),
                                   step.same_across_regions.end()};
      if (step.pop_near_region) wanted.insert("pop");
      for (const NamedFact& fact : result.facts)
        if (wanted.contains(fact.name)) out[step.name][fact.name] = render(fact.value);
    }
  return out;
}

// Of the one step that the histories' checks have.
std::string host_of(const Check& check) {
  if (check.steps.size() != 1) return {};
  const std::string authority = authority_of(target_of(check.steps.front().action));
  return authority.substr(0, authority.rfind(':'));
}

Json json_of(const CheckDefined& defined) {
  const Check& check = defined.check;
  Json json{{"event", "define"},
            {"check", check.name.value},
            {"interval", check.interval.count()},
            {"timeout", check.timeout.count()},
            {"run_limit", run_limit(check).count()},
            {"quorum", text_of(check.quorum)},
            {"failing", {check.failing_x, check.failing_y}},
            {"regions", values_of(defined.regions)},
            {"notify", check.notify},
            {"owner", check.owner},
            {"host", host_of(check)},
            {"shadow", check.shadow},
            {"depends_on", values_of(check.depends_on)},
            {"maintenance", maintenance_of(check)},
            {"service", check.service},
            {"tags", check.tags},
            {"labels", check.labels}};
  add_round_conditions(check, json);
  for (const auto& [region, continent] : defined.continents)
    json["continents"][region.value] = continent;
  for (const Alert& alert : check.alerts) json["alerts"].push_back(json_of(alert));
  if (check.paused) {
    json["paused"] = Json::object();
    if (check.paused->until) json["paused"]["until"] = check.paused->until->unix_ms();
  }
  if (check.slo) json["slo"] = json_of(*check.slo);
  return json;
}

Json json_of(const RunReceived& received) {
  const RunResult& run = received.run;
  Json json{{"event", "run"},
            {"check", run.key.check.value},
            {"region", run.key.region.value},
            {"round", run.key.round.unix_ms()},
            {"kind", to_string(run.key.kind)},
            {"ordinal", run.key.ordinal},
            {"started", run.started.unix_ms()},
            {"duration", std::chrono::duration_cast<Millis>(run.duration).count()},
            {"verdict", to_string(run.verdict)}};
  if (!run.attempts.empty()) json["first"] = to_string(run.attempts.front().verdict);
  if (const auto failure = summarize_failure(run)) json["status"] = failure->status;
  if (received.late) json["late"] = true;
  if (received.superseded) json["superseded"] = true;
  return json;
}

Json json_of(const AttemptFailedReceived& received) {
  const AttemptFailed& attempt = received.attempt;
  return {{"event", "attempt_failed"},           {"check", attempt.key.check.value},
          {"region", attempt.key.region.value},  {"round", attempt.key.round.unix_ms()},
          {"kind", to_string(attempt.key.kind)}, {"status", attempt.failure.status}};
}

Json json_of(const MissedReceived& received) {
  return {{"event", "missed"},
          {"check", received.missed.check.value},
          {"region", received.region.value},
          {"round", received.missed.round.unix_ms()},
          {"reason", to_string(received.missed.reason)}};
}

Json json_of(const CheckRemoved& removed) {
  return {{"event", "remove"}, {"check", removed.check.value}};
}

Json json_of(const RegionLiveness& liveness) {
  Json json{{"event", "online"}, {"region", liveness.region.value}, {"online", liveness.online}};
  if (liveness.removed) json["removed"] = true;
  return json;
}

Json json_of(const RegionSight& sight) {
  return {{"event", "blind"}, {"region", sight.region.value}, {"blind", sight.blind}};
}

Json json_of(const IncidentAcknowledged& acknowledged) {
  return {{"event", "acknowledge"}, {"incident", acknowledged.incident.value}};
}

Json json_of(const SilenceSet& set) {
  Json matchers = Json::array();
  for (const SilenceMatcher& matcher : set.silence.matchers) matchers.push_back(render(matcher));
  return {{"event", "silence"},
          {"id", set.silence.id},
          {"matchers", std::move(matchers)},
          {"from", set.silence.from.unix_ms()},
          {"until", set.silence.until.unix_ms()}};
}

Json json_of(const SilenceEnded& ended) { return {{"event", "silence_ended"}, {"id", ended.id}}; }
Json json_of(const IncidentResolved& resolved) {
  return {{"event", "resolve"}, {"incident", resolved.incident.value}, {"then", resolved.then}};
}
Json json_of(const IncidentNoted& noted) {
  return {{"event", "note"}, {"incident", noted.incident.value}};
}
Json json_of(const DeploymentRecorded& recorded) {
  return {{"event", "deployment"}, {"service", recorded.service}, {"at", recorded.at.unix_ms()}};
}
Json json_of(const TimePassed& passed) {
  return {{"event", "time"}, {"check", passed.check.value}};
}
// Of single agents: they decide nothing while each region has one, without control targets.
Json json_of(const ControlReceived&) { return {{"event", "agents"}}; }
Json json_of(const AgentLiveness&) { return {{"event", "agents"}}; }
Json json_of(const AgentSightChanged&) { return {{"event", "agents"}}; }
Json json_of(const ControllerStarted&) { return {{"event", "start"}}; }

std::string line(Json json) { return json.dump() + "\n"; }

std::string slot_text(const SlotOutcome& slot) {
  std::string text{to_string(slot.end)};
  if (slot.end == SlotEnd::ran) text += fmt::format(" {}", to_string(slot.verdict));
  if (slot.end == SlotEnd::missed) text += fmt::format(" {}", to_string(slot.reason));
  return text;
}

Json rate(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json json_of(const BudgetStatus& status) {
  Json json{{"good", status.good}, {"bad", status.bad}, {"burn", Json::array()}};
  for (const BurnStatus& burn : status.burn)
    json["burn"].push_back({rate(burn.rate_long), rate(burn.rate_short), burn.too_fast});
  return json;
}

}  // namespace

std::string header_line(const BookSettings& settings, std::string_view story) {
  return line({{"history", 1},
               {"story", story},
               {"install", settings.install_id},
               {"retrigger", settings.retrigger_every.count()}});
}

std::string event_line(const Event& event, const Check* check) {
  Json json = std::visit([](const auto& what) { return json_of(what); }, event.what);
  const auto* received = std::get_if<RunReceived>(&event.what);
  if (received != nullptr && check != nullptr && !received->run.attempts.empty())
    if (Json facts = facts_of(received->run, *check); !facts.empty())
      json["facts"] = std::move(facts);
  json["at"] = event.at.unix_ms();
  return line(std::move(json));
}

std::string receivers_line(const Routes& routes, WallTime at) {
  Json names = Json::array();
  for (const auto& [name, settings] : routes.receivers) names.push_back(name);
  Json json{{"event", "receivers"},
            {"names", std::move(names)},
            {"default", routes.default_receiver},
            {"at", at.unix_ms()}};
  for (const auto& [from, escalation] : routes.escalations)
    json["escalations"][from] = {{"after", escalation.after.count()}, {"to", escalation.to}};
  return line(std::move(json));
}

std::string time_line(WallTime at) { return line({{"event", "time"}, {"at", at.unix_ms()}}); }

std::string answer_line(const VerdictChange& change) {
  return line({{"answer", "verdict"},
               {"check", change.check.value},
               {"from", to_string(change.from)},
               {"to", to_string(change.to)},
               {"at", change.at.unix_ms()}});
}

std::string answer_line(const AlertTransition& t) {
  return line({{"answer", "alert"},
               {"check", t.check->name.value},
               {"alert", t.alert.id},
               {"phase", to_string(t.phase)},
               {"opening", t.opening_round.unix_ms()},
               {"first_bad", t.first_bad_run.unix_ms()},
               {"verdict", to_string(t.verdict)},
               {"failing", values_of(t.attribution.failing)},
               {"reason", t.reason},
               {"at", t.at.unix_ms()}});
}

std::string answer_line(const RoundSummary& round) {
  Json slots = Json::object();
  for (const SlotOutcome& slot : round.slots) slots[slot.region.value] = slot_text(slot);
  return line({{"answer", "round"},
               {"check", round.check.value},
               {"round", round.round.unix_ms()},
               {"verdict", to_string(round.verdict)},
               {"mark", to_string(round.mark)},
               {"slots", std::move(slots)},
               {"at", round.closed.unix_ms()}});
}

std::string answer_line(const RunRequest& order, WallTime at) {
  return line({{"answer", "order"},
               {"check", order.check.value},
               {"region", order.region.value},
               {"kind", to_string(order.kind)},
               {"round", order.round.unix_ms()},
               {"ordinal", order.ordinal},
               {"expires", order.expires.unix_ms()},
               {"at", at.unix_ms()}});
}

std::string answer_line(const OutboxRow& page, bool given) {
  Json json{{"answer", "page"},
            {"incident", page.incident.value},
            {"key", page.key.value},
            {"receiver", page.receiver},
            {"ordinal", page.ordinal},
            {"action", to_string(page.action)},
            {"state", to_string(page.state)},
            {"why", page.last_error},
            {"at", page.due.unix_ms()}};
  if (page.attempts != 0) json["id"] = page.id;
  if (page.ever_unknown) json["doubtful"] = true;
  if (page.finished) json["finished"] = page.finished->unix_ms();
  if (!page.fallback_of.empty()) json["fallback_of"] = page.fallback_of;
  if (given) json["given"] = true;
  return line(std::move(json));
}

std::string answer_line(const IncidentRow& incident) {
  const auto moment = [](const std::optional<WallTime>& at) {
    return at ? Json(at->unix_ms()) : Json(nullptr);
  };
  return line({{"answer", "incident"},
               {"incident", incident.id.value},
               {"subject", incident.subject},
               {"alert", incident.alert_id},
               {"condition", incident.verdict},
               {"opening", incident.opening_round.unix_ms()},
               {"state", to_string(incident.state)},
               {"parent", incident.parent.value},
               {"opened", incident.opened.unix_ms()},
               {"acknowledged", moment(incident.acknowledged)},
               {"resolved", moment(incident.resolved)}});
}

std::string answer_line(const SlotId& slot, Millis interval, LedgerCode state) {
  return line({{"answer", "slot"},
               {"check", slot.check.value},
               {"region", slot.region.value},
               {"round", slot.round.unix_ms()},
               {"interval", interval.count()},
               {"state", to_string(state)}});
}

std::string budget_line(const CheckName& check, const SloStatus& status) {
  Json json{{"answer", "budget"},
            {"check", check.value},
            {"until", status.until ? Json(status.until->unix_ms()) : Json(nullptr)},
            {"availability", json_of(status.availability)}};
  if (status.latency) json["latency"] = json_of(*status.latency);
  return line(std::move(json));
}

std::string unresolved_line(const std::vector<IncidentRow>& incidents) {
  Json list = Json::array();
  for (const IncidentRow& row : incidents)
    list.push_back({{"incident", row.id.value},
                    {"subject", row.subject},
                    {"alert", row.alert_id},
                    {"state", to_string(row.state)}});
  return line({{"answer", "unresolved"}, {"incidents", std::move(list)}});
}

}  // namespace picket::oracle
