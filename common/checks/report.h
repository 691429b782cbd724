// One source file while it is decoded: its text by lines, and the mistakes found in it so far.
// Owned by the loader for the time of one file; one thread; it never throws away a mistake.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/checks/diagnostic.h"

namespace picket::checks {

// Where something stands: line and column from 1, in code points; length of the caret.
struct Mark {
  int line{0};
  int column{0};
  int length{1};
  bool operator==(const Mark&) const = default;
};

class Report {
 public:
  static constexpr std::size_t kMistakesMax = 1000;

  // Requires clean UTF-8 with `\n` line ends for carets to be right; takes any bytes.
  Report(std::string file, std::string text);

  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }
  std::string_view line(int number) const;  // from 1; empty when there is none

  // The byte offset in the text as a Mark of length 1.
  Mark mark_at(std::size_t offset) const;
  SourcePosition position(const Mark& mark) const { return {file_, mark.line, mark.column}; }

  // A mistake at that place, not added.
  Diagnostic make(std::string_view code, const Mark& at, std::string message) const;
  // Adds a mistake; the reference holds until the next one is added. Beyond kMistakesMax one more
  // says so and the rest is only counted.
  Diagnostic& add(std::string_view code, const Mark& at, std::string message);

  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  std::vector<Diagnostic> take();  // in file order, each once
  std::size_t error_count() const { return errors_; }
  bool is_full() const { return full_; }

 private:
  std::string file_;
  std::string text_;
  std::vector<std::size_t> line_starts_;
  std::vector<Diagnostic> diagnostics_;
  std::size_t errors_{0};
  bool full_{false};
  Diagnostic ignored_;  // where mistakes go when the report is full

  // Places are asked for in rising order: counting goes on from the last one of a line.
  struct Place {
    std::size_t line_start{0};
    std::size_t offset{0};
    int column{1};
  };
  mutable Place last_;
};

}  // namespace picket::checks
