// A mistake in a file that a person wrote: where it stands, what is wrong and how to mend it, and
// its three written forms. Plain values for any thread; the code's table is diagnostic_codes.def.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/failure.h"

namespace picket::checks {

struct Related {
  SourcePosition at;
  std::string message;
  bool operator==(const Related&) const = default;
};

struct Diagnostic {
  std::string code;  // E.... an error, W.... a warning
  std::string message;
  SourcePosition at;    // line 0: the file as a whole
  int length{1};        // of the caret, in code points
  std::string excerpt;  // the source line, cut and cleaned
  std::string note;     // beside the caret
  std::string help;
  std::vector<Related> related;
  bool is_error() const { return !code.empty() && code.front() == 'E'; }
  bool operator==(const Diagnostic&) const = default;
};

struct CodeMeaning {
  std::string_view meaning;
  std::string_view advice;
};

// What a code means in general, from the table; nothing for an unknown code.
std::optional<CodeMeaning> meaning_of_code(std::string_view code);
std::vector<std::string_view> all_codes();

struct RenderStyle {
  bool color{false};
  bool strict{false};  // warnings are shown as errors
};

// The form of compilers: headline, place, source line with a caret, help; ends with a line break.
std::string render_text(const Diagnostic& diagnostic, const RenderStyle& style = {});

// One line for GitHub Actions: `::error file=..,line=..,col=..::message`.
std::string render_github(const Diagnostic& diagnostic, const RenderStyle& style = {});

struct Tally {
  std::size_t errors{0};
  std::size_t warnings{0};
  std::size_t checks{0};
  std::size_t files{0};
  std::chrono::milliseconds elapsed{0};
};

// "2 errors, 1 warning in 14 checks (3 files, 9 ms)"
std::string render_tally(const Tally& tally);

// One JSON document: schema_version, diagnostics, summary.
std::string render_json(const std::vector<Diagnostic>& diagnostics, const Tally& tally);

}  // namespace picket::checks
