#include "controller/evaluate/last_good.h"

#include <algorithm>
#include <utility>

#include "common/model/run_difference.h"
#include "common/wire/wire.h"

namespace picket::controller {
namespace {

void shorten(RequestResult& request) {
  request.evidence.reset();
  if (request.tls && request.tls->chain.size() > 1) request.tls->chain.resize(1);
  if (request.tls)
    for (CertificateFacts& certificate : request.tls->chain) certificate.dns_names.clear();
}

}  // namespace

std::string pack_last_good(const RunResult& run) {
  if (run.attempts.empty()) return {};
  RunResult kept = run;
  kept.attempts = {run.attempts.back()};
  for (StepResult& step : kept.attempts.front().steps) {
    step.facts.clear();
    std::erase_if(step.requests, [](const RequestResult& request) { return request.beside; });
    for (RequestResult& request : step.requests) shorten(request);
  }
  std::string bytes = wire::serialize(wire::encode(kept));
  return bytes.size() <= kLastGoodBytes ? bytes : std::string{};
}

std::vector<std::string> differences_from(const std::string& last_good, const RunResult& failed) {
  v1::RunResult message;
  if (last_good.empty() || !message.ParseFromString(last_good)) return {};
  const auto good = wire::decode(message, failed.key.region);
  if (!good) return {};
  std::vector<std::string> lines;
  for (const RunDifference& difference : compare_runs(failed, *good, kDifferencesKept))
    lines.push_back(render(difference));
  return lines;
}

}  // namespace picket::controller
