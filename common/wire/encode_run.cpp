#include "common/wire/encode_check.h"
#include "common/wire/value.h"
#include "common/wire/wire.h"

namespace picket::wire {
namespace {

bool is_known(const SourcePosition& at) {
  return !at.file.empty() || at.line != 0 || at.column != 0;
}

void put(const RunKey& key, v1::RunKey& out) {
  out.set_check(key.check.value);
  out.set_round_unix_ms(key.round.unix_ms());
  out.set_kind(std::string(to_string(key.kind)));
  out.set_ordinal(key.ordinal);
}

void put(const Failure& failure, v1::Failure& out) {
  out.set_kind(std::string(to_string(failure.kind)));
  out.set_message(failure.message);
  if (is_known(failure.at)) put_position(failure.at, *out.mutable_at());
}

void put(const Phases& phases, v1::Phases& out) {
  out.set_dns_ns(phases.dns.count());
  out.set_connect_ns(phases.connect.count());
  out.set_tls_ns(phases.tls.count());
  out.set_wait_ns(phases.wait.count());
  out.set_transfer_ns(phases.transfer.count());
}

void put(const CertificateFacts& facts, v1::CertificateFacts& out) {
  out.set_subject(facts.subject);
  out.set_issuer(facts.issuer);
  out.set_not_before_unix_ms(facts.not_before.unix_ms());
  out.set_not_after_unix_ms(facts.not_after.unix_ms());
  for (const auto& name : facts.dns_names) out.add_dns_names(name);
  out.set_sha256(facts.sha256);
}

void put(const TlsFacts& facts, v1::TlsFacts& out) {
  out.set_version(facts.version);
  out.set_cipher(facts.cipher);
  for (const auto& certificate : facts.chain) put(certificate, *out.add_chain());
  out.set_verify_error(facts.verify_error);
}

void put(const RequestEvidence& evidence, v1::RequestEvidence& out) {
  out.set_method(evidence.method);
  out.set_url(evidence.url);
  out.set_curl(evidence.curl);
  put_pairs(evidence.request_headers, out.mutable_request_headers());
  out.set_status(evidence.status);
  put_pairs(evidence.response_headers, out.mutable_response_headers());
  out.set_body_start(evidence.body_start);
  for (const auto& address : evidence.resolved_addresses) out.add_resolved_addresses(address);
  out.set_dns_server(evidence.dns_server);
  out.set_request_body_start(evidence.request_body_start);
  out.set_request_body_bytes(evidence.request_body_bytes);
  out.set_body_decoded_bytes(evidence.body_decoded_bytes);
  for (const auto& line : evidence.route) out.add_route(line);
}

void put(const RequestResult& request, v1::RequestResult& out) {
  out.set_label(request.label);
  out.set_beside(request.beside);
  out.set_method(request.method);
  out.set_url(request.url);
  out.set_status(request.status);
  out.set_http_version(request.http_version);
  out.set_remote_address(request.remote_address);
  out.set_start_ns(request.start.count());
  put(request.phases, *out.mutable_phases());
  out.set_body_bytes(request.body_bytes);
  out.set_pop(request.pop);
  out.set_cache_status(request.cache_status);
  if (request.tls) put(*request.tls, *out.mutable_tls());
  if (request.evidence) put(*request.evidence, *out.mutable_evidence());
}

void put(const StepResult& step, v1::StepResult& out) {
  out.set_name(step.name);
  out.set_status(static_cast<std::uint32_t>(step.status));
  out.set_always(step.always);
  out.set_duration_ns(step.duration.count());
  for (const auto& request : step.requests) put(request, *out.add_requests());
  for (const auto& failure : step.failures) put(failure, *out.add_failures());
  for (const auto& warning : step.warnings) put(warning, *out.add_warnings());
  for (const auto& fact : step.facts) {
    auto& added = *out.add_facts();
    added.set_name(fact.name);
    put_value(fact.value, *added.mutable_value());
  }
}

void put(const Attempt& attempt, v1::Attempt& out) {
  out.set_run_id(attempt.run_id);
  out.set_started_unix_ms(attempt.started.unix_ms());
  out.set_duration_ns(attempt.duration.count());
  out.set_verdict(std::string(to_string(attempt.verdict)));
  for (const auto& step : attempt.steps) put(step, *out.add_steps());
}

void put(const FailureSummary& summary, v1::FailureSummary& out) {
  out.set_kind(std::string(to_string(summary.kind)));
  out.set_step(summary.step);
  out.set_message(summary.message);
  out.set_status(summary.status);
  out.set_pop(summary.pop);
  out.set_remote_address(summary.remote_address);
  if (is_known(summary.at)) put_position(summary.at, *out.mutable_at());
}

}  // namespace

v1::RunResult encode(const RunResult& run) {
  v1::RunResult out;
  put(run.key, *out.mutable_key());
  out.set_revision(run.revision.value);
  out.set_started_unix_ms(run.started.unix_ms());
  out.set_lateness_ms(run.lateness.count());
  out.set_duration_ns(run.duration.count());
  out.set_verdict(std::string(to_string(run.verdict)));
  for (const auto& attempt : run.attempts) put(attempt, *out.add_attempts());
  out.set_trace_id(run.trace_id);
  return out;
}

v1::AttemptFailed encode(const AttemptFailed& attempt) {
  v1::AttemptFailed out;
  put(attempt.key, *out.mutable_key());
  out.set_revision(attempt.revision.value);
  out.set_at_unix_ms(attempt.at.unix_ms());
  put(attempt.failure, *out.mutable_failure());
  return out;
}

v1::MissedSlot encode(const MissedSlot& missed) {
  v1::MissedSlot out;
  out.set_check(missed.check.value);
  out.set_round_unix_ms(missed.round.unix_ms());
  out.set_reason(static_cast<std::uint32_t>(missed.reason));
  return out;
}

}  // namespace picket::wire
