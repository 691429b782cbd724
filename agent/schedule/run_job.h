// A run that is due or ordered: what, for which slot, until when it is of use.
// A plain value between the schedule, its queue and the executor. Interface header.
#pragma once

#include <memory>
#include <string>

#include "common/model/check.h"
#include "common/model/run.h"

namespace picket::agent {

struct RunJob {
  RunKey key;
  std::shared_ptr<const Check> check;
  Revision revision;
  WallTime due;           // a scheduled run's slot; an ordered run: when it was ordered
  WallTime useful_until;  // not started by then: a missed slot, or an order dropped
  std::string host;       // of the first request, for the cap per target host
};

}  // namespace picket::agent
