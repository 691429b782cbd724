// JSON values by path: the subset `$` `.name` `['name']` `[n]` `[-n]` `[*]` `.*` of RFC 9535.
// Pure; untrusted documents are parsed within limits of depth and size.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/core/result.h"
#include "common/model/matcher.h"

namespace picket {

// A parsed JSON text; numbers that fit are exact int64. Of equal names in an object the last wins.
class JsonDocument {
 public:
  static constexpr int kDepthMax = 128;
  static constexpr std::size_t kValuesMax = 1'000'000;

  // invalid_argument: not JSON (with the byte offset), deeper than kDepthMax, or more values than
  // kValuesMax.
  static Result<JsonDocument> parse(std::string_view text);

  struct Node;  // hides the JSON library
  const Node& root() const { return *root_; }

 private:
  std::shared_ptr<const Node> root_;
};

class JsonPath {
 public:
  // invalid_argument for anything outside the subset; the message names the position from 1.
  static Result<JsonPath> parse(std::string_view text);

  // A path without a wildcard finds one value: a scalar, an array as a list, an object as its JSON
  // text with type "object". With a wildcard it finds the list of all values reached. Nothing
  // reached is absent. Arrays and objects inside a list stand as their JSON text.
  Found find(const JsonDocument& document) const;

 private:
  struct Wildcard {};
  using Segment = std::variant<std::string, std::int64_t, Wildcard>;  // name, index, every child
  friend class JsonPathParser;
  std::vector<Segment> segments_;
};

}  // namespace picket
