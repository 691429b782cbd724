#include "cli/render/run_json.h"

#include <nlohmann/json.hpp>
#include <type_traits>
#include <variant>

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

double ms(Nanos span) { return std::chrono::duration<double, std::milli>(span).count(); }

Json to_json(const Failure& failure) {
  Json json{{"kind", to_string(failure.kind)},
            {"class", to_string(class_of(failure.kind))},
            {"message", failure.message}};
  if (failure.at.line != 0)
    json["at"] = {
        {"file", failure.at.file}, {"line", failure.at.line}, {"column", failure.at.column}};
  return json;
}

Json to_json(const std::vector<Failure>& failures) {
  Json list = Json::array();
  for (const Failure& failure : failures) list.push_back(to_json(failure));
  return list;
}

Json to_json(const TlsFacts& tls) {
  Json json{{"version", tls.version}, {"cipher", tls.cipher}, {"verify_error", tls.verify_error}};
  json["chain"] = Json::array();
  for (const CertificateFacts& certificate : tls.chain)
    json["chain"].push_back({{"subject", certificate.subject},
                             {"issuer", certificate.issuer},
                             {"not_before", render_rfc3339(certificate.not_before)},
                             {"not_after", render_rfc3339(certificate.not_after)},
                             {"dns_names", certificate.dns_names},
                             {"sha256", certificate.sha256}});
  return json;
}

Json to_json(const EvidenceHeaders& headers) {
  Json list = Json::array();
  for (const auto& [name, value] : headers) list.push_back({{"name", name}, {"value", value}});
  return list;
}

Json to_json(const RequestEvidence& evidence) {
  return {{"curl", evidence.curl},
          {"request_headers", to_json(evidence.request_headers)},
          {"response_headers", to_json(evidence.response_headers)},
          {"body_start", evidence.body_start},
          {"resolved_addresses", evidence.resolved_addresses},
          {"dns_server", evidence.dns_server},
          {"request_body_start", evidence.request_body_start},
          {"request_body_bytes", evidence.request_body_bytes},
          {"body_decoded_bytes", evidence.body_decoded_bytes},
          {"route", evidence.route}};
}

Json to_json(const Phases& phases) {
  return {{"dns", ms(phases.dns)},
          {"connect", ms(phases.connect)},
          {"tls", ms(phases.tls)},
          {"wait", ms(phases.wait)},
          {"transfer", ms(phases.transfer)}};
}

Json to_json(const RequestResult& request) {
  Json json{{"method", request.method},
            {"url", request.url},
            {"label", request.label},
            {"status", request.status},
            {"http_version", request.http_version},
            {"remote_address", request.remote_address},
            {"start_ms", ms(request.start)},
            {"phases_ms", to_json(request.phases)},
            {"body_bytes", request.body_bytes},
            {"pop", request.pop},
            {"cache_status", request.cache_status}};
  if (request.tls) json["tls"] = to_json(*request.tls);
  if (request.evidence) json["evidence"] = to_json(*request.evidence);
  return json;
}

Json to_json(const Value& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, Null>)
          return nullptr;
        else
          return held;
      },
      value);
}

Json to_json(const StepResult& step) {
  Json json{{"name", step.name},
            {"status", to_string(step.status)},
            {"always", step.always},
            {"duration_ms", ms(step.duration)}};
  json["requests"] = Json::array();
  for (const RequestResult& request : step.requests) json["requests"].push_back(to_json(request));
  json["facts"] = Json::object();
  for (const NamedFact& fact : step.facts) json["facts"][fact.name] = to_json(fact.value);
  json["failures"] = to_json(step.failures);
  json["warnings"] = to_json(step.warnings);
  return json;
}

Json to_json(const Attempt& attempt) {
  Json json{{"run_id", attempt.run_id},
            {"started", render_rfc3339(attempt.started)},
            {"duration_ms", ms(attempt.duration)},
            {"verdict", to_string(attempt.verdict)}};
  json["steps"] = Json::array();
  for (const StepResult& step : attempt.steps) json["steps"].push_back(to_json(step));
  return json;
}

Json to_json(const RunResult& result) {
  Json json{{"check", result.key.check.value},      {"region", result.key.region.value},
            {"verdict", to_string(result.verdict)}, {"started", render_rfc3339(result.started)},
            {"duration_ms", ms(result.duration)},   {"trace_id", result.trace_id}};
  json["attempts"] = Json::array();
  for (const Attempt& attempt : result.attempts) json["attempts"].push_back(to_json(attempt));
  return json;
}

}  // namespace

std::string render_run_json(const std::vector<RunResult>& results,
                            const std::vector<CheckName>& unfinished) {
  Json json{{"schema_version", kRunSchemaVersion}};
  json["runs"] = Json::array();
  for (const RunResult& result : results) json["runs"].push_back(to_json(result));
  json["unfinished"] = Json::array();
  for (const CheckName& name : unfinished) json["unfinished"].push_back(name.value);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace picket::cli
