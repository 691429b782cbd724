// A JSON text that came from a target, parsed within limits of depth and size. Pure; immutable
// and shared by its copies, for any thread. The JSON library stays behind json_node.h.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "common/core/json_limits.h"
#include "common/core/result.h"

namespace picket {

// Numbers that fit are exact int64. Of equal names in an object the last wins, and the members of
// an object are ordered by name.
class JsonDocument {
 public:
  static constexpr int kDepthMax = kJsonDepthMax;
  static constexpr std::size_t kValuesMax = kJsonValuesMax;

  // invalid_argument: not JSON (with the byte offset), deeper than kDepthMax, or more values than
  // kValuesMax.
  static Result<JsonDocument> parse(std::string_view text);

  struct Node;
  const Node& root() const { return *root_; }

 private:
  std::shared_ptr<const Node> root_;
};

}  // namespace picket
