#include "common/wire/fields.h"
#include "common/wire/value.h"
#include "common/wire/wire.h"

namespace picket::wire {
namespace {

constexpr std::size_t kRequestsMax = 256;
constexpr std::size_t kAttemptsMax = 101;
constexpr std::size_t kRevisionDigits = 64;
constexpr std::size_t kTraceDigits = 32;

std::string read_text(Fields& fields, const std::string& text) { return fields.text("", text); }

int read_status(Fields& fields, std::int32_t status) {
  return static_cast<int>(fields.number("status", status, 0, 999));
}

Failure read_failure(Fields& fields, const v1::Failure& message) {
  return {fields.word("kind", message.kind(), parse_failure_kind),
          fields.text("message", message.message()), fields.position("at", message.at())};
}

Phases read_phases(Fields& fields, const v1::Phases& message) {
  Fields::Part part(fields, "phases");
  return {fields.nanos("dns_ns", message.dns_ns()),
          fields.nanos("connect_ns", message.connect_ns()),
          fields.nanos("tls_ns", message.tls_ns()), fields.nanos("wait_ns", message.wait_ns()),
          fields.nanos("transfer_ns", message.transfer_ns())};
}

CertificateFacts read_certificate(Fields& fields, const v1::CertificateFacts& message) {
  CertificateFacts out;
  out.subject = fields.text("subject", message.subject());
  out.issuer = fields.text("issuer", message.issuer());
  out.not_before = fields.any_time("not_before_unix_ms", message.not_before_unix_ms());
  out.not_after = fields.any_time("not_after_unix_ms", message.not_after_unix_ms());
  out.dns_names = fields.list("dns_names", message.dns_names(), kListMax, read_text);
  out.sha256 = fields.text("sha256", message.sha256(), kNameMax);
  return out;
}

TlsFacts read_tls(Fields& fields, const v1::TlsFacts& message) {
  Fields::Part part(fields, "tls");
  TlsFacts out;
  out.version = fields.text("version", message.version(), kNameMax);
  out.cipher = fields.text("cipher", message.cipher(), kNameMax);
  out.chain = fields.list("chain", message.chain(), 64, read_certificate);
  out.verify_error = fields.text("verify_error", message.verify_error());
  return out;
}

std::pair<std::string, std::string> read_header(Fields& fields, const v1::Pair& message) {
  return {fields.text("name", message.name()), fields.text("value", message.value())};
}

RequestEvidence read_evidence(Fields& fields, const v1::RequestEvidence& message) {
  Fields::Part part(fields, "evidence");
  RequestEvidence out;
  out.method = fields.text("method", message.method(), kNameMax);
  out.url = fields.text("url", message.url());
  out.curl = fields.text("curl", message.curl(), kBodyMax);
  out.request_headers =
      fields.list("request_headers", message.request_headers(), kListMax, read_header);
  out.status = read_status(fields, message.status());
  out.response_headers =
      fields.list("response_headers", message.response_headers(), kListMax, read_header);
  out.body_start = fields.text("body_start", message.body_start());
  out.resolved_addresses =
      fields.list("resolved_addresses", message.resolved_addresses(), kListMax, read_text);
  out.dns_server = fields.text("dns_server", message.dns_server(), kNameMax);
  out.request_body_start = fields.text("request_body_start", message.request_body_start());
  out.request_body_bytes = message.request_body_bytes();
  out.body_decoded_bytes = message.body_decoded_bytes();
  out.route = fields.list("route", message.route(), kListMax, read_text);
  return out;
}

RequestResult read_request(Fields& fields, const v1::RequestResult& message) {
  RequestResult out;
  out.label = fields.text("label", message.label(), kNameMax);
  out.beside = message.beside();
  out.method = fields.text("method", message.method(), kNameMax);
  out.url = fields.text("url", message.url());
  out.status = read_status(fields, message.status());
  out.http_version = fields.text("http_version", message.http_version(), kNameMax);
  out.remote_address = fields.text("remote_address", message.remote_address(), kNameMax);
  out.start = fields.nanos("start_ns", message.start_ns());
  out.phases = read_phases(fields, message.phases());
  out.body_bytes = message.body_bytes();
  out.pop = fields.text("pop", message.pop(), kNameMax);
  out.cache_status = fields.text("cache_status", message.cache_status(), kNameMax);
  if (message.has_tls()) out.tls = read_tls(fields, message.tls());
  if (message.has_evidence()) out.evidence = read_evidence(fields, message.evidence());
  return out;
}

NamedFact read_fact(Fields& fields, const v1::Fact& message) {
  return {fields.name("name", message.name()), read_value(fields, message.value())};
}

StepResult read_step(Fields& fields, const v1::StepResult& message) {
  StepResult out;
  out.name = fields.name("name", message.name());
  out.status = fields.enumerator("status", message.status(), StepStatus::skipped);
  out.always = message.always();
  out.duration = fields.nanos("duration_ns", message.duration_ns());
  out.requests = fields.list("requests", message.requests(), kRequestsMax, read_request);
  out.failures = fields.list("failures", message.failures(), kListMax, read_failure);
  out.warnings = fields.list("warnings", message.warnings(), kListMax, read_failure);
  out.facts = fields.list("facts", message.facts(), kFactsMax, read_fact);
  return out;
}

Attempt read_attempt(Fields& fields, const v1::Attempt& message) {
  Attempt out;
  out.run_id = fields.text("run_id", message.run_id(), kNameMax);
  out.started = fields.time("started_unix_ms", message.started_unix_ms());
  out.duration = fields.nanos("duration_ns", message.duration_ns());
  out.verdict = fields.word("verdict", message.verdict(), parse_run_verdict);
  out.steps = fields.list("steps", message.steps(), kListMax, read_step);
  return out;
}

RunKey read_key(Fields& fields, const v1::RunKey& message, const RegionName& region) {
  Fields::Part part(fields, "key");
  RunKey out;
  out.check = CheckName{fields.name("check", message.check())};
  out.region = region;
  out.round = fields.time("round_unix_ms", message.round_unix_ms());
  out.kind = fields.word("kind", message.kind(), parse_run_kind);
  out.ordinal = message.ordinal();
  return out;
}

FailureSummary read_summary(Fields& fields, const v1::FailureSummary& message) {
  Fields::Part part(fields, "failure");
  FailureSummary out;
  out.kind = fields.word("kind", message.kind(), parse_failure_kind);
  out.step = fields.text("step", message.step(), kNameMax);
  out.message = fields.text("message", message.message());
  out.status = read_status(fields, message.status());
  out.pop = fields.text("pop", message.pop(), kNameMax);
  out.remote_address = fields.text("remote_address", message.remote_address(), kNameMax);
  out.at = fields.position("at", message.at());
  return out;
}

}  // namespace

Result<RunResult> decode(const v1::RunResult& message, const RegionName& region) {
  Fields fields("run");
  RunResult out;
  out.key = read_key(fields, message.key(), region);
  out.revision = Revision{fields.hex("revision", message.revision(), kRevisionDigits)};
  out.started = fields.time("started_unix_ms", message.started_unix_ms());
  out.lateness = fields.millis("lateness_ms", message.lateness_ms());
  out.duration = fields.nanos("duration_ns", message.duration_ns());
  out.verdict = fields.word("verdict", message.verdict(), parse_run_verdict);
  out.attempts = fields.list("attempts", message.attempts(), kAttemptsMax, read_attempt);
  if (out.attempts.empty()) fields.refuse("attempts", "missing");
  if (!message.trace_id().empty())
    out.trace_id = fields.hex("trace_id", message.trace_id(), kTraceDigits);
  return settle(fields, std::move(out));
}

Result<AttemptFailed> decode(const v1::AttemptFailed& message, const RegionName& region) {
  Fields fields("attempt_failed");
  AttemptFailed out;
  out.key = read_key(fields, message.key(), region);
  out.revision = Revision{fields.hex("revision", message.revision(), kRevisionDigits)};
  out.at = fields.time("at_unix_ms", message.at_unix_ms());
  out.failure = read_summary(fields, message.failure());
  return settle(fields, std::move(out));
}

Result<MissedSlot> decode(const v1::MissedSlot& message) {
  Fields fields("missed");
  MissedSlot out;
  out.check = CheckName{fields.name("check", message.check())};
  out.round = fields.time("round_unix_ms", message.round_unix_ms());
  out.reason = fields.enumerator("reason", message.reason(), MissReason::clock);
  return settle(fields, std::move(out));
}

}  // namespace picket::wire
