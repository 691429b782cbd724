#include "controller/routes/history_routes.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/core/digest.h"
#include "common/core/hex.h"
#include "common/core/text.h"
#include "common/wire/wire.h"
#include "controller/incident/routes_json.h"
#include "controller/routes/answers.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

std::string render(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json silence_json(const SilenceRow& row) {
  return {{"id", row.id},
          {"matchers", split(row.matchers, '\n')},
          {"author", row.author},
          {"comment", row.comment},
          {"created", render_rfc3339(row.created)},
          {"from", render_rfc3339(row.from)},
          {"until", render_rfc3339(row.until)}};
}

Json batch_json(const EventBatchRow& row) {
  return {{"first_seq", row.first_seq},
          {"last_seq", row.last_seq},
          {"first_at", render_rfc3339(row.first_at)},
          {"last_at", render_rfc3339(row.last_at)},
          {"sha256", sha256_hex(row.blob)},
          {"data", to_base64(row.blob)}};
}

Json definition_json(const Check& check, const Revision& revision) {
  return {{"check", check.name.value},
          {"revision", revision.value},
          {"source", check.at.file},
          {"definition", to_base64(wire::serialize(wire::encode(check)))}};
}

// Calls each(batch) from behind a sequence, or from a time on, until it says that it has enough.
template <class Each>
Status scan(Store& store, std::optional<std::uint64_t> after, WallTime from, WallTime until,
            Each&& each) {
  bool enough = false;
  const auto visit = [&](const EventBatchRow& row) -> Status {
    if (row.first_at >= until || !each(row)) enough = true;
    if (enough) return fail(ErrorCode::conflict, "enough");
    return {};
  };
  Status status = after ? store.for_each_event_batch(*after, visit)
                        : store.for_each_event_batch(from, until, visit);
  if (enough) return {};
  return status;
}

}  // namespace

std::string state_digest(const ActiveChecks& active) {
  std::string text;
  for (const auto& [name, entry] : active) text += name.value + '=' + entry.revision.value + '\n';
  return sha256_hex(text);
}

async::Task<Result<std::string>> HistoryRoutes::info() {
  Json json{{"schema_version", 1}, {"oldest", nullptr}};
  json["now"] = render_rfc3339(ports_.turn.now());
  const auto read = [this, &json]() -> Status {
    const auto silences = ports_.store.silences(std::nullopt);
    if (!silences) return fail(silences.error());
    json["silences"] = Json::array();
    for (const SilenceRow& row : *silences) json["silences"].push_back(silence_json(row));
    const auto first = [&json](const EventBatchRow& row) {
      json["oldest"] = render_rfc3339(row.first_at);
      return false;
    };
    return scan(ports_.store, 0, {}, WallTime::from_unix_ms(INT64_MAX), first);
  };
  if (const Status done = co_await async::offload(ports_.pool, read); !done)
    co_return fail(done.error());
  json["routes"] = routes_json(ports_.turn.book().settings().routes);
  co_return render(json);
}

async::Task<Result<std::string>> HistoryRoutes::batches(ServerRequest request) {
  const auto from = time_of(request, "from");
  if (!from) co_return fail(from.error());
  const auto until = time_of(request, "to");
  if (!until) co_return fail(until.error());
  if (auto order = check_range(*from, *until); !order) co_return fail(order.error());
  std::optional<std::uint64_t> after;
  if (const auto text = request.query_value("after_seq")) {
    std::uint64_t number = 0;
    const auto end = text->data() + text->size();
    if (std::from_chars(text->data(), end, number).ptr != end)
      co_return fail(ErrorCode::invalid_argument, "`after_seq` is no number", "after_seq=12345");
    after = number;
  }
  Json list = Json::array();
  std::size_t bytes = 0;
  bool more = false;
  const auto take = [&](const EventBatchRow& row) {
    more = bytes > 0 && bytes + row.blob.size() > kPageBytes;
    if (more) return false;
    bytes += row.blob.size();
    list.push_back(batch_json(row));
    return true;
  };
  const auto read = [&] { return scan(ports_.store, after, *from, *until, take); };
  if (const Status done = co_await async::offload(ports_.pool, read); !done)
    co_return fail(done.error());
  co_return render({{"schema_version", 1}, {"batches", std::move(list)}, {"more", more}});
}

async::Task<Result<std::string>> HistoryRoutes::definitions(ServerRequest request) {
  if (const auto name = request.query_value("check")) {
    const CheckName check{*name};
    const Revision revision{request.query_value("revision").value_or("")};
    const auto read = [this, &check, &revision] {
      return ports_.store.definition(check, revision);
    };
    const auto row = co_await async::offload(ports_.pool, read);
    if (!row) co_return fail(row.error());
    if (!*row)
      co_return fail(ErrorCode::not_found,
                     "no definition of `" + clean_line(*name) + "` with that revision is kept");
    const Json one{{"check", check.value},
                   {"revision", revision.value},
                   {"definition", to_base64((*row)->blob)}};
    co_return render({{"schema_version", 1}, {"definition", one}});
  }
  Json checks = Json::array();
  for (const auto& [name, entry] : ports_.reloader.active()) {
    checks.push_back(definition_json(entry.check, entry.revision));
    checks.back()["regions"] = Json::array();
    for (const RegionName& region : ports_.dispatch.planner().assigned(name))
      checks.back()["regions"].push_back(region.value);
  }
  RegionSelector everywhere;
  everywhere.all = true;
  Json regions = Json::array();
  for (const RegionName& region : ports_.dispatch.select(everywhere)) {
    const auto labels = labels_.find(region);
    regions.push_back({{"region", region.value},
                       {"online", ports_.dispatch.planner().online(region)},
                       {"labels", labels == labels_.end() ? RegionLabels{} : labels->second}});
  }
  co_return render({{"schema_version", 1},
                    {"state", state_digest(ports_.reloader.active())},
                    {"checks", std::move(checks)},
                    {"regions", std::move(regions)},
                    {"routes", routes_json(ports_.turn.book().settings().routes)}});
}

}  // namespace picket::controller
