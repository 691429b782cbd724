#include <fmt/format.h>

#include <algorithm>

#include "cli/render/run_report.h"
#include "common/core/text.h"
#include "common/core/xml_text.h"

namespace picket::cli {
namespace {

double seconds(Nanos span) { return std::chrono::duration<double>(span).count(); }

struct Counts {
  std::size_t tests{0};
  std::size_t failures{0};
  std::size_t errors{0};
  std::size_t skipped{0};
  Counts& operator+=(const Counts& more) {
    tests += more.tests;
    failures += more.failures;
    errors += more.errors;
    skipped += more.skipped;
    return *this;
  }
};

std::string render(const Counts& counts) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", counts.tests,
                     counts.failures, counts.errors, counts.skipped);
}

// JUnit's "error": the test itself could not be carried out.
bool is_error(const StepResult& step) {
  return !step.failures.empty() && is_unmeasured(step.failures.front().kind);
}

const std::vector<StepResult>& steps_of(const RunResult& result) {
  static const std::vector<StepResult> kNone;
  return result.attempts.empty() ? kNone : result.attempts.back().steps;
}

// An earlier failure that stands although the last attempt could not measure it.
const Failure* standing_failure(const RunResult& result) {
  if (result.verdict != RunVerdict::fail) return nullptr;
  for (const StepResult& step : steps_of(result))
    if (step.status == StepStatus::failed && !is_error(step)) return nullptr;
  for (const Attempt& attempt : result.attempts)
    for (const StepResult& step : attempt.steps)
      if (step.status == StepStatus::failed && !is_error(step)) return &step.failures.front();
  return nullptr;
}

Counts count(const RunResult& result) {
  Counts out;
  for (const StepResult& step : steps_of(result)) {
    ++out.tests;
    out.skipped += step.status == StepStatus::skipped;
    const bool failed = step.status == StepStatus::failed;
    out.errors += failed && is_error(step);
    out.failures += failed && !is_error(step);
  }
  const bool standing = standing_failure(result) != nullptr;
  out.tests += standing;
  out.failures += standing;
  return out;
}

std::string render_details(const StepResult& step) {
  std::string out;
  for (const Failure& failure : step.failures) {
    out += failure.message + '\n';
    if (failure.at.line != 0) out += "  --> " + picket::render(failure.at) + '\n';
    if (!advice_of(failure.kind).empty()) out += fmt::format("  = {}\n", advice_of(failure.kind));
  }
  if (!step.requests.empty()) {
    const RequestResult& last = step.requests.back();
    out += fmt::format("{} {} -> {}\n", last.method, last.url, last.status);
  }
  return out;
}

std::string render_failure(const char* element, const Failure& failure,
                           const std::string& details) {
  return fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", element,
                     to_string(failure.kind), escape_xml(failure.message), escape_xml(details));
}

std::string render_case(const std::string& suite, const StepResult& step) {
  std::string inner;
  if (step.status == StepStatus::skipped)
    inner = "      <skipped message=\"an earlier step failed\"/>\n";
  if (step.status == StepStatus::failed && !step.failures.empty())
    inner = render_failure(is_error(step) ? "error" : "failure", step.failures.front(),
                           render_details(step));
  std::string warnings;
  for (const Failure& warning : step.warnings) warnings += "warning: " + warning.message + '\n';
  if (!warnings.empty())
    inner += fmt::format("      <system-out>{}</system-out>\n", escape_xml(warnings));
  const std::string head =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", escape_xml(suite),
                  escape_xml(step.name), seconds(step.duration));
  return inner.empty() ? head + "/>\n" : head + ">\n" + inner + "    </testcase>\n";
}

std::string render_suite(const RunReport& report, const RunResult& result) {
  const std::string name = title_of(report, result);
  std::string out = fmt::format(
      "  <testsuite name=\"{}\" {} time=\"{:.3f}\" timestamp=\"{}\" hostname=\"{}\">\n",
      escape_xml(name), render(count(result)), seconds(result.duration),
      render_rfc3339(result.started).substr(0, 19), escape_xml(result.key.region.value));
  out += fmt::format(
      "    <properties>\n      <property name=\"verdict\" value=\"{}\"/>\n"
      "      <property name=\"attempts\" value=\"{}\"/>\n    </properties>\n",
      to_string(result.verdict), result.attempts.size());
  for (const StepResult& step : steps_of(result)) out += render_case(name, step);
  if (const Failure* failure = standing_failure(result))
    out += fmt::format(
        "    <testcase classname=\"{}\" name=\"first attempt\" time=\"0.000\">\n"
        "{}    </testcase>\n",
        escape_xml(name), render_failure("failure", *failure, failure->message));
  return out + "  </testsuite>\n";
}

std::string render_unfinished(const CheckName& check) {
  return fmt::format(
      "  <testsuite name=\"{0}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" "
      "time=\"0.000\">\n    <testcase classname=\"{0}\" name=\"run\" time=\"0.000\">\n"
      "      <error type=\"unfinished\" message=\"the run was not finished\"/>\n"
      "    </testcase>\n  </testsuite>\n",
      escape_xml(check.value));
}

}  // namespace

std::string title_of(const RunReport& report, const RunResult& result) {
  const bool one_region =
      std::all_of(report.results.begin(), report.results.end(), [&](const RunResult& other) {
        return other.key.region == report.results.front().key.region;
      });
  return one_region ? result.key.check.value
                    : fmt::format("{} ({})", result.key.check.value, result.key.region.value);
}

std::string render_junit(const RunReport& report) {
  Counts all;
  Nanos duration{0};
  std::string suites;
  for (const RunResult& result : report.results) {
    all += count(result);
    duration += result.duration;
    suites += render_suite(report, result);
  }
  for (const CheckName& check : report.unfinished) {
    all += {1, 0, 1, 0};
    suites += render_unfinished(check);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"picket\" {} time=\"{:.3f}\">\n{}</testsuites>\n",
      render(all), seconds(duration), suites);
}

}  // namespace picket::cli
