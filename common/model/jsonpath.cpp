#include "common/model/jsonpath.h"

#include <fmt/format.h>

#include "common/model/json_node.h"
#include "common/model/jsonpath_eval.h"
#include "common/model/jsonpath_parser.h"

namespace picket {
namespace {

tl::unexpected<Error> too_much_work() {
  return fail(
      ErrorCode::overloaded,
      fmt::format("the path needs more than {} steps in this document", jsonpath::Work::kUnitsMax),
      "name more of the path instead of `..` and nested filters");
}

// What a path selects may overlap, `$..*` most of all: the texts count as work, too.
Result<Found> to_list(const jsonpath::Nodes& nodes, jsonpath::Work& work) {
  std::vector<Value> values;
  values.reserve(nodes.size());
  for (const Json* node : nodes) {
    values.push_back(to_value(*node));
    const auto* text = std::get_if<std::string>(&values.back());
    if (text != nullptr && !work.spend_text(text->size())) return too_much_work();
  }
  return Found::list(std::move(values));
}

Found to_found(const Json& node) {
  if (node.is_array()) {
    std::vector<Value> values;
    for (const Json& element : node) values.push_back(to_value(element));
    return Found::list(std::move(values));
  }
  Found found = Found::scalar(to_value(node));
  if (node.is_object()) found.type = "object";
  if (node.is_number()) found.type = "number";  // also one that is its digits
  return found;
}

}  // namespace

Result<JsonPath> JsonPath::parse(std::string_view text) {
  auto query = jsonpath::parse(text);
  if (!query) return fail(query.error());
  JsonPath path;
  path.query_ = std::make_shared<const jsonpath::Query>(std::move(*query));
  return path;
}

bool JsonPath::is_singular() const { return jsonpath::is_singular(*query_); }

Result<Found> JsonPath::find(const JsonDocument& document) const {
  jsonpath::Work work;
  const auto nodes = jsonpath::evaluate(*query_, document.root().json, work);
  if (work.spent()) return too_much_work();
  if (nodes.empty()) return Found::absent();
  if (is_singular()) return to_found(*nodes.front());
  return to_list(nodes, work);
}

Result<Found> JsonPath::first(const JsonDocument& document) const {
  jsonpath::Work work;
  const auto nodes = jsonpath::evaluate(*query_, document.root().json, work);
  if (work.spent()) return too_much_work();
  if (nodes.empty()) return Found::absent();
  return Found::scalar(to_value(*nodes.front()));
}

Result<std::vector<JsonNode>> JsonPath::nodes(const JsonDocument& document) const {
  jsonpath::Work work;
  const Json& root = document.root().json;
  const auto found = jsonpath::evaluate(*query_, root, work);
  if (work.spent()) return too_much_work();
  std::vector<JsonNode> out;
  const auto paths = jsonpath::normalized_paths(found, root);
  for (std::size_t i = 0; i < found.size(); ++i) {
    out.push_back({paths[i], render_json(*found[i])});
    if (!work.spend_text(out.back().json.size() + paths[i].size())) return too_much_work();
  }
  return out;
}

}  // namespace picket
