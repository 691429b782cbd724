#include "common/markup/limits.h"

#include <catch2/catch.hpp>

#include "common/markup/document.h"

using namespace picket;
using namespace picket::markup;

namespace {

std::string attributes(int count, const std::string& value) {
  std::string out = "<a";
  for (int i = 0; i < count; ++i) out += " n" + std::to_string(i) + value;
  return out + ">";
}

}  // namespace

TEST_CASE("tags and attributes are counted", "[markup][limits]") {
  CHECK(cost_of("").nodes == 0);
  CHECK(cost_of("a < b, 1 <2").nodes == 2);  // an upper bound
  CHECK(cost_of("<p>x</p>").nodes == 2);
  CHECK(cost_of("<p a=1 b='x y' c=\"d e\" f>").nodes == 5);
  CHECK(cost_of("<p a=1 b='x y' c=\"d e\" f>").attribute_compares == 0 + 1 + 2 + 3);
  CHECK(cost_of("<p a=1><p b=1>").attribute_compares == 0);
  CHECK(cost_of("x y z <!-- a b c -->").nodes == 1);
}

TEST_CASE("the bound holds however the attributes are hidden", "[markup][limits]") {
  const std::string plain = attributes(100, "");
  const std::size_t want = 100 * 99 / 2;
  CHECK(cost_of(plain).attribute_compares == want);
  CHECK(cost_of(attributes(100, "='>'")).attribute_compares >= want);
  CHECK(cost_of(attributes(100, "=\"<\"")).attribute_compares >= want);
  CHECK(cost_of(attributes(100, "=x")).attribute_compares >= want);
  CHECK(cost_of(attributes(100, " = '' ")).attribute_compares >= want);
  // Behind what another reading takes for the beginning of a quoted value.
  CHECK(cost_of("<script>a<b c=\"</script>" + plain).attribute_compares >= want);
  CHECK(cost_of("<!-- <x y='-->" + plain).attribute_compares >= want);
  CHECK(cost_of("<title><x y=\"</title>" + attributes(100, "='\"'")).attribute_compares >= want);
}

TEST_CASE("each limit is named when it is passed", "[markup][limits]") {
  CHECK(within_limits(attributes(6'000, "")).has_value());
  CHECK(within_limits(attributes(7'000, "")).error().message ==
        "the document has a tag with thousands of attributes");
  std::string tags;
  for (std::size_t i = 0; i <= Document::kNodesMax; ++i) tags += "<p>";
  CHECK(within_limits(tags).error().message ==
        "the document has more than 150000 tags and attributes");
  CHECK(within_limits(tags.substr(3)).has_value());
  CHECK(within_limits(std::string(Document::kBytesMax, ' ')).has_value());
  CHECK(within_limits(std::string(Document::kBytesMax + 1, ' ')).error().message ==
        "the document has more than 4 MiB");
}
