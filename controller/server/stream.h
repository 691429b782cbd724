// An answer whose body is sent piece by piece as it comes, for as long as the peer stays. Beside
// Handler (handler.h): the simulated network, where nobody looks on, has no use for it. Interface
// header.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "controller/server/handler.h"

namespace picket::controller {

class BodySource {
 public:
  virtual ~BodySource() = default;

  // The next piece; an empty one ends the body. That the peer is gone is noticed only when a piece
  // is written: one comes at least every minute.
  // Cancellation: throws operation_aborted.
  virtual async::Task<std::string> next() = 0;
};

struct StreamedResponse {
  ServerResponse head;               // its body is sent only when there is no source
  std::unique_ptr<BodySource> body;  // null: `head` is the whole answer
};

// Asked before the Handler; nothing: the request is the Handler's. Must not throw.
using StreamHandler = std::function<std::optional<StreamedResponse>(const ServerRequest&)>;

}  // namespace picket::controller
