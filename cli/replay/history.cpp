#include "cli/replay/history.h"

#include <nlohmann/json.hpp>

#include "cli/render/json_text.h"
#include "common/core/digest.h"
#include "common/core/hex.h"
#include "common/core/time.h"
#include "common/wire/wire.h"
#include "controller/evaluate/event_batch.h"
#include "controller/store/compression.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

Error damaged(std::string what) {
  return {ErrorCode::corrupt, std::move(what), "export it again, or ask the controller itself"};
}

Result<WallTime> time_of(const Json& json, const char* key) {
  const auto time = parse_rfc3339(text_of(json, key));
  if (!time) return fail(damaged(std::string{"no time in `"} + key + "`"));
  return *time;
}

std::uint64_t number_of(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_number_unsigned() ? json[key].get<std::uint64_t>() : 0;
}

// As bytes: names may hold what text_of() would clean away.
std::string raw_of(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
}

}  // namespace

Result<std::vector<controller::Event>> events_of(const HistoryBatch& batch) {
  const auto bytes = controller::decompress(batch.blob);
  if (!bytes) return fail(bytes.error());
  auto events = controller::decode_batch(*bytes);
  if (!events) return events;
  if (events->empty() || events->front().seq != batch.first_seq ||
      events->back().seq != batch.last_seq)
    return fail(damaged("a batch does not hold the events that it says"));
  return events;
}

Result<HistoryBatch> read_batch(const Json& json) {
  HistoryBatch batch{number_of(json, "first_seq"), number_of(json, "last_seq")};
  const auto first = time_of(json, "first_at");
  if (!first) return fail(first.error());
  const auto last = time_of(json, "last_at");
  if (!last) return fail(last.error());
  batch.first_at = *first;
  batch.last_at = *last;
  auto blob = from_base64(raw_of(json, "data"));
  if (!blob || sha256_hex(*blob) != raw_of(json, "sha256"))
    return fail(damaged("the checksum of a batch does not match"));
  batch.blob = std::move(*blob);
  return batch;
}

Json batch_json(const HistoryBatch& batch) {
  return {{"first_seq", batch.first_seq},
          {"last_seq", batch.last_seq},
          {"first_at", render_rfc3339(batch.first_at)},
          {"last_at", render_rfc3339(batch.last_at)},
          {"sha256", sha256_hex(batch.blob)},
          {"data", to_base64(batch.blob)}};
}

Result<PastDefinition> read_definition(const Json& json) {
  const auto bytes = from_base64(raw_of(json, "definition"));
  v1::Check message;
  if (!bytes || !message.ParseFromString(*bytes))
    return fail(damaged("a definition does not parse"));
  auto check = wire::decode(message);
  if (!check) return fail(std::move(check.error()));
  PastDefinition out{std::move(*check), Revision{raw_of(json, "revision")}};
  out.active = json.contains("regions");
  if (out.active && json["regions"].is_array())
    for (const Json& region : json["regions"])
      if (region.is_string()) out.regions.emplace_back(region.get<std::string>());
  return out;
}

Json definition_json(const PastDefinition& definition) {
  Json json{{"check", definition.check.name.value},
            {"revision", definition.revision.value},
            {"definition", to_base64(wire::serialize(wire::encode(definition.check)))}};
  if (!definition.active) return json;
  json["regions"] = Json::array();
  for (const RegionName& region : definition.regions) json["regions"].push_back(region.value);
  return json;
}

Result<std::vector<Silence>> read_silences(const Json& json) {
  std::vector<Silence> silences;
  for (const Json& item : json) {
    Silence silence{.id = raw_of(item, "id")};
    silence.author = text_of(item, "author");
    silence.comment = text_of(item, "comment");
    const auto created = time_of(item, "created");
    const auto from = time_of(item, "from");
    const auto until = time_of(item, "until");
    if (!created || !from || !until) return fail(damaged("a silence without its times"));
    silence.created = *created;
    silence.from = *from;
    silence.until = *until;
    if (!item.contains("matchers") || !item["matchers"].is_array())
      return fail(damaged("a silence without matchers"));
    for (const Json& text : item["matchers"]) {
      auto matcher = parse_silence_matcher(text.is_string() ? text.get<std::string>() : "");
      if (!matcher) return fail(std::move(matcher.error()));
      silence.matchers.push_back(std::move(*matcher));
    }
    silences.push_back(std::move(silence));
  }
  return silences;
}

Json silences_json(const std::vector<Silence>& silences) {
  Json list = Json::array();
  for (const Silence& silence : silences) {
    Json matchers = Json::array();
    for (const SilenceMatcher& matcher : silence.matchers) matchers.push_back(render(matcher));
    list.push_back({{"id", silence.id},
                    {"matchers", std::move(matchers)},
                    {"author", silence.author},
                    {"comment", silence.comment},
                    {"created", render_rfc3339(silence.created)},
                    {"from", render_rfc3339(silence.from)},
                    {"until", render_rfc3339(silence.until)}});
  }
  return list;
}

}  // namespace picket::cli
