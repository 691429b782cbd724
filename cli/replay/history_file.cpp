#include "cli/replay/history_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/render/json_text.h"
#include "common/core/error.h"
#include "controller/incident/routes_json.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json header_of(const History& history) {
  return {{"picket_history", kHistoryVersion},
          {"from", render_rfc3339(history.from)},
          {"to", render_rfc3339(history.until)},
          {"warm_up_from", render_rfc3339(history.warm_from)},
          {"routes", controller::routes_json(history.routes)},
          {"silences", silences_json(history.silences)}};
}

Json end_of(const History& history) {
  return {{"end", true},
          {"batches", history.batches.size()},
          {"definitions", history.definitions.size()}};
}

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  Result<History> read(std::istream& in) {
    std::string line;
    while (!ended_ && std::getline(in, line)) {
      ++number_;
      const Json json = Json::parse(line, nullptr, false);
      if (json.is_discarded() || !json.is_object())
        return fail(wrong(number_ == 1 ? "is no exported history" : "is cut or damaged"));
      Status taken = number_ == 1 ? take_header(json) : take(json);
      if (!taken) return fail(std::move(taken.error()));
    }
    if (number_ == 0) return fail(wrong("is empty"));
    if (!ended_) return fail(wrong("is cut: its last line is missing"));
    return std::move(history_);
  }

 private:
  Error wrong(const std::string& what) const {
    return {ErrorCode::corrupt, fmt::format("{} {} (line {})", path_, what, number_),
            "export it again: picket history export -o FILE"};
  }

  Status take_header(const Json& json) {
    if (!json.contains("picket_history")) return fail(wrong("is no exported history"));
    if (json["picket_history"] != kHistoryVersion)
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{} is a history of version {}, this Picket reads {}", path_,
                              json["picket_history"].dump(), kHistoryVersion),
                  "use the Picket that wrote it, or export again");
    for (auto [key, time] : {std::pair{"from", &history_.from},
                             {"to", &history_.until},
                             {"warm_up_from", &history_.warm_from}}) {
      const auto parsed = parse_rfc3339(text_of(json, key));
      if (!parsed) return fail(wrong(fmt::format("has no time `{}`", key)));
      *time = *parsed;
    }
    auto routes = controller::read_routes(json.value("routes", Json::object()));
    if (!routes) return fail(wrong("is damaged: " + routes.error().message));
    history_.routes = std::move(*routes);
    auto silences = read_silences(json.value("silences", Json::array()));
    if (!silences) return fail(std::move(silences.error()));
    history_.silences = std::move(*silences);
    return {};
  }

  Status take(const Json& json) {
    if (json.contains("batch")) {
      auto batch = read_batch(json["batch"]);
      if (!batch) return fail(wrong("is damaged: " + batch.error().message));
      const bool next =
          history_.batches.empty() || batch->first_seq == history_.batches.back().last_seq + 1;
      if (!next) return fail(wrong("is damaged: events are missing"));
      history_.batches.push_back(std::move(*batch));
      return {};
    }
    if (json.contains("definition")) {
      auto definition = read_definition(json["definition"]);
      if (!definition) return fail(wrong("is damaged: " + definition.error().message));
      history_.definitions.push_back(std::move(*definition));
      return {};
    }
    ended_ = json == end_of(history_);
    return ended_ ? Status{} : fail(wrong("is damaged: it does not hold what its end counts"));
  }

  const std::string& path_;
  History history_;
  std::size_t number_{0};
  bool ended_{false};
};

}  // namespace

Status write_history(const std::string& path, const History& history) {
  const std::string beside = path + ".part";
  errno = 0;
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out << line_of(header_of(history));
  for (const HistoryBatch& batch : history.batches) out << line_of({{"batch", batch_json(batch)}});
  for (const PastDefinition& definition : history.definitions)
    out << line_of({{"definition", definition_json(definition)}});
  out << line_of(end_of(history));
  out.close();
  if (out && std::rename(beside.c_str(), path.c_str()) == 0) return {};
  const int error = errno == 0 ? EIO : errno;
  std::remove(beside.c_str());
  return fail(error_from_errno(error, path));
}

Result<History> read_history(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(error_from_errno(errno == 0 ? EIO : errno, path));
  return Reader(path).read(in);
}

}  // namespace picket::cli
