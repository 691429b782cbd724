#include "controller/health/conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controller/health/clock_watch.h"

namespace picket::controller {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kGiB = 1024 * kMiB;
// Of a large disk a small percentage is plenty.
constexpr std::uint64_t kWarningBytesMost = 20 * kGiB;
constexpr std::uint64_t kErrorBytesMost = 5 * kGiB;

constexpr Millis kDatabaseHold{30'000};
constexpr Millis kDiskHold{60'000};
constexpr Millis kClockHold = minutes{2};
constexpr Millis kScheduleHold = minutes{5};
constexpr Millis kOverloadHold{30'000};
constexpr Millis kDeliveryHold{0};  // the age is the time it has lasted
constexpr Millis kDay = hours{24};

constexpr std::uint64_t kLateLeast = 3;  // fewer say nothing
constexpr std::size_t kNamesShown = 3;

using Findings = std::vector<Finding>;

std::string render_bytes(std::uint64_t bytes) {
  if (bytes >= 10 * kGiB) return fmt::format("{} GiB", bytes / kGiB);
  return fmt::format("{} MiB", bytes / kMiB);
}

template <class Map>
std::string names_of(const Map& agents) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& [agent, value] : agents) {
    if (shown == kNamesShown) return out + fmt::format(" and {} more", agents.size() - shown);
    out += (shown++ == 0 ? "" : ", ") + render(agent);
  }
  return out;
}

void find_database(const HealthSample& sample, Findings& out) {
  if (!sample.trouble) return;
  out.push_back({"database", "critical", kDatabaseHold,
                 fmt::format("controller: the database takes no commits ({}): new pages wait, free "
                             "space or mend the disk",
                             *sample.trouble)});
}

void find_disk(const HealthSample& sample, const HealthSettings& settings, Findings& out) {
  if (!sample.disk || sample.disk->size_bytes == 0) return;
  const DiskSpace& disk = *sample.disk;
  const auto limit = [&](int percent, std::uint64_t most) {
    return std::min(disk.size_bytes / 100 * static_cast<std::uint64_t>(percent), most);
  };
  std::string_view level;
  if (disk.free_bytes < limit(settings.disk_warning_percent, kWarningBytesMost)) level = "warning";
  if (disk.free_bytes < limit(settings.disk_error_percent, kErrorBytesMost)) level = "error";
  if (level.empty()) return;
  out.push_back({"disk", level, kDiskHold,
                 fmt::format("controller: {} are left on the disk of {}: free space or enlarge it, "
                             "when it is full nothing can be stored or paged",
                             render_bytes(disk.free_bytes), disk.path)});
}

void find_clocks(const HealthSample& sample, const HealthSettings& settings, Findings& out) {
  const ClockJudgement judged = judge_clocks(sample.clocks, settings.clock_skew);
  if (judged.controller_off)
    out.push_back({"clock-controller", "error", kClockHold,
                   fmt::format("controller: its clock is {} {} those of most agents: mend its time "
                               "synchronisation (chronyc tracking)",
                               render_elapsed(std::chrono::abs(*judged.controller_off)),
                               *judged.controller_off > Millis{0} ? "ahead of" : "behind")});
  if (!judged.agents_off.empty())
    out.push_back({"clock-agents", "warning", kClockHold,
                   fmt::format("controller: the clocks of {} are off by up to {}: mend their time "
                               "synchronisation",
                               names_of(judged.agents_off), render_elapsed(judged.most))});
}

std::string_view certificate_level(Millis left) {
  if (left < kDay) return "1d";
  if (left < 7 * kDay) return "7d";
  if (left < 14 * kDay) return "14d";
  return left < 30 * kDay ? "30d" : std::string_view{};
}

std::string left_text(Millis left) {
  if (left <= Millis{0}) return "has expired";
  if (left < 2 * kDay) return fmt::format("expires in {} h", left / Millis{hours{1}});
  return fmt::format("expires in {} days", left / kDay);
}

void find_certificate(const char* cause, const std::string& what, const char* remedy, Millis left,
                      Findings& out) {
  const std::string_view level = certificate_level(left);
  if (level.empty()) return;
  out.push_back({cause, level, Millis{0},
                 fmt::format("controller: {} {}: {}", what, left_text(left), remedy)});
}

void find_certificates(const HealthSample& sample, Findings& out) {
  if (sample.authority_until)
    find_certificate("certificate-authority", "the certificate of its own authority",
                     "plan a new one, every agent has to be enrolled again",
                     *sample.authority_until - sample.now, out);
  if (sample.server_until)
    find_certificate("certificate-server", "the certificate that agents are shown",
                     "restart the controller, it then issues itself a new one",
                     *sample.server_until - sample.now, out);
  // Agents renew after two thirds of 90 days: a month before the end is no fault.
  std::map<AgentId, Millis> late;
  Millis least = 30 * kDay;
  for (const auto& [agent, until] : sample.agents_until) {
    const Millis left = until - sample.now;
    if (left >= 21 * kDay) continue;
    late.emplace(agent, left);
    least = std::min(least, left);
  }
  if (late.empty()) return;
  find_certificate("certificate-agents", fmt::format("a certificate of {}", names_of(late)),
                   "it was not renewed, look at the agent's log or enrol it again", least, out);
}

void find_definitions(const HealthSample& sample, const HealthSettings& settings, Findings& out) {
  std::map<AgentId, Millis> old;
  for (const auto& [agent, span] : sample.behind)
    if (span >= settings.definitions_behind) old.emplace(agent, span);
  if (old.empty()) return;
  out.push_back({"definitions", "warning", Millis{0},
                 fmt::format("controller: {} run old definitions for more than {}: look at their "
                             "logs, their versions may be too old for the checks",
                             names_of(old), render_duration(settings.definitions_behind))});
}

void find_lateness(const HealthSample& sample, const HealthSettings& settings, Findings& out) {
  const Lateness& seen = sample.lateness;
  const std::uint64_t bad = seen.late + seen.missed;
  const std::uint64_t all = seen.runs + seen.missed;
  if (bad < kLateLeast || bad * 100 <= all) return;  // the 99th percentile
  out.push_back({"schedule", bad * 10 > all ? "error" : "warning", kScheduleHold,
                 fmt::format("controller: {} of {} runs of the last 15 min started more than {} "
                             "late or not at all: give agents more CPU or another agent beside",
                             bad, all, render_duration(settings.schedule_late))});
}

void find_delivery(const HealthSample& sample, const HealthSettings& settings, Findings& out) {
  const DeliveryLag& lag = sample.delivery;
  if (lag.nobody >= settings.delivery_late)
    out.push_back({"delivery", "error", kDeliveryHold,
                   fmt::format("controller: a page to {} is owed for {} and no fallback has it: {}",
                               lag.nobody_receiver, render_elapsed(lag.nobody),
                               lag.error.empty() ? "see picket status" : lag.error)});
  else if (lag.oldest >= settings.delivery_late)
    out.push_back({"delivery", "warning", kDeliveryHold,
                   fmt::format("controller: {} does not take pages for {}, its fallback has them: "
                               "{}",
                               lag.receiver, render_elapsed(lag.oldest), lag.error)});
}

void find_overload(const HealthSample& sample, Findings& out) {
  if (sample.events_waiting_max == 0 || sample.events_waiting * 2 < sample.events_waiting_max)
    return;
  out.push_back({"overload", "error", kOverloadHold,
                 fmt::format("controller: {} events wait for a commit, at {} results are refused: "
                             "its disk is too slow or the checks are too many",
                             sample.events_waiting, sample.events_waiting_max)});
}

void find_dead_man(const HealthSample& sample, Findings& out) {
  if (sample.beats_failing < minutes{3}) return;
  out.push_back({"dead-man", "warning", Millis{0},
                 fmt::format("controller: the dead-man takes no beats for {}: {}",
                             render_elapsed(sample.beats_failing), sample.beat_error)});
}

}  // namespace

const HealthLevel* find_health_level(std::string_view name) {
  for (const HealthLevel& level : kHealthLevels)
    if (level.name == name) return &level;
  return nullptr;
}

std::vector<Finding> find_conditions(const HealthSample& sample, const HealthSettings& settings) {
  Findings out;
  find_database(sample, out);
  find_disk(sample, settings, out);
  find_clocks(sample, settings, out);
  find_certificates(sample, out);
  find_definitions(sample, settings, out);
  find_lateness(sample, settings, out);
  find_delivery(sample, settings, out);
  find_overload(sample, out);
  find_dead_man(sample, out);
  return out;
}

}  // namespace picket::controller
