#include "cli/commands/run_output.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "cli/commands/report_file.h"
#include "cli/render/run_har.h"
#include "cli/render/run_json.h"

namespace picket::cli {
namespace {

bool write_report(Session& session, const std::string& path, const std::string& content) {
  if (path.empty()) return true;
  const Status written = write_file(path, content);
  if (!written) session.err << "picket: " << render(written.error()) << '\n';
  return written.has_value();
}

std::string render_output(const OutputOptions& options, const RunReport& report) {
  if (options.format == "json") return render_run_json(report.results, report.unfinished);
  if (options.format == "junit") return render_junit(report);
  if (options.format == "tap") return render_tap(report);
  const std::string tally = render_run_tally(report.results, report.unfinished.size());
  return options.format == "github" ? render_run_github(report) + tally : tally;
}

int exit_code_of(const RunReport& report) {
  const auto any = [&](RunVerdict verdict) {
    return std::any_of(report.results.begin(), report.results.end(),
                       [&](const RunResult& result) { return result.verdict == verdict; });
  };
  if (any(RunVerdict::fail)) return kFailed;
  return any(RunVerdict::unknown) || !report.unfinished.empty() ? kCouldNotRun : kFine;
}

}  // namespace

void add_output_options(CLI::App& command, OutputOptions& options) {
  command.add_flag("-v,--verbose", options.verbose,
                   "every exchange: headers, phases, TLS, addresses, command lines; waterfall");
  command.add_flag("--waterfall", options.waterfall, "when each hop ran and what it waited for");
  command.add_option("-o,--output", options.format, "text, json, junit, tap or github")
      ->check(CLI::IsMember({"text", "json", "junit", "tap", "github"}));
  command.add_option("--report-junit", options.junit_file, "write JUnit XML beside the output")
      ->type_name("FILE");
  command.add_option("--har", options.har_file, "write the exchanges as an HTTP Archive")
      ->type_name("FILE");
}

RunTextOptions text_options(const Session& session, const OutputOptions& options) {
  const Terminal& terminal = session.out_terminal;
  return {.style = {terminal.color, terminal.unicode, terminal.columns},
          .verbose = options.verbose,
          .waterfall = options.waterfall};
}

int finish_output(Session& session, const OutputOptions& options, const RunReport& report) {
  session.out << render_output(options, report);
  bool written = write_report(session, options.junit_file, render_junit(report));
  if (!options.har_file.empty())
    written = write_report(session, options.har_file, render_har(report.results, PICKET_VERSION)) &&
              written;
  return written ? exit_code_of(report) : static_cast<int>(kCouldNotRun);
}

}  // namespace picket::cli
