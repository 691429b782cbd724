// What `picket run` and `picket test` print and write when their runs are done, and how they end.
// Owned by the command; results are redacted already.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/render/run_report.h"
#include "cli/render/run_text.h"

namespace CLI {
class App;
}

namespace picket::cli {

struct OutputOptions {
  std::string format{"text"};  // text, json, junit, tap or github
  std::string junit_file;      // beside the output; empty: none
  std::string har_file;
  bool verbose{false};
  bool waterfall{false};

  bool wants_evidence() const {
    return verbose || waterfall || format == "json" || !har_file.empty();
  }
};

// -v, --waterfall, -o, --report-junit, --har.
void add_output_options(CLI::App& command, OutputOptions& options);

RunTextOptions text_options(const Session& session, const OutputOptions& options);

// Everything but the blocks of the text format, which are printed as checks end. Returns the exit
// code: kCouldNotRun also when a file cannot be written.
int finish_output(Session& session, const OutputOptions& options, const RunReport& report);

}  // namespace picket::cli
