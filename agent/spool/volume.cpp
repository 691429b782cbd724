#include "agent/spool/volume.h"

#include <algorithm>

namespace picket::agent {

void Volume::put(Segment segment) {
  const auto at = std::lower_bound(
      segments_.begin(), segments_.end(), segment,
      [](const Segment& a, const Segment& b) { return a.name < b.name; });
  if (at != segments_.end() && at->path == segment.path)
    *at = std::move(segment);
  else
    segments_.insert(at, std::move(segment));
}

std::uint64_t Volume::bytes() const {
  std::uint64_t total = 0;
  for (const auto& segment : segments_) total += segment.bytes;
  return total;
}

std::uint64_t Volume::end_of(std::size_t index) const {
  return index + 1 < segments_.size() ? segments_[index + 1].name.first_seq : end_;
}

Volume::Place Volume::place_of(std::uint64_t seq) const {
  for (std::size_t i = segments_.size(); i-- > 0;)
    if (segments_[i].name.first_seq <= seq) return {segments_[i], end_of(i)};
  return {std::nullopt, segments_.empty() ? end_ : std::min(end_, segments_[0].name.first_seq)};
}

std::vector<Segment> Volume::take_acknowledged() {
  std::size_t count = 0;
  const std::size_t most = sealed_ && drained() ? segments_.size()
                           : segments_.empty()  ? 0
                                                : segments_.size() - 1;
  while (count < most && end_of(count) <= acknowledged_) ++count;
  const auto last = segments_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Segment> taken(segments_.begin(), last);
  segments_.erase(segments_.begin(), last);
  return taken;
}

bool Volume::can_drop() const {
  if (segments_.empty()) return false;
  return segments_.size() > 1 || (sealed_ && segments_[0].name.first_seq < end_);
}

Volume::Dropped Volume::drop_oldest() {
  Dropped out;
  out.segment = segments_.front();
  const std::uint64_t end = end_of(0);
  const std::uint64_t from = std::max(acknowledged_, out.segment.name.first_seq);
  out.records = end > from ? end - from : 0;
  if (segments_.size() == 1) {
    Segment& last = segments_.front();
    last.name.first_seq = end_;
    last.path = directory_ + "/" + render(last.name);
    last.bytes = 0;
    out.tombstone = last.path;
  } else {
    segments_.erase(segments_.begin());
  }
  return out;
}

}  // namespace picket::agent
