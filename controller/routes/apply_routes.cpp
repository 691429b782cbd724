#include "controller/routes/apply_routes.h"

#include <utility>

#include "common/core/log.h"
#include "common/core/text.h"
#include "controller/routes/answers.h"
#include "controller/routes/history_routes.h"

namespace picket::controller {
namespace {

constexpr std::size_t kMistakesBytes = 8 * 1024;

Result<checks::FileSet> files_in(const nlohmann::json& body) {
  checks::FileSet files;
  if (!body.contains("files") || !body["files"].is_array())
    return fail(
        ErrorCode::invalid_argument, "`files` is missing",
        "{\"files\": [{\"path\": \"shop.check.yaml\", \"text\": \"..\"}], \"plan\": \"..\"}");
  for (const auto& file : body["files"])
    files.push_back({text_of(file, "path"), text_of(file, "text")});
  if (Status fine = checks::check_file_set(files); !fine) return fail(std::move(fine.error()));
  return files;
}

// Also opened by a cancellation.
class Turnstile {
 public:
  explicit Turnstile(bool& busy) : busy_(busy) { busy_ = true; }
  Turnstile(const Turnstile&) = delete;
  ~Turnstile() { busy_ = false; }

 private:
  bool& busy_;
};

}  // namespace

Status ApplyRoutes::is_planned(const checks::FileSet& files, const std::string& plan) const {
  const std::string state = state_digest(ports_.reloader.active());
  if (checks::plan_digest(state, files) == plan) return {};
  return fail(ErrorCode::conflict, "this is not what was planned: checks in force have changed",
              "look at the new plan: picket plan DIR");
}

Status ApplyRoutes::judge(const checks::LoadedChecks& loaded, bool confirmed) const {
  if (loaded.errors() > 0) {
    std::string mistakes;
    for (const checks::Diagnostic& diagnostic : loaded.diagnostics)
      if (diagnostic.is_error() && mistakes.size() < kMistakesBytes)
        mistakes += "\n" + render_text(diagnostic);
    return fail(ErrorCode::invalid_argument,
                "the files have mistakes, nothing was changed:" + mistakes, "picket validate DIR");
  }
  const ReloadPlan plan = plan_reload(ports_.reloader.active(), loaded);
  if (plan.needs_confirmation.empty() || confirmed) return {};
  return fail(ErrorCode::conflict, "not without a confirmation: " + plan.needs_confirmation,
              "picket apply --confirm");
}

async::Task<Status> ApplyRoutes::apply(ServerRequest request) {
  if (busy_)
    co_return fail(ErrorCode::conflict, "another `picket apply` is under way", "plan again");
  const nlohmann::json body = parse_body(request);
  auto files = files_in(body);
  if (!files) co_return fail(std::move(files.error()));
  const bool confirmed = body.contains("confirm") && body["confirm"] == true;
  std::string plan = text_of(body, "plan");
  const Turnstile one_at_a_time(busy_);
  co_return co_await exchange(std::move(*files), std::move(plan), confirmed);
}

async::Task<Status> ApplyRoutes::exchange(checks::FileSet files, std::string plan, bool confirmed) {
  if (Status planned = is_planned(files, plan); !planned) co_return planned;
  checks::DecodeOptions decode;
  decode.receivers = receiver_names(ports_.receivers);
  const auto load = [this, &files, &decode] {
    return checks::load_file_set(files, directory_.path(), decode);
  };
  const checks::LoadedChecks loaded = co_await async::offload(ports_.pool, load);
  if (Status fine = judge(loaded, confirmed); !fine) co_return fine;
  const auto stage = [this, &files]() -> Result<std::string> {
    if (Status ours = directory_.replaceable(); !ours) return fail(std::move(ours.error()));
    return directory_.stage(files);
  };
  const auto staged = co_await async::offload(ports_.pool, stage);
  if (!staged) co_return fail(staged.error());
  // Anything may have happened while the files were written.
  Status planned = is_planned(files, plan);
  const auto activate = [this, &staged, &planned]() -> Status {
    if (planned) return directory_.activate(*staged);
    directory_.discard(*staged);
    return planned;
  };
  if (Status done = co_await async::offload(ports_.pool, activate); !done) co_return done;
  log::info("checks directory replaced", {{"files", static_cast<std::int64_t>(files.size())}});
  co_return co_await ports_.reloader.reload(confirmed);
}

}  // namespace picket::controller
