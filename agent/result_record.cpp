#include "agent/result_record.h"

#include "common/core/log.h"

namespace picket::agent {
namespace {

constexpr std::size_t kRecordBytesMax = 512 * 1024;

std::optional<Error> objection(const v1::RunResult& message, const RegionName& region) {
  if (message.ByteSizeLong() > kRecordBytesMax)
    return Error{ErrorCode::internal, "a result of " + std::to_string(message.ByteSizeLong()) +
                                          " bytes", ""};
  const auto decoded = wire::decode(message, region);
  if (decoded) return std::nullopt;
  return decoded.error();
}

void drop_evidence(RunResult& result) {
  for (auto& attempt : result.attempts)
    for (auto& step : attempt.steps)
      for (auto& request : step.requests) request.evidence.reset();
}

RunResult unknown_of(const RunResult& result, const std::string& why) {
  StepResult step;
  step.name = "run";
  step.status = StepStatus::failed;
  step.failures.push_back({FailureKind::internal, "the result cannot be sent: " + why, {}});
  Attempt attempt;
  attempt.started = result.started;
  attempt.steps.push_back(std::move(step));
  RunResult out;
  out.key = result.key;
  out.revision = result.revision;
  out.started = result.started;
  out.attempts.push_back(std::move(attempt));
  return out;
}

}  // namespace

v1::Record make_record(RunResult result) {
  v1::Record out;
  *out.mutable_run() = wire::encode(result);
  auto refused = objection(out.run(), result.key.region);
  if (!refused) return out;
  log::error("result cut down before it is sent", *refused);
  drop_evidence(result);
  *out.mutable_run() = wire::encode(result);
  refused = objection(out.run(), result.key.region);
  if (refused) *out.mutable_run() = wire::encode(unknown_of(result, refused->message));
  return out;
}

}  // namespace picket::agent
