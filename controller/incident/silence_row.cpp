#include "controller/incident/silence_row.h"

#include <utility>

#include "common/core/text.h"

namespace picket::controller {

SilenceRow row_of(const Silence& silence) {
  SilenceRow row;
  row.id = silence.id;
  for (const SilenceMatcher& matcher : silence.matchers) {
    if (!row.matchers.empty()) row.matchers += '\n';
    row.matchers += render(matcher);
  }
  row.author = silence.author;
  row.comment = silence.comment;
  row.created = silence.created;
  row.from = silence.from;
  row.until = silence.until;
  return row;
}

std::optional<Silence> silence_of(const SilenceRow& row) {
  Silence silence;
  silence.id = row.id;
  silence.author = row.author;
  silence.comment = row.comment;
  silence.created = row.created;
  silence.from = row.from;
  silence.until = row.until;
  for (const std::string& line : split(row.matchers, '\n')) {
    auto matcher = parse_silence_matcher(line);
    if (!matcher) return std::nullopt;
    silence.matchers.push_back(std::move(*matcher));
  }
  return silence;
}

}  // namespace picket::controller
