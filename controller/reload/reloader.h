// Watches the checks directory and brings changes into force: loading on the blocking pool, the
// decision in reload.h, the change in one turn. One executor. Owned by the controller.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/async/offload.h"
#include "controller/api/status_json.h"
#include "controller/reload/reload.h"
#include "controller/turn/dispatch.h"

namespace picket::controller {

class Reloader {
 public:
  struct Ports {
    async::Executor executor;
    async::Clock& clock;
    async::BlockingPool& pool;
    Turn& turn;
    Dispatch& dispatch;
  };
  // Loads every check file; blocking, called on the pool.
  using Load = std::function<Result<checks::LoadedChecks>()>;
  // A cheap value that changes when a file does; blocking, called on the pool.
  using Fingerprint = std::function<std::string()>;

  Reloader(Ports ports, Load load, Fingerprint fingerprint);

  // The checks that a start finds in the store.
  void restore(ActiveChecks active);

  // Loads now and applies what may be applied. With `confirmed` also what would remove many
  // checks. Errors: not_found (no such directory), conflict (it waits for a confirmation);
  // mistakes in files are not errors: view() shows them.
  async::Task<Status> reload(bool confirmed);

  // Another way to load, with what comes into force beside it.
  struct Exchange {
    Load load;
    // Whether these checks may be in force then; its error refuses all of it.
    std::function<Status(const ActiveChecks&)> judge;
    std::function<void()> apply;  // called in the turn in which the checks change
  };

  // Loads anew and exchanges all in one turn, or nothing. Mistakes in check files, a directory that
  // cannot be read and checks that wait for a confirmation refuse nothing: what is in force of them
  // stays and is judged. Errors: those of `judge`.
  async::Task<Status> exchange(Exchange next);

  // Looks every 2 s and reloads on a change; runs until cancelled.
  async::Task<void> watch();

  const ReloadView& view() const { return view_; }
  const ActiveChecks& active() const { return active_; }

  // Called with every definition that came into force and every name that left it.
  std::function<void(const Check&)> on_defined;
  std::function<void(const CheckName&)> on_removed;

 private:
  // Nothing: a newer load, or a new way to load, has overtaken it.
  async::Task<std::optional<Result<checks::LoadedChecks>>> load_once(Load load);
  Status take(Result<checks::LoadedChecks> loaded, bool confirmed);
  void note(const checks::LoadedChecks& loaded, const ReloadPlan& plan);
  void apply(ReloadPlan plan);
  void put_in_force();

  Ports ports_;
  Load load_;
  Fingerprint fingerprint_;
  ActiveChecks active_;
  ReloadView view_;
  std::string last_fingerprint_;
  std::uint64_t loads_{0};  // begun
  std::uint64_t taken_{0};  // the newest that was taken
};

// Paths, sizes and modification times below `directory`, as one text.
std::string fingerprint_of(const std::string& directory);

}  // namespace picket::controller
