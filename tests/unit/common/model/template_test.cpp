#include "common/model/template.h"

#include <catch2/catch.hpp>

using namespace picket;

namespace {

std::optional<std::string> known(const Reference& reference) {
  if (reference.scope == "vars" && reference.name == "base") return "https://x.test";
  if (reference.scope == "secrets") return "${{ vars.base }}";
  if (reference.scope == "run") return "r-1";
  if (reference.scope == "region") return "eu-west-1";
  return std::nullopt;
}

}  // namespace

TEST_CASE("references are replaced wherever they stand", "[template]") {
  CHECK(substitute("${{ vars.base }}/a?r=${{run.id}}&e=${{ region }}", known) ==
        "https://x.test/a?r=r-1&e=eu-west-1");
  CHECK(substitute("no reference, $HOME, ${x}, {{ y }}", known) ==
        "no reference, $HOME, ${x}, {{ y }}");
  CHECK(substitute("", known) == "");
}

TEST_CASE("a value is never read again as a template", "[template]") {
  CHECK(substitute("${{ secrets.X }}", known) == "${{ vars.base }}");
}

TEST_CASE("an unknown name is an error that names it", "[template]") {
  const auto missing = substitute("a ${{ capture.id }}", known);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().message.find("capture.id") != std::string::npos);
}

TEST_CASE("malformed references are refused", "[template]") {
  for (const char* bad : {"${{", "${{ vars.x", "${{ }}", "${{ env.HOME }}", "${{ vars }}",
                          "${{ vars. }}", "${{ vars.a b }}", "${{ run.other }}", "${{ region.x }}",
                          "${{ secrets.A | upper }}"}) {
    INFO(bad);
    CHECK_FALSE(parse_references(bad).has_value());
  }
}

TEST_CASE("references know where they stand", "[template]") {
  const auto references = parse_references("ab${{ vars.x }}cd${{ region }}");
  REQUIRE(references.has_value());
  REQUIRE(references->size() == 2);
  CHECK(references->at(0).scope == "vars");
  CHECK(references->at(0).name == "x");
  CHECK(references->at(0).offset == 2);
  CHECK(references->at(0).length == 13);
  CHECK(references->at(1).scope == "region");
  CHECK(references->at(1).name.empty());
}
