#include "controller/routes/check_routes.h"

#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/api/slo_json.h"
#include "controller/api/status_json.h"
#include "controller/routes/answers.h"
#include "controller/runs/run_log.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kBurnDownPoints = 120;
constexpr std::size_t kHistoryPoints = 200;
constexpr std::size_t kPointsMax = 1000;
constexpr Millis kSpan = hours{24};
constexpr Millis kSpanMost = hours{24 * 400};  // as long as the ledger is kept
constexpr std::int64_t kDaysAtOnce = 32;       // the database has others to serve in between

Result<std::size_t> points_in(const ServerRequest& request, std::size_t usual) {
  const auto text = request.query_value("points");
  if (!text) return usual;
  std::size_t points = 0;
  const char* end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, points);
  if (parsed.ec != std::errc{} || parsed.ptr != end || points < 2 || points > kPointsMax)
    return fail(ErrorCode::invalid_argument, "`points` is a number from 2 to 1000", "points=120");
  return points;
}

struct Range {
  WallTime from;
  WallTime until;
};

Result<Millis> span_in(const ServerRequest& request) {
  const auto text = request.query_value("range");
  if (!text) return kSpan;
  if (request.query_value("from"))
    return fail(ErrorCode::invalid_argument, "`range` stands instead of `from`", "leave one out");
  return parse_duration(*text);
}

Result<Range> range_in(const ServerRequest& request, WallTime now) {
  const auto until = time_of(request, "to", now);
  if (!until) return fail(until.error());
  const auto span = span_in(request);
  if (!span) return fail(span.error());
  const auto from = time_of(request, "from", *until - *span);
  if (!from) return fail(from.error());
  if (auto order = check_range(*from, *until); !order) return fail(order.error());
  if (*until - *from > kSpanMost)
    return fail(ErrorCode::invalid_argument, "the range is longer than 400 days",
                "ask for a part of it");
  return Range{*from, *until};
}

// A column of a region: one value of each bucket.
template <class Get>
Json column(const std::vector<SlotBucket>& buckets, Get get) {
  Json values = Json::array();
  for (const SlotBucket& bucket : buckets) values.push_back(get(bucket));
  return values;
}

auto duration_of(double share) {
  return [share](const SlotBucket& bucket) {
    if (bucket.durations.empty()) return Json{};
    return Json(std::round(bucket.durations.quantile(share) * 10) / 10);
  };
}

std::string render_history(const CheckName& check, const SlotHistory& history) {
  const HistoryGrid& grid = history.grid();
  Json document{{"schema_version", 1},
                {"check", check.value},
                {"from", render_rfc3339(grid.from)},
                {"until", render_rfc3339(grid.until())},
                {"step_ms", grid.step.count()},
                {"regions", Json::array()}};
  for (const auto& [region, buckets] : history.regions())
    document["regions"].push_back(
        {{"region", region.value},
         {"p50_ms", column(buckets, duration_of(0.5))},
         {"p95_ms", column(buckets, duration_of(0.95))},
         {"max_ms", column(buckets, duration_of(1))},
         {"good", column(buckets, [](const SlotBucket& one) { return one.good; })},
         {"degraded", column(buckets, [](const SlotBucket& one) { return one.degraded; })},
         {"bad", column(buckets, [](const SlotBucket& one) { return one.bad; })},
         {"unknown", column(buckets, [](const SlotBucket& one) { return one.unknown; })},
         {"missed", column(buckets, [](const SlotBucket& one) { return one.missed; })},
         {"skipped", column(buckets, [](const SlotBucket& one) { return one.skipped; })}});
  return document.dump() + "\n";
}

// Days of the ledger that are in memory; what is stored of them is older.
class RecentDays {
 public:
  explicit RecentDays(std::vector<Ledger::Day> days) {
    for (Ledger::Day& day : days) days_.emplace(std::pair{day.region, day.day}, std::move(day));
  }

  void add_to(SlotHistory& history, const std::vector<LedgerRow>& rows) {
    for (const LedgerRow& row : rows) {
      SlotBytes durations = durations_in(row);
      auto recent = days_.extract({row.region, row.day});
      if (recent) set_durations(durations, recent.mapped().durations);
      auto codes = codes_in(row);
      if (auto newer = recent ? unpack(recent.mapped().codes) : std::nullopt) {
        if (codes) fill_open(*newer, *codes);
        codes = std::move(newer);
      }
      if (codes) history.add(row.region, row.day, *codes, durations);
    }
  }
  // Those that are not stored yet.
  void add_rest_to(SlotHistory& history) const {
    for (const auto& [key, day] : days_) {
      SlotBytes durations;
      set_durations(durations, day.durations);
      if (const auto codes = unpack(day.codes)) history.add(day.region, day.day, *codes, durations);
    }
  }

 private:
  std::map<std::pair<RegionName, std::int64_t>, Ledger::Day> days_;
};

