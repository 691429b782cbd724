// How punctually scheduled runs start, over a sliding quarter of an hour: counts by minute, so that
// memory does not depend on the number of checks. Pure.
#pragma once

#include <deque>

#include "controller/health/health_sample.h"

namespace picket::controller {

class LatenessWindow {
 public:
  explicit LatenessWindow(Millis late_from) : late_from_(late_from) {}

  // From now on; what was counted stays.
  void set_late_from(Millis late_from) { late_from_ = late_from; }

  // A run that started `lateness` after its due time, received at `at`; times do not fall.
  void add(WallTime at, Millis lateness);
  void add_missed(WallTime at);  // for want of capacity

  Lateness view(WallTime now) const;

 private:
  struct Minute {
    WallTime begin;
    Lateness counts;
  };
  Lateness& minute_of(WallTime at);

  Millis late_from_;
  std::deque<Minute> minutes_;
};

}  // namespace picket::controller
