// When pages will be kept back: spans of maintenance windows that hold or begin soon, and silences
// that begin later. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/check.h"
#include "common/model/silence.h"

namespace picket::controller {

struct UpcomingSpan {
  WallTime begin;
  WallTime end;
  std::string reason;             // of the window, which may be empty; the silence's comment
  std::vector<CheckName> checks;  // that have this very window, by name; of a silence none
  std::optional<Silence> silence;
};

struct UpcomingSpans {
  std::vector<UpcomingSpan> spans;  // by begin
  bool more{false};                 // than were wanted
};

// Spans that end after `now` and begin before `until`, at most `most`, the earliest. Windows that
// checks share (by `defaults`) are one span.
UpcomingSpans upcoming_spans(const std::vector<std::shared_ptr<const Check>>& checks,
                             const std::vector<Silence>& silences, WallTime now, WallTime until,
                             std::size_t most);

}  // namespace picket::controller
