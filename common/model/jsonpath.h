// JSON values by path: RFC 9535, complete. Pure; documents are parsed and paths evaluated within
// limits, so that no answer of a target can stop the thread that judges it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/model/json_document.h"
#include "common/model/matcher.h"

namespace picket {

namespace jsonpath {
struct Query;
}

// One value that a path selects.
struct JsonNode {
  std::string path;  // normalized (RFC 9535, 2.7): $['items'][0]
  std::string json;  // one line
};

class JsonPath {
 public:
  // invalid_argument: what is wrong, with the position from 1 in code points.
  static Result<JsonPath> parse(std::string_view text);

  // Only names and indexes: it finds one value at most.
  bool is_singular() const;

  // A singular path finds one value: a scalar, an array as a list, an object as its JSON text with
  // type "object". Any other path finds the list of all values it selects, in order and with
  // duplicates. Nothing selected is absent. Arrays and objects inside a list stand as their JSON
  // text. overloaded: more work than one answer is worth (a million values visited).
  Result<Found> find(const JsonDocument& document) const;

  // The first value alone, as captures take it: a scalar, or an array or object as its JSON text.
  Result<Found> first(const JsonDocument& document) const;

  // The same values with their places. overloaded as above.
  Result<std::vector<JsonNode>> nodes(const JsonDocument& document) const;

 private:
  std::shared_ptr<const jsonpath::Query> query_;
};

}  // namespace picket
