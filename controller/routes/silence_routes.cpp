#include "controller/routes/silence_routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/core/secure_random.h"
#include "common/core/text.h"
#include "controller/incident/silence_row.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMatchersMax = 20;
constexpr std::size_t kCommentBytes = 500;
constexpr std::size_t kAuthorBytes = 100;
constexpr Millis kShortest{60'000};
constexpr Millis kLongest = hours{24 * 90};

Json json_of(const SilenceRow& row, WallTime now) {
  Json json{{"id", row.id},
            {"matchers", split(row.matchers, '\n')},
            {"author", row.author},
            {"comment", row.comment},
            {"created", render_rfc3339(row.created)},
            {"from", render_rfc3339(row.from)},
            {"until", render_rfc3339(row.until)},
            {"active", row.from <= now && now < row.until},
            {"pending", now < row.from && now < row.until}};
  json["ended_by"] = row.ended_by.empty() ? Json{} : Json(row.ended_by);
  return json;
}

std::string render(const SilenceRow& row, WallTime now) {
  return Json{{"schema_version", 1}, {"silence", json_of(row, now)}}.dump() + "\n";
}

Error wrong(std::string message, std::string hint) {
  return {ErrorCode::invalid_argument, std::move(message), std::move(hint)};
}

Result<std::string> text_in(const Json& body, const char* key, std::size_t bytes,
                            const char* example) {
  std::string text;
  if (body.contains(key) && body[key].is_string()) text = clean_line(body[key].get<std::string>());
  if (text.empty()) return fail(wrong(std::string{"`"} + key + "` is missing", example));
  if (text.size() > bytes)
    return fail(
        wrong(std::string{"`"} + key + "` is longer than " + std::to_string(bytes) + " bytes",
              "shorten it"));
  return text;
}

Result<std::vector<SilenceMatcher>> matchers_in(const Json& body) {
  std::vector<SilenceMatcher> matchers;
  if (body.contains("matchers") && body["matchers"].is_array())
    for (const Json& item : body["matchers"]) {
      if (!item.is_string()) return fail(wrong("a matcher is a text", "\"owner=payments\""));
      auto matcher = parse_silence_matcher(item.get<std::string>());
      if (!matcher) return fail(std::move(matcher.error()));
      matchers.push_back(std::move(*matcher));
    }
  if (matchers.empty() || matchers.size() > kMatchersMax)
    return fail(wrong("`matchers` has 1 to 20 texts",
                      "{\"matchers\": [\"owner=payments\"]}; without one everything would be "
                      "silent"));
  return matchers;
}

Result<WallTime> end_of(const Json& body, WallTime from) {
  WallTime until;
  if (body.contains("duration") && body["duration"].is_string()) {
    const auto span = parse_duration(body["duration"].get<std::string>());
    if (!span) return fail(span.error());
    until = from + *span;
  } else if (body.contains("until") && body["until"].is_string()) {
    const auto time = parse_rfc3339(body["until"].get<std::string>());
    if (!time) return fail(time.error());
    until = *time;
  } else {
    return fail(wrong("`duration` is missing", "{\"duration\": \"2h\"}, or `until` with a time"));
  }
  if (until - from < kShortest || until - from > kLongest)
    return fail(wrong("a silence lasts one minute to 90 days", "give it another end"));
  return until;
}

Result<Silence> silence_in(const Json& body, WallTime now) {
  Silence silence;
  auto matchers = matchers_in(body);
  if (!matchers) return fail(std::move(matchers.error()));
  silence.matchers = std::move(*matchers);
  auto author = text_in(body, "author", kAuthorBytes, "{\"author\": \"anna\"}");
  if (!author) return fail(std::move(author.error()));
  silence.author = std::move(*author);
  auto comment = text_in(body, "comment", kCommentBytes,
                         "say why: whoever reads the incident later wants to know");
  if (!comment) return fail(std::move(comment.error()));
  silence.comment = std::move(*comment);
  silence.created = now;
  silence.from = now;
  if (body.contains("from") && !body["from"].is_string())
    return fail(wrong("`from` is a time", "RFC 3339, for example 2026-12-01T22:00:00Z"));
  if (body.contains("from")) {
    const auto from = parse_rfc3339(body["from"].get<std::string>());
    if (!from) return fail(from.error());
    silence.from = std::max(now, *from);
  }
  const auto until = end_of(body, silence.from);
  if (!until) return fail(until.error());
  silence.until = *until;
  return silence;
}

Json body_of(const ServerRequest& request) {
  Json body = Json::parse(request.body, nullptr, false);
  return body.is_object() ? body : Json::object();
}

}  // namespace

async::Task<Result<std::string>> SilenceRoutes::list(ServerRequest request) {
  const WallTime now = ports_.turn.now();
  const bool all = request.query_value("all").value_or("") == "true";
  const auto read = [this, all, now] {
    return ports_.store.silences(all ? std::nullopt : std::optional{now});
  };
  const auto rows = co_await async::offload(ports_.pool, read);
  if (!rows) co_return fail(rows.error());
  Json document{{"schema_version", 1}, {"silences", Json::array()}};
  for (const SilenceRow& row : *rows) document["silences"].push_back(json_of(row, now));
  co_return document.dump() + "\n";
}

Result<std::string> SilenceRoutes::create(const ServerRequest& request) {
  const WallTime now = ports_.turn.now();
  auto silence = silence_in(body_of(request), now);
  if (!silence) return fail(std::move(silence.error()));
  silence->id = secure_random_hex(5);
  ports_.turn.set_silence(*silence);
  return render(row_of(*silence), now);
}

Result<std::string> SilenceRoutes::end(const ServerRequest& request, const std::string& id) {
  auto by = text_in(body_of(request), "by", kAuthorBytes, "{\"by\": \"anna\"}");
  if (!by) return fail(std::move(by.error()));
  if (auto ended = ports_.turn.end_silence(id, *by); !ended) return fail(std::move(ended.error()));
  return Json{{"schema_version", 1}, {"ended", id}}.dump() + "\n";
}

}  // namespace picket::controller