Result<RunQuery> run_query_of(const ServerRequest& request, const CheckName& check, WallTime now) {
  RunQuery query;
  query.check = check;
  query.limit = limit_of(request, 50);
  if (const auto region = request.query_value("region")) query.region = RegionName{*region};
  const bool failed = request.query_value("failed").has_value();
  const bool good = request.query_value("good").has_value();
  if (failed && good)
    return fail(ErrorCode::invalid_argument, "no run is failed and good", "leave one out");
  if (failed) query.ended = RunQuery::Ended::failed;
  if (good) query.ended = RunQuery::Ended::good;
  const auto before = time_of(request, "before", now + Millis{1});
  if (!before) return fail(before.error());
  query.until = *before;
  return query;
}

}  // namespace

std::vector<OfferedRoute> CheckRoutes::routes() {
  const auto to = handlers_of(*this);
  using R = CheckRoutes;
  return {
      {"GET", "/api/v1/checks/*/slo", false, 200, to(&R::slo)},
      {"GET", "/api/v1/checks/*/history", false, 200, to(&R::history)},
      {"GET", "/api/v1/checks/*/results", false, 200, to(&R::results)},
      {"GET", "/api/v1/checks/*/evidence", false, 200, to(&R::evidence)},
  };
}

CheckRoutes::Answer CheckRoutes::slo(ServerRequest request, std::string name) {
  const CheckName check{std::move(name)};
  const Evaluator& evaluator = ports_.turn.evaluator();
  if (!evaluator.view(check)) co_return fail(no_check(check.value));
  const auto points = points_in(request, kBurnDownPoints);
  if (!points) co_return fail(points.error());
  const auto burn_down = evaluator.burn_down(check, *points);
  if (!burn_down)
    co_return fail(ErrorCode::not_found, "`" + check.value + "` has no objective",
                   "add `slo` to the check");
  co_return render_burn_down(check, *burn_down);
}

CheckRoutes::Answer CheckRoutes::history(ServerRequest request, std::string name) {
  const CheckName check{std::move(name)};
  const auto view = ports_.turn.evaluator().view(check);
  if (!view) co_return fail(no_check(check.value));
  const auto range = range_in(request, ports_.turn.now());
  if (!range) co_return fail(range.error());
  const auto points = points_in(request, kHistoryPoints);
  if (!points) co_return fail(points.error());
  SlotHistory history{make_history_grid(range->from, range->until, view->check->interval, *points)};
  for (const RegionStatus& region : view->regions) history.name(region.region);
  if (const Status read = co_await read_history(check, history); !read)
    co_return fail(read.error());
  const auto render = [&] { return render_history(check, history); };
  co_return co_await async::offload(ports_.work_pool, render);
}

// In parts; each is decoded away from the database's thread.
async::Task<Status> CheckRoutes::read_history(CheckName check, SlotHistory& history) {
  const std::int64_t last = Ledger::day_of(history.grid().until());
  std::int64_t day = Ledger::day_of(history.grid().from);
  RecentDays recent{ports_.turn.ledger().days_of(check, day, last)};
  for (; day <= last; day += kDaysAtOnce) {
    const auto read = [&] {
      return ports_.store.ledger(check, std::nullopt, day, std::min(last, day + kDaysAtOnce - 1));
    };
    const auto rows = co_await async::offload(ports_.database_pool, read);
    if (!rows) co_return fail(rows.error());
    const auto add = [&] {
      recent.add_to(history, *rows);
      return true;
    };
    co_await async::offload(ports_.work_pool, add);
  }
  recent.add_rest_to(history);
  co_return Status{};
}

CheckRoutes::Answer CheckRoutes::results(ServerRequest request, std::string name) {
  const CheckName check{std::move(name)};
  if (!ports_.turn.evaluator().view(check)) co_return fail(no_check(check.value));
  auto query = run_query_of(request, check, ports_.turn.now());
  if (!query) co_return fail(query.error());
  auto reading =
      read_runs({ports_.database_pool, ports_.work_pool, ports_.store}, std::move(*query));
  const auto runs = co_await std::move(reading);
  if (!runs) co_return fail(runs.error());
  co_return render_runs(*runs);
}

CheckRoutes::Answer CheckRoutes::evidence(ServerRequest request, std::string name) {
  EvidenceFilter filter;
  filter.check = CheckName{std::move(name)};
  filter.limit = limit_of(request, 10);
  if (const auto region = request.query_value("region")) filter.region = RegionName{*region};
  const bool last_good = request.query_value("last_good").has_value();
  const auto read = [&] {
    return last_good ? read_last_good(ports_.store, filter.check, filter.region)
                     : read_evidence(ports_.store, filter);
  };
  const auto runs = co_await async::offload(ports_.database_pool, read);
  if (!runs) co_return fail(runs.error());
  co_return render_runs(*runs);
}

}  // namespace picket::controller
