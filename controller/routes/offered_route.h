// A route that a part of the controller offers to the people's listener, beside those of
// PeopleRoutes itself. One that changes anything needs the admin token, and its handler waits until
// the change is durable before it answers. One executor; whoever offers outlives the listener.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "common/async/offload.h"
#include "common/core/result.h"
#include "controller/server/handler.h"

namespace picket::controller {

struct OfferedRoute {
  std::string_view method;
  std::string_view path;  // "*" stands for one segment, given to the handler
  bool changes{false};
  int status{200};  // of an answer that is no error
  std::function<async::Task<Result<std::string>>(ServerRequest, std::string)> handler;
};

// Makes handlers of what an object's members answer: `to(&R::note)` with `to = handlers_of(*this)`.
// The object outlives them.
template <class Owner>
auto handlers_of(Owner& owner) {
  return [&owner](async::Task<Result<std::string>> (Owner::*member)(ServerRequest, std::string)) {
    return [&owner, member](ServerRequest request, std::string segment) {
      return (owner.*member)(std::move(request), std::move(segment));
    };
  };
}

// Waits until everything that was staged so far is durable; errors: why it is not.
using Settle = std::function<async::Task<Status>()>;

}  // namespace picket::controller
