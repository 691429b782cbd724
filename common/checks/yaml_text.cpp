#include "common/checks/yaml_text.h"

#include <algorithm>
#include <array>

namespace picket::checks {
namespace {

int code_points(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

constexpr std::size_t kCaretBytes = 200;  // a longer caret shows nothing more

std::string_view first_line(std::string_view text) {
  text = text.substr(0, kCaretBytes);
  return text.substr(0, text.find('\n'));
}

// The byte behind the closing quote, or npos. YAML doubles a single quote to escape it.
std::size_t quote_end(std::string_view text) {
  const char quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      const bool doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
      if (!doubled) return i + 1;
      ++i;
    }
  }
  return std::string_view::npos;
}

// Without `&anchor` and `!tag`, which stand before a scalar.
std::string_view without_properties(std::string_view text) {
  while (!text.empty() && (text.front() == '&' || text.front() == '!')) {
    text.remove_prefix(std::min(text.size(), text.find_first_of(" \n")));
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" ")));
  }
  return text;
}

ScalarExtent quoted_extent(std::string_view rest, std::string_view value) {
  ScalarExtent extent;
  const std::size_t end = quote_end(rest);
  extent.unclosed = end == std::string_view::npos;
  if (extent.unclosed) return extent;
  const std::string_view whole = rest.substr(0, end);
  extent.length = std::max(1, code_points(first_line(whole)));
  extent.quote = 1;
  extent.verbatim = whole.substr(1, whole.size() - 2) == value;
  return extent;
}

struct Row {
  std::string_view yaml_cpp;
  std::string_view message;
  std::string_view help;
};

constexpr std::array kRows{
    Row{"illegal tab", "a tab in the indentation", "YAML indents with spaces only"},
    Row{"illegal map value", "a `:` where no value can start",
        "quote a text that holds `: `, and compare the indentation with the line above"},
    Row{"illegal block entry", "a `-` where no list can start",
        "a list starts on its own line, below its key"},
    Row{"end of map flow not found", "a `{` is not closed here as it should be",
        "close it with `}`; quote texts that hold `,` `{` `}` or `: `"},
    Row{"end of sequence flow not found", "a `[` is not closed here as it should be",
        "close it with `]`; quote texts that hold `,` `[` `]` or `: `"},
    Row{"end of map not found", "this does not fit the map above",
        "keys of one map start in the same column; a quoted text ends at its quote"},
    Row{"end of sequence not found", "this does not fit the list above",
        "the `-` of one list stand in the same column"},
    Row{"unknown token", "no text can start with this character", "quote the text"},
    Row{"illegal flow end", "a `}` or `]` without its opening", "remove it, or quote the text"},
    Row{"referenced anchor is not defined", "no anchor of this name stands above",
        "define it first: &name"},
    Row{"unknown escape character", "an escape that YAML does not know",
        "use single quotes for texts with backslashes"},
    Row{"illegal document indicator", "`---` or `...` inside of a text", "indent the text"},
    Row{"illegal end of stream", "the file ends inside of something open",
        "look for an open quote or bracket above"},
};

}  // namespace

ScalarExtent scalar_extent(std::string_view text, std::size_t start, std::string_view value) {
  std::string_view rest = text.substr(std::min(start, text.size()));
  const std::string_view bare = without_properties(rest);
  const bool decorated = bare.size() != rest.size();
  if (bare.empty()) return {};
  ScalarExtent extent;
  if (bare.front() == '"' || bare.front() == '\'') {
    extent = quoted_extent(bare, value);
  } else if (bare.front() != '|' && bare.front() != '>') {
    extent.verbatim = bare.starts_with(value) && value.find('\n') == value.npos;
    extent.length =
        extent.verbatim ? code_points(first_line(value)) : code_points(first_line(bare));
  }
  if (decorated) {
    extent.verbatim = false;
    extent.length = 1;
  }
  extent.length = std::max(1, extent.length);
  return extent;
}

SyntaxAdvice syntax_advice(std::string_view message, std::string_view line) {
  SyntaxAdvice advice{std::string{message}, "look for an open quote or bracket in the lines above"};
  for (const Row& row : kRows) {
    if (message.find(row.yaml_cpp) == std::string_view::npos) continue;
    advice = {std::string{row.message}, std::string{row.help}};
    break;
  }
  if (line.find("${{") != std::string_view::npos && line.find('{') < line.find("${{"))
    advice.help = "inside of { } and [ ], quote a text that holds ${{ }}: \"${{ vars.x }}\"";
  else if (line.find('\t') != std::string_view::npos &&
           line.find_first_not_of(" \t") > line.find('\t'))
    advice = {"a tab in the indentation", "YAML indents with spaces only"};
  return advice;
}

}  // namespace picket::checks
