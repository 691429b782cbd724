// A store of a test's own, and days to put its rows on. Part of the tests of the store: it asserts,
// and owns nothing.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "controller/store/store.h"

namespace picket::test {

constexpr std::int64_t kDayMs = 86'400'000;

inline WallTime day(double number) {
  return WallTime::from_unix_ms(static_cast<std::int64_t>(number * kDayMs));
}

inline std::unique_ptr<controller::Store> open(const std::string& path = ":memory:") {
  controller::StoreOptions options;
  options.path = path;
  auto store = controller::Store::open(options);
  REQUIRE(store);
  return std::move(*store);
}

}  // namespace picket::test
