#include "common/model/run_traits.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/core/text.h"
#include "common/model/action.h"

namespace picket {
namespace {

constexpr std::size_t kValueBytes = 160;
constexpr std::size_t kFingerprintShown = 16;
constexpr std::string_view kRequired = "required origin ";  // as agent/probe/page_report says it

// Without the port: a service may use several.
std::string host_of(const std::string& url) {
  const std::string authority = authority_of(url);
  return authority.substr(0, authority.rfind(':'));
}

std::string name_of(const CertificateFacts& certificate) {
  return fmt::format("{} (sha256 {})", cut_utf8(certificate.subject, 100),
                     certificate.sha256.substr(0, kFingerprintShown));
}

void add_exchange(RunTraits& traits, const RequestResult& request) {
  add_trait(traits, Dimension::pop, request.pop);
  add_trait(traits, Dimension::address, request.remote_address);
  add_trait(traits, Dimension::origin, host_of(request.url));
  if (!request.tls || request.tls->chain.empty()) return;
  const CertificateFacts& leaf = request.tls->chain.front();
  if (leaf.sha256.empty()) return;
  add_trait(traits, Dimension::certificate, name_of(leaf));
  add_trait(traits, Dimension::issuer, leaf.issuer);
}

// An expired chain whose leaf is still valid is the fault of what expired above it, which other
// hosts share: a CA of the chain, else the root that issued its last.
void blame_authority(RunTraits& traits, const TlsFacts& tls) {
  if (tls.chain.empty() || tls.chain.front().not_after <= traits.at) return;
  const auto expired = std::find_if(tls.chain.begin(), tls.chain.end(),
                                    [&](const auto& one) { return one.not_after <= traits.at; });
  traits.values.erase(std::string{to_string(Dimension::certificate)});
  add_trait(traits, Dimension::certificate,
            expired == tls.chain.end() ? tls.chain.back().issuer : name_of(*expired));
}

bool is_of_a_page(FailureKind kind) {
  return kind == FailureKind::third_party || kind == FailureKind::page_resource ||
         kind == FailureKind::page_integrity;
}

bool went_wrong(const RequestResult& request) {
  return request.status == 0 || request.status >= 400;
}

// Of a page: the resources that failed. One with a wrong digest was answered well.
void add_resources(RunTraits& traits, const StepResult& step, const std::string& message) {
  for (const RequestResult& request : step.requests)
    if (request.beside && went_wrong(request)) add_exchange(traits, request);
  if (!message.starts_with(kRequired)) return;
  const std::size_t end = message.find(": ", kRequired.size());
  if (end != std::string::npos)
    add_trait(traits, Dimension::origin,
              std::string_view{message}.substr(kRequired.size(), end - kRequired.size()));
}

RunTraits traits_of(const RunResult& run, const StepResult& step, const Failure& failure) {
  RunTraits traits{.at = run.started};
  if (step.requests.empty()) return traits;
  if (is_of_a_page(failure.kind)) {
    add_resources(traits, step, failure.message);
    return traits;
  }
  const RequestResult& last = step.requests.back();
  add_exchange(traits, last);
  if (failure.kind == FailureKind::tls_expired && last.tls) blame_authority(traits, *last.tls);
  return traits;
}

}  // namespace

std::string_view to_string(Dimension dimension) {
  switch (dimension) {
    case Dimension::agent: return "agent";
    case Dimension::certificate: return "certificate";
    case Dimension::origin: return "origin";
    case Dimension::address: return "address";
    case Dimension::pop: return "pop";
    case Dimension::issuer: return "issuer";
    case Dimension::network: return "network";
    case Dimension::provider: return "provider";
  }
  return "agent";
}

void add_trait(RunTraits& traits, Dimension dimension, std::string_view value) {
  if (value.empty()) return;
  auto& values = traits.values[std::string{to_string(dimension)}];
  if (values.size() < kTraitValuesMax) values.insert(cut_utf8(clean_line(value), kValueBytes));
}

RunTraits traits_of_failure(const RunResult& run) {
  const StepResult* step = failed_step(run);
  if (step == nullptr) return {.at = run.started};
  return traits_of(run, *step, step->failures.front());
}

RunTraits traits_of_warning(const RunResult& run) {
  if (run.attempts.empty()) return {.at = run.started};
  for (const StepResult& step : run.attempts.back().steps)
    if (!step.warnings.empty()) return traits_of(run, step, step.warnings.front());
  return {.at = run.started};
}

RunTraits traits_of_failure(const FailureSummary& attempt, WallTime at) {
  RunTraits traits{.at = at, .partial = true};
  if (is_of_a_page(attempt.kind)) return traits;  // it says what answered for the page
  add_trait(traits, Dimension::pop, attempt.pop);
  add_trait(traits, Dimension::address, attempt.remote_address);
  return traits;
}

RunTraits traits_of_pass(const RunResult& run) {
  RunTraits traits{.at = run.started};
  if (run.attempts.empty()) return traits;
  for (const StepResult& step : run.attempts.back().steps)
    for (const RequestResult& request : step.requests)
      if (!request.beside || !went_wrong(request)) add_exchange(traits, request);
  return traits;
}

}  // namespace picket
