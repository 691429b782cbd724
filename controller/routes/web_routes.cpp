#include "controller/routes/web_routes.h"

#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/core/log.h"
#include "common/model/schedule.h"
#include "controller/routes/answers.h"
#include "controller/runs/log_walk.h"
#include "controller/store/compression.h"
#include "controller/web/public_status.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kRoundsShown = 30;
constexpr std::size_t kSourceBytesMax = 1UL << 20;
constexpr Millis kRestored = hours{4};
constexpr std::string_view kBadgeSuffix = ".svg";

GridCheck grid_check(const CheckView& view, WallTime now) {
  const Check& check = *view.check;
  const Millis until_closed =
      round_close(WallTime{}, check.interval, run_limit(check)) - WallTime{};
  GridCheck one{check.name, check.interval, round_start(now - until_closed, check.interval), {}};
  for (const RegionStatus& region : view.regions) one.regions.push_back(region.region);
  return one;
}

std::size_t rounds_of(const ServerRequest& request) {
  const std::string text = request.query_value("rounds").value_or("");
  const auto number = std::strtoull(text.c_str(), nullptr, 10);
  return number == 0 ? kRoundsShown : std::min<std::size_t>(number, RoundGrid::kRoundsKept);
}

// The file as it is on the disk now; blocking.
Result<std::string> read_source(const SourcePosition& at) {
  struct stat facts {};
  std::ifstream in{at.file, std::ios::binary};
  if (!in || ::stat(at.file.c_str(), &facts) != 0)
    return fail(ErrorCode::not_found, at.file + " cannot be read any more",
                "the check stays in force as it was loaded");
  if (static_cast<std::size_t>(facts.st_size) > kSourceBytesMax)
    return fail(ErrorCode::invalid_argument, at.file + " is larger than 1 MiB", {});
  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  const std::int64_t modified_ms =
      static_cast<std::int64_t>(facts.st_mtim.tv_sec) * 1000 + facts.st_mtim.tv_nsec / 1'000'000;
  const Json json{{"schema_version", 1},
                  {"file", at.file},
                  {"line", at.line},
                  {"column", at.column},
                  {"modified", render_rfc3339(WallTime::from_unix_ms(modified_ms))},
                  {"text", text}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Newest first.
Status collect(const EventBatchRow& row, std::vector<GridRun>& runs) {
  const auto bytes = decompress(row.blob);
  if (!bytes) return fail(bytes.error());
  v1::EventBatch batch;
  if (!batch.ParseFromString(*bytes))
    return fail(ErrorCode::corrupt, "a batch of the event log does not parse");
  for (int i = batch.events_size(); i-- > 0;) {
    const v1::Event& event = batch.events(i);
    if (!event.has_run() || event.run().superseded()) continue;
    const v1::RunResult& run = event.run().run();
    const auto verdict = parse_run_verdict(run.verdict());
    if (run.key().kind() != to_string(RunKind::scheduled) || !verdict) continue;
    runs.push_back({CheckName{run.key().check()}, RegionName{event.run().region()},
                    WallTime::from_unix_ms(run.key().round_unix_ms()), *verdict,
                    Nanos{run.duration_ns()}});
  }
  return {};
}

}  // namespace

std::vector<OfferedRoute> WebRoutes::routes() {
  const auto to = handlers_of(*this);
  using R = WebRoutes;
  return {
      {"GET", "/api/v1/grid", false, 200, to(&R::grid)},
      {"GET", "/api/v1/checks/*/source", false, 200, to(&R::source)},
      {"GET", "/api/v1/third-parties", false, 200, to(&R::third_parties)},
  };
}

void WebRoutes::observe(const RunReceived& received) {
  const RunResult& run = received.run;
  if (received.superseded || run.key.kind != RunKind::scheduled) return;
  grid_.add({run.key.check, run.key.region, run.key.round, run.verdict, run.duration});
  if (run.verdict != RunVerdict::unknown) third_parties_.observe(run);
}

void WebRoutes::remove(const CheckName& check) {
  grid_.remove(check);
  third_parties_.remove(check);
}

// Beside live runs, which are newer. After an error the grid fills with the next rounds.
async::Task<void> WebRoutes::restore() {
  std::vector<GridRun> runs;
  const LookAtBatches look = [&runs](const std::vector<EventBatchRow>& batches) -> Result<bool> {
    for (const EventBatchRow& batch : batches)
      if (Status done = collect(batch, runs); !done) return fail(std::move(done.error()));
    return false;
  };
  const auto take = [this, &runs] {
    for (const GridRun& run : runs) grid_.add_older(run);
    runs.clear();
  };
  const WallTime now = ports_.turn.now();
  auto reading = walk_back({ports_.database_pool, ports_.work_pool, ports_.store},
                           {now - kRestored, now + Millis{1}}, look, take);
  if (const Status done = co_await std::move(reading); !done)
    log::error("the newest rounds cannot be read back", done.error());
}

WebRoutes::Answer WebRoutes::grid(ServerRequest request, std::string) {
  const Evaluator& evaluator = ports_.turn.evaluator();
  const WallTime now = ports_.turn.now();
  std::vector<GridCheck> checks;
  const auto wanted = request.query_value("check");
  if (wanted) {
    const auto view = evaluator.view(CheckName{*wanted});
    if (!view) co_return fail(no_check(*wanted));
    checks.push_back(grid_check(*view, now));
  } else {
    for (const CheckName& name : evaluator.checks())
      if (const auto view = evaluator.view(name)) checks.push_back(grid_check(*view, now));
  }
  co_return grid_.render(checks, rounds_of(request), wanted.has_value());
}

WebRoutes::Answer WebRoutes::third_parties(ServerRequest, std::string) {
  const Evaluator& evaluator = ports_.turn.evaluator();
  std::map<CheckName, Millis> intervals;
  for (const CheckName& name : third_parties_.checks())
    if (const auto view = evaluator.view(name)) intervals.emplace(name, view->check->interval);
  co_return third_parties_.render(intervals, ports_.turn.now());
}

WebRoutes::Answer WebRoutes::source(ServerRequest, std::string name) {
  const auto view = ports_.turn.evaluator().view(CheckName{name});
  if (!view) co_return fail(no_check(name));
  const SourcePosition at = view->check->at;
  const auto read = [&at] { return read_source(at); };
  co_return co_await async::offload(ports_.work_pool, read);
}

std::string WebRoutes::public_status() const {
  std::vector<CheckView> views;
  for (const CheckName& name : ports_.turn.evaluator().checks())
    if (auto view = ports_.turn.evaluator().view(name); view && is_public(*view))
      views.push_back(std::move(*view));
  return render_public_status(views, ports_.turn.book().unresolved(), ports_.turn.now());
}

Result<std::string> WebRoutes::badge(const std::string& segment) const {
  const bool named = segment.size() > kBadgeSuffix.size() && segment.ends_with(kBadgeSuffix);
  const std::string name =
      named ? segment.substr(0, segment.size() - kBadgeSuffix.size()) : std::string{};
  const auto view = ports_.turn.evaluator().view(CheckName{name});
  if (!view || !is_public(*view))
    return fail(ErrorCode::not_found, "no badge of that name", "NAME.svg of a check tagged public");
  return render_badge(*view);
}

}  // namespace picket::controller
