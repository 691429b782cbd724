#include "controller/incident/storm_watch.h"

namespace picket::controller {

bool StormWatch::is_too_many(const std::string& receiver, Severity severity, WallTime now) {
  std::deque<WallTime>& sent = sent_[{receiver, severity == Severity::critical}];
  while (!sent.empty() && now - sent.front() >= kStormSpan) sent.pop_front();
  if (sent.size() >= kStormPages) return true;
  sent.push_back(now);
  return false;
}

}  // namespace picket::controller
