#include "common/core/boxed.h"

#include <catch2/catch.hpp>
#include <string>

using picket::Boxed;

TEST_CASE("a boxed value is absent, or a value of its own", "[core]") {
  Boxed<std::string> empty;
  CHECK_FALSE(static_cast<bool>(empty));
  CHECK(empty.get() == std::nullopt);
  Boxed<std::string> first{std::string{"a"}};
  Boxed<std::string> second = first;
  CHECK(first == second);
  CHECK_FALSE(first == empty);
  second = std::string{"b"};
  CHECK(*first == "a");
  CHECK(second->size() == 1);
  CHECK_FALSE(first == second);
  second = first;
  CHECK(second.get() == "a");
  second = std::optional<std::string>{};
  CHECK(second == empty);
  first.reset();
  CHECK(first == empty);
}
