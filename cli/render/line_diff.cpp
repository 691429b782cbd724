#include "cli/render/line_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "common/core/text.h"

namespace picket::cli {
namespace {

constexpr std::size_t kContext = 3;
constexpr std::size_t kCellsMax = 16'000'000;  // of the table; beyond: one replacement

struct Edit {
  char sign{' '};
  std::string text;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty())
    lines.pop_back();
  else if (!lines.empty())
    lines.back() += "\n\\ No newline at end of file";
  return lines;
}

// The longest common subsequence of what differs in the middle, by the plain table.
class Comparison {
 public:
  Comparison(const std::vector<std::string>& a, const std::vector<std::string>& b) : a_(a), b_(b) {
    while (head_ < std::min(a.size(), b.size()) && a[head_] == b[head_]) ++head_;
    while (tail_ < std::min(a.size(), b.size()) - head_ &&
           a[a.size() - 1 - tail_] == b[b.size() - 1 - tail_])
      ++tail_;
    rows_ = a.size() - head_ - tail_;
    columns_ = b.size() - head_ - tail_;
  }

  std::vector<Edit> edits() {
    std::vector<Edit> out;
    for (std::size_t i = 0; i < head_; ++i) out.push_back({' ', a_[i]});
    if ((rows_ + 1) * (columns_ + 1) <= kCellsMax) fill();
    walk(out);
    for (std::size_t i = a_.size() - tail_; i < a_.size(); ++i) out.push_back({' ', a_[i]});
    return out;
  }

 private:
  bool equal(std::size_t i, std::size_t j) const { return a_[head_ + i] == b_[head_ + j]; }
  std::uint32_t& cell(std::size_t i, std::size_t j) { return table_[i * (columns_ + 1) + j]; }

  void fill() {
    table_.assign((rows_ + 1) * (columns_ + 1), 0);
    for (std::size_t i = rows_; i-- > 0;)
      for (std::size_t j = columns_; j-- > 0;)
        cell(i, j) =
            equal(i, j) ? cell(i + 1, j + 1) + 1 : std::max(cell(i + 1, j), cell(i, j + 1));
  }

  void walk(std::vector<Edit>& out) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < rows_ || j < columns_) {
      if (!table_.empty() && i < rows_ && j < columns_ && equal(i, j)) {
        out.push_back({' ', a_[head_ + i++]});
        ++j;
      } else if (i < rows_ &&
                 (j == columns_ || table_.empty() || cell(i + 1, j) >= cell(i, j + 1))) {
        out.push_back({'-', a_[head_ + i++]});
      } else {
        out.push_back({'+', b_[head_ + j++]});
      }
    }
  }

  const std::vector<std::string>& a_;
  const std::vector<std::string>& b_;
  std::size_t head_{0};
  std::size_t tail_{0};
  std::size_t rows_{0};
  std::size_t columns_{0};
  std::vector<std::uint32_t> table_;
};

std::string range(std::size_t start, std::size_t count) {
  return fmt::format("{},{}", count == 0 ? start : start + 1, count);
}

std::string render_edit(const Edit& edit, const TextStyle& style) {
  const std::string line = edit.sign + edit.text;
  if (edit.sign == ' ') return line + '\n';
  return painted(line, edit.sign == '-' ? "31" : "32", style) + '\n';
}

}  // namespace

std::string render_diff(const std::string& path, const std::string& before,
                        const std::string& after, const TextStyle& style) {
  if (before == after) return {};
  const std::vector<std::string> a = lines_of(before);
  const std::vector<std::string> b = lines_of(after);
  const std::vector<Edit> edits = Comparison{a, b}.edits();
  const auto changed = [&](std::size_t i) { return i < edits.size() && edits[i].sign != ' '; };
  std::string out = fmt::format("--- {0}\n+++ {0} (formatted)\n", path);
  std::size_t old_line = 0;
  std::size_t new_line = 0;
  for (std::size_t i = 0; i < edits.size();) {
    std::size_t next = i;
    while (next < edits.size() && !changed(next)) ++next;
    if (next == edits.size()) break;
    const std::size_t begin = std::max(i, next - std::min(next, kContext));
    old_line += begin - i;
    new_line += begin - i;
    std::size_t end = next;  // behind the last change that is near enough
    for (std::size_t k = next; k < edits.size() && k < end + 2 * kContext + 1; ++k)
      if (changed(k)) end = k + 1;
    end = std::min(edits.size(), end + kContext);
    std::string hunk;
    std::size_t olds = 0;
    std::size_t news = 0;
    for (std::size_t k = begin; k < end; ++k) {
      olds += edits[k].sign != '+';
      news += edits[k].sign != '-';
      hunk += render_edit(edits[k], style);
    }
    out += painted(fmt::format("@@ -{} +{} @@", range(old_line, olds), range(new_line, news)), "36",
                   style) +
           '\n' + hunk;
    old_line += olds;
    new_line += news;
    i = end;
  }
  return out;
}

}  // namespace picket::cli
