#include "controller/reload/reloader.h"

#include <sys/stat.h>

#include <filesystem>
#include <memory>

#include "common/core/log.h"
#include "common/core/text.h"
#include "common/wire/wire.h"

namespace picket::controller {
namespace {

constexpr Millis kLookEvery{2'000};
constexpr std::size_t kDiagnosticsBytes = 16 * 1024;

}  // namespace

std::string fingerprint_of(const std::string& directory) {
  namespace fs = std::filesystem;
  std::string out;
  std::error_code error;
  std::vector<std::string> paths;
  for (auto it = fs::recursive_directory_iterator(
           directory, fs::directory_options::follow_directory_symlink, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it.depth() > 16) it.disable_recursion_pending();
    paths.push_back(it->path().string());
  }
  if (error) out += "error " + error.message() + "\n";
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    out += path + ' ' + std::to_string(info.st_size) + ' ' + std::to_string(info.st_mtim.tv_sec) +
           '.' + std::to_string(info.st_mtim.tv_nsec) + ' ' + std::to_string(info.st_ino) + '\n';
  }
  return out;
}

Reloader::Reloader(Ports ports, Load load, Fingerprint fingerprint)
    : ports_(std::move(ports)), load_(std::move(load)), fingerprint_(std::move(fingerprint)) {}

void Reloader::restore(ActiveChecks active) {
  active_ = std::move(active);
  view_.checks = active_.size();
  for (const auto& [name, entry] : active_)
    if (on_defined) on_defined(entry.check);
  put_in_force();
}

void Reloader::put_in_force() {
  std::vector<PlannedCheck> planned;
  for (const auto& [name, entry] : active_)
    planned.push_back({std::make_shared<const Check>(entry.check), entry.revision});
  ports_.dispatch.set_checks(std::move(planned));
}

async::Task<std::optional<Result<checks::LoadedChecks>>> Reloader::load_once(Load load) {
  const std::uint64_t number = ++loads_;
  auto loaded = co_await async::offload(ports_.pool, load);
  if (number < taken_) co_return std::nullopt;
  taken_ = number;
  co_return loaded;
}

async::Task<Status> Reloader::reload(bool confirmed) {
  while (true) {
    Load load = load_;
    auto loaded = co_await load_once(std::move(load));
    if (loaded) co_return take(std::move(*loaded), confirmed);
  }
}

async::Task<Status> Reloader::exchange(Exchange next) {
  while (true) {
    Load load = next.load;
    auto loaded = co_await load_once(std::move(load));
    if (!loaded) continue;
    const bool changes = *loaded && plan_reload(active_, **loaded).needs_confirmation.empty();
    const Status allowed = next.judge(changes ? plan_reload(active_, **loaded).next : active_);
    if (!allowed) co_return allowed;
    load_ = std::move(next.load);
    taken_ = ++loads_;  // what is being loaded the old way counts no more
    next.apply();
    (void)take(std::move(*loaded), false);
    co_return Status{};
  }
}

Status Reloader::take(Result<checks::LoadedChecks> loaded, bool confirmed) {
  if (!loaded) {
    log::error("checks cannot be loaded", loaded.error());
    view_.diagnostics = render(loaded.error());
    view_.errors = 1;
    return fail(std::move(loaded.error()));
  }
  ReloadPlan plan = plan_reload(active_, *loaded);
  note(*loaded, plan);
  if (!plan.needs_confirmation.empty() && !confirmed) {
    log::write(log::Level::warn, "reload waits for confirmation",
               {{"why", plan.needs_confirmation}});
    return fail(ErrorCode::conflict, "the reload was not applied: " + plan.needs_confirmation,
                "if that is meant: picket reload --confirm");
  }
  view_.waits_for.clear();
  if (plan.changes_anything()) apply(std::move(plan));
  return {};
}

void Reloader::note(const checks::LoadedChecks& loaded, const ReloadPlan& plan) {
  view_.at = ports_.turn.now();
  view_.errors = loaded.errors();
  view_.warnings = loaded.warnings();
  view_.waits_for = plan.needs_confirmation;
  view_.kept.clear();
  for (const CheckName& name : plan.kept) view_.kept.push_back(name.value);
  view_.diagnostics.clear();
  for (const checks::Diagnostic& diagnostic : loaded.diagnostics) {
    view_.diagnostics += render_text(diagnostic);
    if (!diagnostic.is_error() || view_.diagnostics.size() > kDiagnosticsBytes) continue;
    log::write(log::Level::warn, "check file has a mistake",
               {{"at", render(diagnostic.at)}, {"what", diagnostic.message}});
  }
  view_.diagnostics = cut_utf8(view_.diagnostics, kDiagnosticsBytes);
}

void Reloader::apply(ReloadPlan plan) {
  log::info("checks reloaded", {{"added", static_cast<std::int64_t>(plan.added.size())},
                                {"changed", static_cast<std::int64_t>(plan.changed.size())},
                                {"removed", static_cast<std::int64_t>(plan.removed.size())},
                                {"kept", static_cast<std::int64_t>(plan.kept.size())}});
  active_ = std::move(plan.next);
  view_.checks = active_.size();
  WriteSet& rows = ports_.turn.staged();
  rows.active_checks.emplace();
  for (const auto& [name, entry] : active_)
    rows.active_checks->push_back({name, entry.revision, entry.check.at.file});
  for (const auto* names : {&plan.added, &plan.changed})
    for (const CheckName& name : *names) {
      const ActiveCheck& entry = active_.at(name);
      rows.definitions.push_back(
          {name, entry.revision, wire::serialize(wire::encode(entry.check)), ports_.turn.now()});
      if (on_defined) on_defined(entry.check);
    }
  for (const CheckName& name : plan.removed)
    if (on_removed) on_removed(name);
  put_in_force();
}

async::Task<void> Reloader::watch() {
  while (true) {
    std::string fingerprint = co_await async::offload(ports_.pool, fingerprint_);
    if (fingerprint != last_fingerprint_) {
      last_fingerprint_ = std::move(fingerprint);
      co_await reload(false);
    }
    co_await ports_.clock.sleep_for(kLookEvery);
  }
}

}  // namespace picket::controller
