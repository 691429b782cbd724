#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "agent/spool/spool.h"
#include "common/core/hex.h"
#include "common/core/log.h"

namespace picket::agent {
namespace {

constexpr std::string_view kFormatFile = "format";
constexpr std::string_view kOwnerFile = "owner";
constexpr std::string_view kAside = "aside-";

struct VolumeName {
  std::uint64_t ordinal{0};
  SpoolId id;
};

// "00000007-<32 hex digits>": a restart's spools are sent in the order they were made.
std::string render(const VolumeName& name) {
  return fmt::format("{:08}-{}", name.ordinal, name.id.value);
}

std::optional<VolumeName> parse_volume_name(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.size() - dash != 33) return std::nullopt;
  VolumeName out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + dash, out.ordinal);
  if (error != std::errc{} || end != text.data() + dash || out.ordinal == 0) return std::nullopt;
  out.id = SpoolId{std::string(text.substr(dash + 1))};
  if (!from_hex(out.id.value)) return std::nullopt;
  return out;
}

}  // namespace

Spool::Spool(SpoolPorts ports, SpoolOptions options)
    : ports_(std::move(ports)),
      options_(std::move(options)),
      wake_(ports_.executor),
      settled_(ports_.executor),
      more_(ports_.executor),
      watch_(ports_.executor),
      tasks_(ports_.executor) {}

Spool::~Spool() = default;

async::Task<Result<std::unique_ptr<Spool>>> Spool::open(SpoolPorts ports, SpoolOptions options) {
  std::unique_ptr<Spool> spool(new Spool(std::move(ports), std::move(options)));
  const auto work = [&spool] { return spool->recover(); };
  const Status recovered = co_await async::offload(spool->ports_.pool, work);
  if (!recovered) co_return fail(recovered.error());
  spool->start_live();
  spool->tasks_.spawn("spool writer", spool->write_loop());
  co_return spool;
}

Status Spool::recover() {
  Disk& disk = ports_.disk;
  if (auto made = disk.make_directory(options_.directory); !made) return made;
  // Shows at the start what would else show with the first result.
  const auto writable =
      write_atomically(disk, options_.directory, std::string(kFormatFile), "picket spool 1\n");
  if (!writable && writable.error().code != ErrorCode::disk_full) return writable;
  auto names = disk.list(options_.directory);
  if (!names) return fail(names.error());
  if (const Status changed = change_owner(*names); !changed) return changed;
  for (const auto& name : *names) {
    const auto parsed = parse_volume_name(name);
    if (!parsed) {
      if (name.starts_with(kAside))
        forget_aside(name);
      else if (!name.starts_with(kFormatFile) && !name.starts_with(kOwnerFile))
        log::warn("spool holds something foreign, left alone", {{"name", name}});
      continue;
    }
    live_ordinal_ = std::max(live_ordinal_, parsed->ordinal + 1);
    auto volume = recover_volume(name);
    if (volume) sealed_[parsed->ordinal] = std::make_shared<Volume>(std::move(*volume));
  }
  return {};
}

// An agent that was enrolled under another name or region: the controller takes nothing of the
// other's spools, and would put what it does not know yet down to the wrong one.
Status Spool::change_owner(std::vector<std::string>& names) {
  if (options_.owner.empty()) return {};
  const std::string path = options_.directory + "/" + std::string(kOwnerFile);
  const auto before = ports_.disk.read(path);
  if (before && *before == options_.owner) return {};
  if (before) {
    log::warn("the spool is another agent's, what waits there is set aside",
              {{"of", *before}, {"now", options_.owner}});
    const auto is_volume = [](const std::string& name) {
      return parse_volume_name(name).has_value();
    };
    const auto others = std::stable_partition(names.begin(), names.end(), std::not_fn(is_volume));
    for (auto it = others; it != names.end(); ++it)
      if (const Status done = set_aside(*it); !done) return done;
    names.erase(others, names.end());
  }
  const auto noted =
      write_atomically(ports_.disk, options_.directory, std::string(kOwnerFile), options_.owner);
  // No word of an owner is right, too; the other's would be wrong.
  return noted ? noted : ports_.disk.remove(path);
}

