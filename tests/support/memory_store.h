// A store of a test's own, in memory or at a path. Part of a test: it asserts, and owns nothing;
// the caller holds the store.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "controller/store/store.h"

namespace picket::test {

inline std::unique_ptr<controller::Store> open_store(const std::string& path = ":memory:") {
  controller::StoreOptions options;
  options.path = path;
  auto store = controller::Store::open(options);
  REQUIRE(store);
  return std::move(*store);
}

}  // namespace picket::test
