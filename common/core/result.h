// Result<T>: a value, or the Error that says why we could not do our own job.
// Never thrown and never logged here: the place that decides does that.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "common/core/error.h"

namespace picket {

template <class T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(hint)});
}

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace picket
