#include "agent/probe/structured_list.h"

#include <catch2/catch.hpp>

using namespace picket::agent;

TEST_CASE("a list of RFC 8941 is read with its parameters", "[structured]") {
  const auto list = parse_list(
      "OriginCache; hit; ttl=1100, \"CDN, \\\"edge\\\"\"; fwd=uri-miss;fwd-status=200,  a*/b:c;k");
  REQUIRE(list);
  REQUIRE(list->size() == 3);
  const ListMember& first = list->front();
  CHECK(text_of(first.item) == "OriginCache");
  CHECK(*first.find("hit") == BareItem{true});
  CHECK(*first.find("ttl") == BareItem{std::int64_t{1100}});
  CHECK(first.find("stored") == nullptr);
}

TEST_CASE("items of every type stand in a list", "[structured]") {
  const auto list = parse_list("\"a \\\\ b\";n=-42;d=-1.5;t=?0;t=?1;b=:aGk=:;w=*x");
  REQUIRE(list);
  const ListMember& member = list->front();
  CHECK(member.item == BareItem{std::string{"a \\ b"}});
  CHECK(*member.find("n") == BareItem{std::int64_t{-42}});
  CHECK(*member.find("d") == BareItem{-1.5});
  CHECK(*member.find("t") == BareItem{true});  // the last one counts
  CHECK(text_of(*member.find("b")) == "aGk=");
  CHECK(*member.find("w") == BareItem{Token{"*x"}});
}

TEST_CASE("an empty field is an empty list", "[structured]") {
  CHECK(parse_list("")->empty());
  CHECK(parse_list("   ")->empty());
}

TEST_CASE("one mistake and nothing of a list is believed", "[structured]") {
  std::string many = "a";
  for (std::size_t i = 0; i < kListMembersMax; ++i) many += ",a";
  for (const std::string& field :
       {std::string{"a,"}, std::string{",a"}, std::string{"a b"}, std::string{"a;"},
        std::string{"a;X=1"}, std::string{"a;k="}, std::string{"\"open"},
        std::string{"\"bad \\x\""}, std::string{"\"\x1b\""}, std::string{"?2"},
        std::string{"1234567890123456"}, std::string{"1.2345"}, std::string{"1."}, std::string{"-"},
        std::string{":open"}, std::string{"(inner list)"}, std::string{"=x"}, many}) {
    INFO(field);
    CHECK_FALSE(parse_list(field));
  }
}
