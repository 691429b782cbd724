#include "cli/replay/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/render/json_text.h"
#include "cli/replay/survey.h"
#include "controller/incident/routes_json.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

// Into `history`: from when on, silences, routes.
Status begin(const ApiClient& client, const HistoryRange& range, History& history) {
  if (range.until <= range.from)
    return fail(ErrorCode::invalid_argument, "the range is empty: --from is not before --to",
                "exchange them");
  const auto info = client.get("/api/v1/history");
  if (!info) return fail(info.error());
  const auto oldest = parse_rfc3339(text_of(*info, "oldest"));
  const auto now = parse_rfc3339(text_of(*info, "now"));
  if (!oldest) return fail(ErrorCode::not_found, "the controller has no history yet");
  if (now && range.from >= *now)
    return fail(ErrorCode::invalid_argument,
                "the range lies in the future: it is " + render_rfc3339(*now));
  // The oldest batch may begin a moment behind the time that somebody reads off a page.
  if (range.from < *oldest - Millis{60'000} && !range.as_far_back)
    return fail(ErrorCode::not_found,
                fmt::format("{} is older than what the controller keeps: its history begins at {}",
                            render_rfc3339(range.from), render_rfc3339(*oldest)),
                "a later --from; `retention.raw` of the controller says how long it is kept");
  history.from = std::max(range.from, *oldest);
  history.until = range.until;
  history.warm_from = std::max(*oldest, history.from - range.warm_up);
  auto routes = controller::read_routes(info->value("routes", Json::object()));
  if (!routes) return fail(std::move(routes.error()));
  history.routes = std::move(*routes);
  auto silences = read_silences(info->value("silences", Json::array()));
  if (!silences) return fail(std::move(silences.error()));
  history.silences = std::move(*silences);
  return {};
}

Status read_batches(const ApiClient& client, const Progress& progress, History& history,
                    Survey& survey) {
  const std::string range = fmt::format("from={}&to={}", render_rfc3339(history.warm_from),
                                        render_rfc3339(history.until));
  for (bool more = true; more;) {
    std::string path = "/api/v1/history/batches?" + range;
    if (!history.batches.empty())
      path += fmt::format("&after_seq={}", history.batches.back().last_seq);
    const auto page = client.get(path);
    if (!page) return fail(page.error());
    const Json list = page->value("batches", Json::array());
    more = page->value("more", false) && !list.empty();
    for (const Json& item : list) {
      auto batch = read_batch(item);
      if (!batch) return fail(std::move(batch.error()));
      const auto events = events_of(*batch);
      if (!events) return fail(events.error());
      for (const auto& event : *events) survey.see(event);
      history.batches.push_back(std::move(*batch));
    }
    if (!history.batches.empty()) progress(history.batches.back().last_at);
  }
  return {};
}

Status read_definitions(const ApiClient& client, History& history, const Survey& survey) {
  const auto active = client.get("/api/v1/definitions");
  if (!active) return fail(active.error());
  for (const Json& item : active->value("checks", Json::array())) {
    auto definition = read_definition(item);
    if (!definition) return fail(std::move(definition.error()));
    history.definitions.push_back(std::move(*definition));
  }
  for (const auto& [name, revision] : survey.missing(history.definitions)) {
    const auto one =
        client.get(fmt::format("/api/v1/definitions?check={}&revision={}",
                               percent_encode(name.value), percent_encode(revision.value)));
    if (!one && one.error().code == ErrorCode::not_found) continue;  // said by the replay
    if (!one) return fail(one.error());
    auto definition = read_definition((*one)["definition"]);
    if (!definition) return fail(std::move(definition.error()));
    history.definitions.push_back(std::move(*definition));
  }
  return {};
}

}  // namespace

Result<History> fetch_history(const ApiClient& client, const HistoryRange& range,
                              const Progress& progress) {
  History history;
  Survey survey;
  if (Status done = begin(client, range, history); !done) return fail(std::move(done.error()));
  if (Status done = read_batches(client, progress, history, survey); !done)
    return fail(std::move(done.error()));
  const bool empty = history.batches.empty() || history.batches.back().last_at < history.from;
  if (empty)
    return fail(ErrorCode::not_found,
                fmt::format("nothing was recorded between {} and {}", render_rfc3339(range.from),
                            render_rfc3339(range.until)));
  if (Status done = read_definitions(client, history, survey); !done)
    return fail(std::move(done.error()));
  return history;
}

}  // namespace picket::cli
