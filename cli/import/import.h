// Checks of other tools as check files of ours, one function a format. Each reads what it can,
// marks what it could not carry with TODO(import) at its place, and hands out only what our decoder
// takes. Pure: texts in, a text out.
#pragma once

#include <string>
#include <vector>

#include "cli/import/draft.h"

namespace picket::cli {

struct BlackboxInput {
  std::string modules;               // blackbox.yml
  std::string prometheus_file;       // for messages
  std::string prometheus;            // prometheus.yml with its scrape_configs; may be empty
  std::vector<std::string> targets;  // "MODULE=TARGET"
};

// All: invalid_argument with the mistakes of the input and their places, or when nothing is in it.
Result<Imported> import_blackbox(const ImportOptions& options, const BlackboxInput& input);
Result<Imported> import_gatus(const ImportOptions& options, const std::string& text);
// One or several command lines, as a shell would read them.
Result<Imported> import_curl(const ImportOptions& options, const std::string& text);
// HAR 1.2: one journey.
Result<Imported> import_har(const ImportOptions& options, const std::string& text);
// A collection, format 2.0 or 2.1: a check per request, a journey per folder.
Result<Imported> import_postman(const ImportOptions& options, const std::string& text);
// A backup of Uptime Kuma 1.x.
Result<Imported> import_uptime_kuma(const ImportOptions& options, const std::string& text);

}  // namespace picket::cli
