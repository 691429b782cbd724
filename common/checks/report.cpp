#include "common/checks/report.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::size_t kExcerptBytes = 400;

int code_points(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

Report::Report(std::string file, std::string text)
    : file_(std::move(file)), text_(std::move(text)), line_starts_{0} {
  for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1))
    line_starts_.push_back(at + 1);
}

std::string_view Report::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > line_starts_.size()) return {};
  const std::size_t start = line_starts_[static_cast<std::size_t>(number) - 1];
  const std::size_t end = text_.find('\n', start);
  return std::string_view{text_}.substr(start, end == std::string::npos ? end : end - start);
}

Mark Report::mark_at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t start = *std::prev(next);
  if (last_.line_start != start || last_.offset > offset) last_ = {start, start, 1};
  last_.column += code_points(std::string_view{text_}.substr(last_.offset, offset - last_.offset));
  last_.offset = offset;
  return {static_cast<int>(next - line_starts_.begin()), last_.column, 1};
}

Diagnostic Report::make(std::string_view code, const Mark& at, std::string message) const {
  Diagnostic diagnostic;
  diagnostic.code = std::string{code};
  diagnostic.message = std::move(message);
  diagnostic.at = position(at);
  diagnostic.length = std::max(1, at.length);
  // Cut first: a line may be as long as the file.
  diagnostic.excerpt = clean_line(cut_utf8(line(at.line), kExcerptBytes));
  return diagnostic;
}

Diagnostic& Report::add(std::string_view code, const Mark& at, std::string message) {
  errors_ += code.starts_with('E');
  if (full_) return ignored_;
  full_ = diagnostics_.size() >= kMistakesMax;
  diagnostics_.push_back(full_ ? make("E0106", at, "more mistakes than are worth showing")
                               : make(code, at, std::move(message)));
  return full_ ? ignored_ : diagnostics_.back();
}

std::vector<Diagnostic> Report::take() {
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.at.line, d.at.column, d.code, d.message);
  };
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto last = std::unique(diagnostics_.begin(), diagnostics_.end(),
                                [&](const Diagnostic& a, const Diagnostic& b) {
                                  // What follows from an ambiguous word is said with it.
                                  const bool follows = a.code == "E0105" && a.at == b.at;
                                  return follows || key(a) == key(b);
                                });
  diagnostics_.erase(last, diagnostics_.end());
  return std::exchange(diagnostics_, {});
}

}  // namespace picket::checks
