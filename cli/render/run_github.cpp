#include <fmt/format.h>

#include "cli/render/run_report.h"
#include "common/core/github_annotation.h"

namespace picket::cli {
namespace {

std::string annotation(std::string_view command, const std::string& title, const Failure& failure) {
  std::string place;
  if (failure.at.line != 0)
    place = fmt::format("file={},line={},col={},", github_property(failure.at.file),
                        failure.at.line, failure.at.column);
  return fmt::format("::{} {}title={}::{}\n", command, place, github_property(title),
                     github_message(failure.message));
}

std::string render_result(const RunReport& report, const RunResult& result) {
  std::string out;
  if (result.attempts.empty()) return out;
  const std::string_view command = result.verdict == RunVerdict::fail ? "error" : "warning";
  for (const StepResult& step : result.attempts.back().steps) {
    const std::string title = fmt::format("{}: {}", title_of(report, result), step.name);
    for (const Failure& failure : step.failures) out += annotation(command, title, failure);
    for (const Failure& warning : step.warnings) out += annotation("warning", title, warning);
  }
  if (!out.empty() || result.verdict == RunVerdict::pass) return out;
  const auto failure = summarize_failure(result);  // of an attempt before the last
  if (!failure) return out;
  const std::string title = fmt::format("{}: {}", title_of(report, result), failure->step);
  return annotation(command, title, {failure->kind, failure->message, failure->at});
}

}  // namespace

std::string render_run_github(const RunReport& report) {
  std::string out;
  for (const RunResult& result : report.results) out += render_result(report, result);
  for (const CheckName& check : report.unfinished)
    out +=
        fmt::format("::warning title={}::the run was not finished\n", github_property(check.value));
  return out;
}

}  // namespace picket::cli
