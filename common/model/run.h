// What a run is and what it found. Produced by agent/script, carried by common/wire, kept and
// judged by the controller. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/facts.h"
#include "common/model/failure.h"
#include "common/model/phases.h"
#include "common/model/tls_facts.h"

namespace picket {

enum class RunKind { scheduled, confirmation, recheck, manual };
std::string_view to_string(RunKind kind);
std::optional<RunKind> parse_run_kind(std::string_view name);

// A run is (check, region, round, kind, ordinal); the ordinal tells runs of one kind in one round
// apart, from 0.
struct RunKey {
  CheckName check;
  RegionName region;
  WallTime round;  // nominal start of the round
  RunKind kind{RunKind::scheduled};
  std::uint32_t ordinal{0};
  auto operator<=>(const RunKey&) const = default;
};

// "shop-login/eu-west-1/2026-11-22T02:20:00.000Z/scheduled/0"
std::string render(const RunKey& key);

enum class RunVerdict { pass, pass_on_retry, degraded, fail, unknown };
std::string_view to_string(RunVerdict verdict);
std::optional<RunVerdict> parse_run_verdict(std::string_view name);

enum class StepStatus { passed, degraded, failed, skipped };
std::string_view to_string(StepStatus status);

using EvidenceHeaders = std::vector<std::pair<std::string, std::string>>;

// One request as sent and answered, redacted at the source. Kept for failed runs and for the last
// good run of a region; all text is valid UTF-8 and cut.
struct RequestEvidence {
  std::string method;
  std::string url;
  std::string curl;  // a command line (curl, dig, ...) that repeats it, secrets as "$NAME"
  EvidenceHeaders request_headers;
  int status{0};
  EvidenceHeaders response_headers;
  std::string body_start;  // at most 2 KiB
  std::vector<std::string> resolved_addresses;
  std::string dns_server;
  std::string request_body_start;       // cut as body_start
  std::uint64_t request_body_bytes{0};  // of the whole body, before it was cut
  std::uint64_t body_decoded_bytes{0};  // of the whole response, after decompression
  std::vector<std::string> route;  // to an address that did not answer: "3  203.0.113.1  12.3 ms"
  bool operator==(const RequestEvidence&) const = default;
};

// One hop of a step: redirects, and probes that ask several times, make several. Of what is not
// HTTP the method is the protocol ("TLS", "DNS") and the URL names the target ("tls://host:443").
struct RequestResult {
  std::string label;   // which hop it is, where the kind says so: "token", "origin"; else empty
  bool beside{false};  // fetched at the same time as others: its phases are not the step's
  std::string method;
  std::string url;  // redacted, query values kept only where they hold no secret
  int status{0};
  std::string http_version;
  std::string remote_address;
  Nanos start{0};  // after the start of the attempt; 0: not known
  Phases phases;
  std::uint64_t body_bytes{0};  // as received
  std::string pop;              // CDN point of presence as its headers say; may be empty
  std::string cache_status;     // HIT, MISS, ...; may be empty
  std::optional<TlsFacts> tls;
  std::optional<RequestEvidence> evidence;
  bool operator==(const RequestResult&) const = default;
};

constexpr std::size_t kFactsMax = 64;

struct StepResult {
  std::string name;
  StepStatus status{StepStatus::passed};
  bool always{false};
  Nanos duration{0};
  std::vector<RequestResult> requests;  // in order; the last one is judged
  std::vector<Failure> failures;
  std::vector<Failure> warnings;  // soft thresholds
  std::vector<NamedFact> facts;   // at most kFactsMax, ordered by name
  bool operator==(const StepResult&) const = default;
};

struct Attempt {
  std::string run_id;  // unique per attempt: ${{ run.id }}
  WallTime started;
  Nanos duration{0};
  RunVerdict verdict{RunVerdict::unknown};  // pass, degraded, fail or unknown
  std::vector<StepResult> steps;
  bool operator==(const Attempt&) const = default;
};

struct RunResult {
  RunKey key;
  Revision revision;   // of the definition that ran
  WallTime started;    // on the controller's time
  Millis lateness{0};  // start after the slot's due time
  Nanos duration{0};   // all attempts
  RunVerdict verdict{RunVerdict::unknown};
  std::vector<Attempt> attempts;  // never empty
  std::string trace_id;           // 32 hex digits, of the W3C traceparent sent
  bool operator==(const RunResult&) const = default;
};

// The failure that a page would name: the first failed step of the last attempt that measured
// one, else of the last attempt.
struct FailureSummary {
  FailureKind kind{};
  std::string step;
  std::string message;
  int status{0};
  std::string pop;
  std::string remote_address;
  SourcePosition at;
  bool operator==(const FailureSummary&) const = default;
};
std::optional<FailureSummary> summarize_failure(const RunResult& result);

// The step that the summary is of, and the attempt that tells; null when none failed.
const StepResult* failed_step(const RunResult& result);
const Attempt* telling_attempt(const RunResult& result);

// A slot that the agent knows it did not run.
enum class MissReason { offline, overloaded, no_definition, clock };
std::string_view to_string(MissReason reason);

struct MissedSlot {
  CheckName check;
  WallTime round;
  MissReason reason{MissReason::offline};
  bool operator==(const MissedSlot&) const = default;
};

// Sent as soon as the first attempt of a scheduled run fails, before its retry: the controller
// orders confirmations at once.
struct AttemptFailed {
  RunKey key;
  Revision revision;
  WallTime at;
  FailureSummary failure;
  bool operator==(const AttemptFailed&) const = default;
};

}  // namespace picket
