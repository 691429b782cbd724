#include "agent/spool/segment_writer.h"

namespace picket::agent {
namespace {

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

constexpr Millis kSegmentAgeMax = hours{1};

}  // namespace

Status SegmentWriter::start_segment(std::uint64_t first_seq, WallTime now) {
  if (!directory_made_) {
    if (auto made = disk_.make_directory(directory_); !made) return made;
    if (auto synced = disk_.sync_directory(parent_of(directory_)); !synced) return synced;
    directory_made_ = true;
  }
  const SegmentName name{first_seq, now, copies_++};
  open_ = Segment{directory_ + "/" + render(name), name, 0};
  name_synced_ = false;
  return {};
}

Status SegmentWriter::append(const std::string& frames) {
  const bool fresh = open_->bytes == 0;
  const std::string bytes = (fresh ? render_segment_header(spool_) : std::string{}) + frames;
  if (auto done = disk_.append(open_->path, bytes); !done) {
    roll_back();
    return done;
  }
  auto synced = disk_.sync(open_->path);
  if (synced && !name_synced_) synced = disk_.sync_directory(directory_);
  if (!synced) {
    // What the kernel still holds after a failed sync is not known: leave the file.
    roll_back();
    open_.reset();
    return synced;
  }
  name_synced_ = true;
  open_->bytes += bytes.size();
  return {};
}

void SegmentWriter::roll_back() {
  const auto undone = open_->bytes == 0 ? disk_.remove(open_->path)
                                        : disk_.truncate(open_->path, open_->bytes);
  if (!undone) open_.reset();
}

Result<Segment> SegmentWriter::write(std::uint64_t first_seq, const std::string& frames,
                                     WallTime now) {
  const bool full = open_ && (open_->bytes + frames.size() > bytes_max_ ||
                              now - open_->name.created > kSegmentAgeMax);
  if (full && open_->bytes > 0) open_.reset();
  if (!open_)
    if (auto started = start_segment(first_seq, now); !started) return fail(started.error());
  if (auto done = append(frames); !done) return fail(done.error());
  return *open_;
}

}  // namespace picket::agent
