#include <fmt/format.h>

#include "cli/render/run_report.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

// A description ends at an unescaped '#'.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// A YAML text in double quotes; JSON's escapes are YAML's too.
std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : clean_line(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

bool is_ok(RunVerdict verdict) {
  return verdict == RunVerdict::pass || verdict == RunVerdict::pass_on_retry ||
         verdict == RunVerdict::degraded;
}

std::string render_diagnostics(const RunResult& result) {
  std::string out =
      fmt::format("  ---\n  verdict: {}\n  duration_ms: {}\n", to_string(result.verdict),
                  std::chrono::round<Millis>(result.duration).count());
  if (const auto failure = summarize_failure(result)) {
    out += fmt::format("  step: {}\n  kind: {}\n  message: {}\n", quoted_text(failure->step),
                       to_string(failure->kind), quoted_text(failure->message));
    if (failure->at.line != 0)
      out += fmt::format("  at: {}\n", quoted_text(picket::render(failure->at)));
  }
  return out + "  ...\n";
}

}  // namespace

std::string render_tap(const RunReport& report) {
  const std::size_t count = report.results.size() + report.unfinished.size();
  std::string out = fmt::format("TAP version 14\n1..{}\n", count);
  std::size_t number = 0;
  for (const RunResult& result : report.results) {
    const bool ok = is_ok(result.verdict);
    out += fmt::format("{} {} - {}\n", ok ? "ok" : "not ok", ++number,
                       escaped(title_of(report, result)));
    if (result.verdict != RunVerdict::pass) out += render_diagnostics(result);
  }
  for (const CheckName& check : report.unfinished)
    out += fmt::format("not ok {} - {}\n  ---\n  verdict: unfinished\n  ...\n", ++number,
                       escaped(check.value));
  return out;
}

}  // namespace picket::cli
