#include "controller/api/json_parts.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

double milliseconds(Nanos span) { return std::chrono::duration<double, std::milli>(span).count(); }

Json phases_json(const Phases& phases) {
  return {{"dns_ms", milliseconds(phases.dns)},
          {"connect_ms", milliseconds(phases.connect)},
          {"tls_ms", milliseconds(phases.tls)},
          {"wait_ms", milliseconds(phases.wait)},
          {"transfer_ms", milliseconds(phases.transfer)}};
}

Json failures_json(const std::vector<Failure>& failures) {
  Json list = Json::array();
  for (const Failure& failure : failures)
    list.push_back({{"kind", std::string{to_string(failure.kind)}},
                    {"class", std::string{to_string(class_of(failure.kind))}},
                    {"message", failure.message},
                    {"at", render(failure.at)},
                    {"advice", std::string{advice_of(failure.kind)}}});
  return list;
}

Json headers_json(const EvidenceHeaders& headers) {
  Json list = Json::array();
  for (const auto& [name, value] : headers) list.push_back({name, value});
  return list;
}

Json tls_json(const TlsFacts& tls) {
  Json json{{"version", tls.version}, {"cipher", tls.cipher}, {"verify_error", tls.verify_error}};
  json["chain"] = Json::array();
  for (const CertificateFacts& certificate : tls.chain)
    json["chain"].push_back({{"subject", certificate.subject},
                             {"issuer", certificate.issuer},
                             {"not_before", time_json(certificate.not_before)},
                             {"not_after", time_json(certificate.not_after)},
                             {"sha256", certificate.sha256}});
  return json;
}

Json evidence_json(const RequestEvidence& evidence) {
  return {{"curl", evidence.curl},
          {"request_headers", headers_json(evidence.request_headers)},
          {"response_headers", headers_json(evidence.response_headers)},
          {"body_start", evidence.body_start},
          {"resolved_addresses", evidence.resolved_addresses},
          {"dns_server", evidence.dns_server},
          {"route", evidence.route}};
}

Json request_json(const RequestResult& request) {
  Json json{{"method", request.method},
            {"url", request.url},
            {"status", request.status},
            {"http_version", request.http_version},
            {"remote_address", request.remote_address},
            {"body_bytes", request.body_bytes},
            {"pop", request.pop},
            {"cache_status", request.cache_status}};
  json["start_ms"] = nullptr;  // of an agent that does not say it
  if (request.start.count() != 0) json["start_ms"] = milliseconds(request.start);
  json["phases"] = phases_json(request.phases);
  if (request.tls) json["tls"] = tls_json(*request.tls);
  if (request.evidence) json["evidence"] = evidence_json(*request.evidence);
  return json;
}

Json step_json(const StepResult& step) {
  Json json{{"name", step.name},
            {"status", std::string{to_string(step.status)}},
            {"always", step.always},
            {"duration_ms", milliseconds(step.duration)}};
  json["failures"] = failures_json(step.failures);
  json["warnings"] = failures_json(step.warnings);
  json["requests"] = Json::array();
  for (const RequestResult& request : step.requests)
    json["requests"].push_back(request_json(request));
  return json;
}

}  // namespace

Json time_json(const std::optional<WallTime>& time) {
  if (!time || time->unix_ms() == 0) return nullptr;
  return render_rfc3339(*time);
}

Json failure_json(const FailureSummary& failure) {
  return {{"kind", std::string{to_string(failure.kind)}},
          {"step", failure.step},
          {"message", failure.message},
          {"status", failure.status},
          {"pop", failure.pop},
          {"remote_address", failure.remote_address},
          {"at", render(failure.at)}};
}

Json run_json(const RunResult& run) {
  Json json{{"check", run.key.check.value},
            {"region", run.key.region.value},
            {"round", time_json(run.key.round)},
            {"kind", std::string{to_string(run.key.kind)}},
            {"ordinal", run.key.ordinal},
            {"revision", run.revision.value},
            {"started", time_json(run.started)},
            {"lateness_ms", run.lateness.count()},
            {"duration_ms", milliseconds(run.duration)},
            {"verdict", std::string{to_string(run.verdict)}},
            {"trace_id", run.trace_id}};
  if (const auto failure = summarize_failure(run)) json["failure"] = failure_json(*failure);
  json["attempts"] = Json::array();
  for (const Attempt& attempt : run.attempts) {
    Json steps = Json::array();
    for (const StepResult& step : attempt.steps) steps.push_back(step_json(step));
    json["attempts"].push_back({{"run_id", attempt.run_id},
                                {"started", time_json(attempt.started)},
                                {"duration_ms", milliseconds(attempt.duration)},
                                {"verdict", std::string{to_string(attempt.verdict)}},
                                {"steps", std::move(steps)}});
  }
  return json;
}

}  // namespace picket::controller
