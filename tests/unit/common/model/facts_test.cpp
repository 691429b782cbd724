#include "common/model/facts.h"

#include <catch2/catch.hpp>
#include <set>

#include "common/model/action.h"

namespace picket {

TEST_CASE("a fact is found by its full name and kind", "[facts]") {
  REQUIRE(find_fact("http", "tls.version") != nullptr);
  CHECK(find_fact("http", "tls.version")->operand == FactOperand::version);
  for (const char* name : {"", "tls", "tls.", "tls.versions", "version", "tls.version.x"}) {
    CAPTURE(name);
    CHECK(find_fact("http", name) == nullptr);
  }
  CHECK(find_fact("wait", "tls.version") == nullptr);
  CHECK(find_fact("no-kind", "tls.version") == nullptr);
}

TEST_CASE("the keys of a group are what stands behind its name", "[facts]") {
  CHECK(fact_keys("http", "tls") == std::vector<std::string>{"expires_in", "version"});
  CHECK(is_fact_group("http", "tls"));
  CHECK_FALSE(is_fact_group("http", "tls.version"));
  CHECK_FALSE(is_fact_group("http", "tl"));
  CHECK_FALSE(is_fact_group("wait", ""));
}

TEST_CASE("rows of the table are well-formed and unique", "[facts]") {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const FactRow& row : fact_rows()) {
    CAPTURE(row.kind, row.name);
    CHECK(seen.emplace(row.kind, row.name).second);
    CHECK(traits_of(row.kind).kind == row.kind);
    CHECK_FALSE(row.text.empty());
    const std::string_view key = row.name.substr(0, row.name.find('.'));
    CHECK(row.example.substr(0, key.size()) == key);
  }
}

TEST_CASE("kinds of the table are the kinds of actions", "[facts]") {
  CHECK(traits_of("http").status);
  CHECK_FALSE(traits_of("wait").body);
  CHECK(kind_of(Action{HttpAction{}}) == "http");
  CHECK(kind_of(Action{WaitAction{}}) == "wait");
}

TEST_CASE("the authority of a target is its host and written port", "[action]") {
  const std::pair<const char*, const char*> rows[] = {
      {"https://Shop.example:8443/x?y#z", "shop.example:8443"},
      {"https://anna:p@shop.example/", "shop.example"},
      {"db.example:5432", "db.example:5432"},
      {"https://${{ vars.host }}/", "${{ vars.host }}"},
      {"", ""},
  };
  for (const auto& [target, authority] : rows) CHECK(authority_of(target) == authority);
}

}  // namespace picket
