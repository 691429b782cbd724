#include "controller/evaluate/event_codec.h"

#include <utility>

#include "common/wire/control_wire.h"
#include "common/wire/wire.h"

namespace picket::controller {
namespace {

using Labels = std::map<RegionName, std::string>;
using Pairs = google::protobuf::RepeatedPtrField<v1::Pair>;

void add_labels(const Labels& labels, Pairs& out) {
  for (const auto& [region, label] : labels) {
    v1::Pair& pair = *out.Add();
    pair.set_name(region.value);
    pair.set_value(label);
  }
}

Labels labels_of(const Pairs& pairs) {
  Labels labels;
  for (const v1::Pair& pair : pairs) labels[RegionName{pair.name()}] = pair.value();
  return labels;
}

struct Encode {
  v1::Event& out;

  void operator()(const RunReceived& e) const {
    auto& m = *out.mutable_run();
    m.set_region(e.run.key.region.value);
    m.set_agent(e.agent);
    *m.mutable_run() = wire::encode(e.run);
    m.set_superseded(e.superseded);
    m.set_late(e.late);
  }
  void operator()(const AttemptFailedReceived& e) const {
    auto& m = *out.mutable_attempt_failed();
    m.set_region(e.attempt.key.region.value);
    m.set_agent(e.agent);
    *m.mutable_attempt() = wire::encode(e.attempt);
  }
  void operator()(const MissedReceived& e) const {
    auto& m = *out.mutable_missed();
    m.set_region(e.region.value);
    m.set_agent(e.agent);
    *m.mutable_missed() = wire::encode(e.missed);
  }
  void operator()(const CheckDefined& e) const {
    auto& m = *out.mutable_defined();
    *m.mutable_check() = wire::encode(e.check);
    m.set_revision(e.revision.value);
    for (const RegionName& region : e.regions) m.add_regions(region.value);
    add_labels(e.continents, *m.mutable_continents());
    add_labels(e.providers, *m.mutable_providers());
    add_labels(e.networks, *m.mutable_networks());
  }
  void operator()(const CheckRemoved& e) const { out.mutable_removed()->set_check(e.check.value); }
  void operator()(const RegionLiveness& e) const {
    out.mutable_liveness()->set_region(e.region.value);
    out.mutable_liveness()->set_online(e.online);
    out.mutable_liveness()->set_drains_until_unix_ms(e.drains_until.unix_ms());
    out.mutable_liveness()->set_removed(e.removed);
  }
  void operator()(const RegionSight& e) const {
    out.mutable_sight()->set_region(e.region.value);
    out.mutable_sight()->set_blind(e.blind);
  }
  void operator()(const IncidentAcknowledged& e) const {
    auto& m = *out.mutable_acknowledged();
    m.set_incident(e.incident.value);
    m.set_check(e.check.value);
    m.set_by(e.by);
  }
  void operator()(const TimePassed& e) const {
    out.mutable_time_passed()->set_check(e.check.value);
  }
  void operator()(const ControllerStarted&) const { out.mutable_started(); }
  void operator()(const SilenceSet& e) const {
    auto& m = *out.mutable_silence_set();
    m.set_id(e.silence.id);
    for (const SilenceMatcher& matcher : e.silence.matchers) m.add_matchers(render(matcher));
    m.set_author(e.silence.author);
    m.set_comment(e.silence.comment);
    m.set_created_unix_ms(e.silence.created.unix_ms());
    m.set_from_unix_ms(e.silence.from.unix_ms());
    m.set_until_unix_ms(e.silence.until.unix_ms());
  }
  void operator()(const ControlReceived& e) const {
    auto& m = *out.mutable_control();
    m.set_region(e.region.value);
    m.set_agent(e.agent);
    *m.mutable_report() = wire::encode(e.report);
  }
  void operator()(const AgentLiveness& e) const {
    auto& m = *out.mutable_agent_liveness();
    m.set_region(e.region.value);
    m.set_agent(e.agent);
    m.set_online(e.online);
    m.set_removed(e.removed);
    m.set_drains_until_unix_ms(e.drains_until.unix_ms());
  }
  void operator()(const AgentSightChanged& e) const {
    auto& m = *out.mutable_agent_sight();
    m.set_region(e.region.value);
    m.set_agent(e.agent);
    m.set_blind(e.blind);
  }
  void operator()(const SilenceEnded& e) const {
    out.mutable_silence_ended()->set_id(e.id);
    out.mutable_silence_ended()->set_by(e.by);
  }
  void operator()(const IncidentResolved& e) const {
    auto& m = *out.mutable_incident_resolved();
    m.set_incident(e.incident.value);
    m.set_check(e.check.value);
    m.set_by(e.by);
    m.set_note(e.note);
    m.set_then(e.then);
    m.set_outside(e.outside.value);
  }
  void operator()(const IncidentNoted& e) const {
    auto& m = *out.mutable_incident_noted();
    m.set_incident(e.incident.value);
    m.set_by(e.by);
    m.set_text(e.text);
  }
  void operator()(const DeploymentRecorded& e) const {
    auto& m = *out.mutable_deployment_recorded();
    m.set_id(e.id);
    m.set_service(e.service);
    m.set_version(e.version);
    m.set_team(e.team);
    m.set_at_unix_ms(e.at.unix_ms());
  }
};

Status decode_silence(const v1::SilenceSet& m, Event& out) {
  Silence silence;
  silence.id = m.id();
  silence.author = m.author();
  silence.comment = m.comment();
  silence.created = WallTime::from_unix_ms(m.created_unix_ms());
  silence.from = WallTime::from_unix_ms(m.from_unix_ms());
  silence.until = WallTime::from_unix_ms(m.until_unix_ms());
  for (const std::string& text : m.matchers()) {
    auto matcher = parse_silence_matcher(text);
    if (!matcher) return fail(std::move(matcher.error()));
    silence.matchers.push_back(std::move(*matcher));
  }
  out.what = SilenceSet{std::move(silence)};
  return {};
}

Status decode_run(const v1::RunReceived& m, Event& out) {
  auto run = wire::decode(m.run(), RegionName{m.region()});
  if (!run) return fail(std::move(run.error()));
  out.what = RunReceived{std::move(*run), m.agent(), m.superseded(), m.late()};
  return {};
}

Status decode_attempt(const v1::AttemptFailedReceived& m, Event& out) {
  auto attempt = wire::decode(m.attempt(), RegionName{m.region()});
  if (!attempt) return fail(std::move(attempt.error()));
  out.what = AttemptFailedReceived{std::move(*attempt), m.agent()};
  return {};
}

Status decode_missed(const v1::MissedReceived& m, Event& out) {
  auto missed = wire::decode(m.missed());
  if (!missed) return fail(std::move(missed.error()));
  out.what = MissedReceived{std::move(*missed), RegionName{m.region()}, m.agent()};
  return {};
}

Status decode_defined(const v1::CheckDefined& m, Event& out) {
  auto check = wire::decode(m.check());
  if (!check) return fail(std::move(check.error()));
  CheckDefined defined{std::move(*check), Revision{m.revision()}};
  for (const std::string& region : m.regions()) defined.regions.emplace_back(region);
  defined.continents = labels_of(m.continents());
  defined.providers = labels_of(m.providers());
  defined.networks = labels_of(m.networks());
  out.what = std::move(defined);
  return {};
}

void decode_resolved(const v1::IncidentResolved& m, Event& out) {
  out.what =
      IncidentResolved{IncidentId{m.incident()}, CheckName{m.check()}, m.by(), m.note(), m.then(),
                       DedupKey{m.outside()}};
}

void decode_deployment(const v1::DeploymentRecorded& m, Event& out) {
  out.what = DeploymentRecorded{m.id(), m.service(), m.version(), m.team(),
                                WallTime::from_unix_ms(m.at_unix_ms())};
}

Status decode_control(const v1::ControlReceived& m, Event& out) {
  auto report = wire::decode(m.report());
  if (!report) return fail(std::move(report.error()));
  out.what = ControlReceived{RegionName{m.region()}, m.agent(), std::move(*report)};
  return {};
}

Status decode_what(const v1::Event& m, Event& out) {
  switch (m.event_case()) {
    case v1::Event::kRun: return decode_run(m.run(), out);
    case v1::Event::kAttemptFailed: return decode_attempt(m.attempt_failed(), out);
    case v1::Event::kMissed: return decode_missed(m.missed(), out);
    case v1::Event::kDefined: return decode_defined(m.defined(), out);
    case v1::Event::kRemoved: out.what = CheckRemoved{CheckName{m.removed().check()}}; return {};
    case v1::Event::kLiveness:
      out.what = RegionLiveness{RegionName{m.liveness().region()}, m.liveness().online(),
                                WallTime::from_unix_ms(m.liveness().drains_until_unix_ms()),
                                m.liveness().removed()};
      return {};
    case v1::Event::kSight:
      out.what = RegionSight{RegionName{m.sight().region()}, m.sight().blind()};
      return {};
    case v1::Event::kAcknowledged:
      out.what = IncidentAcknowledged{IncidentId{m.acknowledged().incident()},
                                      CheckName{m.acknowledged().check()}, m.acknowledged().by()};
      return {};
    case v1::Event::kTimePassed:
      out.what = TimePassed{CheckName{m.time_passed().check()}};
      return {};
    case v1::Event::kStarted: out.what = ControllerStarted{}; return {};
    case v1::Event::kSilenceSet: return decode_silence(m.silence_set(), out);
    case v1::Event::kSilenceEnded:
      out.what = SilenceEnded{m.silence_ended().id(), m.silence_ended().by()};
      return {};
    case v1::Event::kIncidentResolved: decode_resolved(m.incident_resolved(), out); return {};
    case v1::Event::kIncidentNoted:
      out.what = IncidentNoted{IncidentId{m.incident_noted().incident()}, m.incident_noted().by(),
                               m.incident_noted().text()};
      return {};
    case v1::Event::kDeploymentRecorded: decode_deployment(m.deployment_recorded(), out); return {};
    case v1::Event::kControl: return decode_control(m.control(), out);
    case v1::Event::kAgentLiveness: {
      const auto& of = m.agent_liveness();
      out.what = AgentLiveness{RegionName{of.region()}, of.agent(), of.online(), of.removed(),
                               WallTime::from_unix_ms(of.drains_until_unix_ms())};
      return {};
    }
    case v1::Event::kAgentSight: {
      const auto& of = m.agent_sight();
      out.what = AgentSightChanged{RegionName{of.region()}, of.agent(), of.blind()};
      return {};
    }
    case v1::Event::EVENT_NOT_SET: break;
  }
  return fail(ErrorCode::protocol, "event: none of the known kinds is set");
}

}  // namespace

v1::Event encode(const Event& event) {
  v1::Event out;
  out.set_seq(event.seq);
  out.set_at_unix_ms(event.at.unix_ms());
  std::visit(Encode{out}, event.what);
  return out;
}

Result<Event> decode(const v1::Event& message) {
  Event out;
  out.seq = message.seq();
  out.at = WallTime::from_unix_ms(message.at_unix_ms());
  if (auto status = decode_what(message, out); !status) return fail(std::move(status.error()));
  return out;
}

}  // namespace picket::controller
