#include <fmt/format.h>

#include "cli/render/run_report.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

// The escapes of GitHub's toolkit: in a message the line ends, in a property also what ends it.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%')
      out += "%25";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else if (property && c == ':')
      out += "%3A";
    else if (property && c == ',')
      out += "%2C";
    else
      out += c;
  }
  return out;
}

std::string annotation(std::string_view command, const std::string& title, const Failure& failure) {
  std::string place;
  if (failure.at.line != 0)
    place = fmt::format("file={},line={},col={},", escaped(failure.at.file, true), failure.at.line,
                        failure.at.column);
  return fmt::format("::{} {}title={}::{}\n", command, place, escaped(title, true),
                     escaped(failure.message, false));
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
        fmt::format("::warning title={}::the run was not finished\n", escaped(check.value, true));
  return out;
}

}  // namespace picket::cli
