// From raw exchanges to what may leave the agent: redacted, cut, valid UTF-8. Pure;
// all of it after the attempt, when the redactor knows every secret.
#pragma once

#include "agent/probe/probe.h"
#include "agent/script/redactor.h"
#include "common/model/run.h"

namespace picket::agent {

constexpr std::size_t kBodyStartBytes = 2 * 1024;
constexpr std::size_t kBodyBytesMax = 60 * 1024;  // what a result's message may carry
constexpr std::size_t kHeaderBytesMax = 1024;
constexpr std::size_t kHeadersMax = 64;
constexpr std::size_t kUrlShownMax = 2 * 1024;

// Makes the redactor know what the hop's authorization is made of, and the cookies that were set
// (values of kCookieFreeBytes bytes or more; shorter ones, like "de" or "dark", are masked in
// their headers only).
constexpr std::size_t kCookieFreeBytes = 8;
void learn_secrets(const ProbeOutcome& outcome, Redactor& redactor);

// The facts of one hop, without evidence.
RequestResult make_result(const Hop& hop, const Redactor& redactor);

// What of the facts goes into a result: scalars, lists as one text; cut at kFactBytesMax. Of too
// many the wanted ones go first.
constexpr std::size_t kFactBytesMax = 256;
std::vector<NamedFact> make_facts(const Facts& facts, const std::vector<std::string>& wanted,
                                  const Redactor& redactor);

// Authorization, cookies, set-cookie and API keys are masked whatever they hold.
// `body_bytes`: of each body, at most kBodyBytesMax.
RequestEvidence make_evidence(const Hop& hop, const Redactor& redactor,
                              std::size_t body_bytes = kBodyStartBytes);

// A message of the HTTP client or a probe, made safe to send.
Failure make_safe(Failure failure, const Redactor& redactor);

}  // namespace picket::agent