Status Spool::set_aside(const std::string& name) {
  const auto volume = recover_volume(name);
  if (!volume) return {};
  stats_.lost += volume->end() - volume->acknowledged();
  return ports_.disk.rename(volume->directory(),
                            options_.directory + "/" + std::string(kAside) + name);
}

void Spool::forget_aside(const std::string& name) {
  const std::string directory = options_.directory + "/" + name;
  const auto files = ports_.disk.list(directory);
  if (!files) return;
  const WallTime oldest_allowed = ports_.clock.wall_now() - options_.max_age;
  for (const auto& file : *files) {
    const auto segment = parse_segment_name(file);
    if (!segment || segment->created >= oldest_allowed) return;
  }
  for (const auto& file : *files) (void)ports_.disk.remove(directory + "/" + file);
  (void)ports_.disk.remove(directory);
}

std::optional<Volume> Spool::recover_volume(const std::string& name) {
  Volume volume{parse_volume_name(name)->id, options_.directory + "/" + name};
  volume.seal();
  const auto files = ports_.disk.list(volume.directory());
  if (!files) {
    log::error("spool cannot be listed", files.error());
    return std::nullopt;
  }
  for (const auto& file : *files) {
    const auto parsed = parse_segment_name(file);
    const std::string path = volume.directory() + "/" + file;
    const auto bytes = ports_.disk.size(path);
    if (parsed && bytes)
      volume.put({path, *parsed, *bytes});
    else
      log::warn("spool holds something foreign, left alone", {{"name", path}});
  }
  if (volume.segments().empty()) {
    if (files->empty()) (void)ports_.disk.remove(volume.directory());
    return std::nullopt;
  }
  repair_end(volume);
  const std::uint64_t first = volume.segments().front().name.first_seq;
  // Nothing but the mark of a loss: the last lost record is told, the controller asks for more.
  volume.begin_at(first == volume.end() && first > 1 ? first - 1 : first);
  if (!volume.drained()) return volume;
  for (const auto& segment : volume.take_acknowledged()) (void)ports_.disk.remove(segment.path);
  (void)ports_.disk.remove(volume.directory());
  return std::nullopt;
}

// Sequences of the newest segment are known by reading it; a torn tail is cut off, it was never
// counted as done.
void Spool::repair_end(Volume& volume) {
  Segment last = volume.segments().back();
  const auto bytes = ports_.disk.read(last.path);
  if (!bytes) {
    log::error("segment unreadable", bytes.error());
    volume.set_end(last.name.first_seq + 1);
    return;
  }
  const auto scan = scan_segment(volume.id(), *bytes);
  const std::uint64_t behind = scan.frames.empty() ? 0 : scan.frames.back().seq + 1;
  const std::uint64_t end = std::max(last.name.first_seq, behind);
  volume.set_end(scan.corrupt_tail ? end + 1 : end);
  if (scan.corrupt)
    log::warn("segment damaged: what cannot be read is reported as a gap",
              {{"path", last.path}, {"intact_bytes", std::int64_t(scan.intact_bytes)}});
  if (!scan.torn || scan.corrupt) return;
  log::warn("segment ends in a torn record, cut off",
            {{"path", last.path}, {"bytes", std::int64_t(bytes->size() - scan.intact_bytes)}});
  if (ports_.disk.truncate(last.path, scan.intact_bytes)) last.bytes = scan.intact_bytes;
  volume.put(std::move(last));
}

void Spool::start_live() {
  const auto number = [this] { return ports_.random.next(); };
  const std::uint64_t high = number();
  const SpoolId id{fmt::format("{:016x}{:016x}", high, number())};
  const std::string directory = options_.directory + "/" + render(VolumeName{live_ordinal_, id});
  live_ = std::make_shared<Volume>(id, directory);
  writer_ = std::make_unique<SegmentWriter>(ports_.disk, directory, id, options_.segment_bytes);
}

}  // namespace picket::agent
