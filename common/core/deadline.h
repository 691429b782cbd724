// The latest moment by which a piece of work must end. Children may only shorten it.
// A plain value: it never reads a clock, `now` is always an argument.
#pragma once

#include <algorithm>

#include "common/core/time.h"

namespace picket {

class Deadline {
 public:
  explicit Deadline(MonoTime at) : at_(at) {}
  static Deadline after(MonoTime now, Nanos span) { return Deadline{now + span}; }

  MonoTime at() const { return at_; }
  bool passed(MonoTime now) const { return now >= at_; }

  // Time left, never negative.
  Nanos left(MonoTime now) const { return std::max(Nanos{0}, at_ - now); }

  // The earlier of this one and `now + span`.
  Deadline shorten(MonoTime now, Nanos span) const { return Deadline{std::min(at_, now + span)}; }

 private:
  MonoTime at_;
};

}  // namespace picket
