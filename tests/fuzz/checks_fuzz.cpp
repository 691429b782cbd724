// Any bytes as a check file: decoding never crashes, hangs or grows without bound, and each
// mistake can be shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/checks/load.h"
#include "common/core/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket;
  const std::string text(reinterpret_cast<const char*>(data), size);
  checks::DecodeOptions options;
  options.strict = true;
  const checks::LoadedChecks loaded = checks::load_check_text("fuzz.check.yaml", text, options);
  for (const checks::Diagnostic& diagnostic : loaded.diagnostics) {
    if (!checks::meaning_of_code(diagnostic.code)) std::abort();
    if (!is_valid_utf8(checks::render_text(diagnostic))) std::abort();
  }
  checks::render_json(loaded.diagnostics, loaded.tally());
  // A check that came through has what the runner and the evaluator rely on.
  for (const Check& check : loaded.checks)
    if (check.name.empty() || check.steps.empty() || check.alerts.empty()) std::abort();
  if (loaded.checks.empty() && loaded.diagnostics.empty()) std::abort();
  return 0;
}
