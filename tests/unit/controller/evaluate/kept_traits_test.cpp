#include "controller/evaluate/kept_traits.h"

#include <catch2/catch.hpp>

using namespace picket;
using controller::KeptTraits;

TEST_CASE("traits that are kept come back as they were", "[traits]") {
  RunTraits traits{.at = WallTime::from_unix_ms(1'800'000'000'000), .partial = true};
  CHECK(KeptTraits{traits}.unpack() == traits);
  add_trait(traits, Dimension::pop, "FRA");
  add_trait(traits, Dimension::pop, "FRA-2");
  add_trait(traits, Dimension::address, "2001:db8::1");
  add_trait(traits, Dimension::certificate, "CN=a\x1f\x1e\nb, O=\xc3\xa9");  // is cleaned
  CHECK(traits.values.size() == 3);
  CHECK(KeptTraits{traits}.unpack() == traits);
  CHECK(KeptTraits{traits}.at() == traits.at);
}

TEST_CASE("a trait is found by dimension and whole value", "[traits]") {
  RunTraits traits;
  for (const char* agent : {"eu-west-1/a", "eu-west-1/b"})
    add_trait(traits, Dimension::agent, agent);
  add_trait(traits, Dimension::pop, "FRA");
  const KeptTraits kept{traits};
  CHECK(kept.has(Dimension::agent, "eu-west-1/a"));
  CHECK(kept.has(Dimension::agent, "eu-west-1/b"));
  CHECK(kept.has(Dimension::pop, "FRA"));
  CHECK_FALSE(kept.has(Dimension::agent, "eu-west-1/"));
  CHECK_FALSE(kept.has(Dimension::agent, "west-1/a"));
  CHECK_FALSE(kept.has(Dimension::address, "FRA"));
  CHECK_FALSE(KeptTraits{}.has(Dimension::pop, ""));
}
