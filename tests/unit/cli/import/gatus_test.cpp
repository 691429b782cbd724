#include <catch2/catch.hpp>

#include "cli/import/import.h"

namespace picket::cli {
namespace {

using Catch::Matchers::Contains;

// The check file of one endpoint with these conditions.
std::string with(const std::vector<std::string>& conditions,
                 const std::string& url = "https://a.test/") {
  std::string text = "endpoints:\n  - name: a\n    url: " + url + "\n    conditions:\n";
  for (const std::string& one : conditions) text += "      - '" + one + "'\n";
  const auto done = import_gatus({"gatus", "in", "shop", "1m"}, text);
  return done ? done->text : done.error().message;
}

std::string todo(const std::string& condition) { return "# TODO(import): condition: " + condition; }

}  // namespace

TEST_CASE("two patterns of Gatus for one body are both carried or told", "[import][gatus]") {
  const std::string two = with({"[BODY] == pat(*ok*)", "[BODY] == pat(*db up*)"});
  CHECK_THAT(two, Contains("{matches: \"(?s)^.*ok.*$\", contains: \"db up\"}"));
  CHECK_THAT(two, !Contains("TODO(import):"));
  const std::string three = with({"[BODY] == pat(*ok*)", "[BODY] == pat(*db up*)",
                                  "[BODY] == pat(*cache up*)", "[BODY] == pat(up?)"});
  CHECK_THAT(three, Contains("contains: \"db up\""));
  CHECK_THAT(three, Contains(todo("[BODY] == pat(*cache up*)")));
  CHECK_THAT(three, Contains(todo("[BODY] == pat(up?)")));
  const std::string neither = with({"[BODY] != pat(*error*)", "[BODY] != pat(*down*)"});
  CHECK_THAT(neither, Contains("not_matches: \"(?:(?s)^.*error.*$)|(?:(?s)^.*down.*$)\""));
  CHECK_THAT(neither, !Contains("TODO(import):"));
}

TEST_CASE("two lists or presences of Gatus for one value are told", "[import][gatus]") {
  const std::string text =
      with({"[BODY].a == any(1, 2)", "[BODY].a == any(2, 3)", "has([BODY].b) == true",
            "has([BODY].b) == false", "[BODY].c == any(pat(x*), y)", "[BODY].d == pat(u*)",
            "[BODY].d == pat(*p)", "has([BODY].e) == maybe"});
  CHECK_THAT(text, Contains("\"$.a\": {in: [1, 2]}"));
  CHECK_THAT(text, Contains("\"$.b\": {exists: true}"));
  CHECK_THAT(text, Contains("\"$.d\": {matches: \"(?s)^u.*$\"}"));
  CHECK_THAT(text, !Contains("$.c\""));
  for (const char* left :
       {"[BODY].a == any(2, 3)", "has([BODY].b) == false", "[BODY].c == any(pat(x*), y)",
        "[BODY].d == pat(*p)", "has([BODY].e) == maybe"})
    CHECK_THAT(text, Contains(todo(left)));
}

TEST_CASE("each length that Gatus wants is kept", "[import][gatus]") {
  CHECK_THAT(with({"len([BODY].x) == 5", "len([BODY].x) < 10"}),
             Contains("\"$.x\": {count: {equals: 5, lt: 10}}") && !Contains("TODO(import):"));
  CHECK_THAT(with({"len([BODY].x) > 1", "len([BODY].x) < 10"}),
             Contains("\"$.x\": {count: {gt: 1, lt: 10}}"));
  CHECK_THAT(with({"len([BODY].x) == 5"}), Contains("\"$.x\": {count: 5}"));
  const std::string text = with({"len([BODY].x) == 5", "len([BODY].x) == 6", "len([BODY].y) != 2"});
  CHECK_THAT(text, Contains("\"$.x\": {count: 5}"));
  CHECK_THAT(text, Contains("\"$.y\": {count: {not_equals: 2}}"));
  CHECK_THAT(text, Contains(todo("len([BODY].x) == 6")));
}

TEST_CASE("conditions of Gatus on the status hold together", "[import][gatus]") {
  const std::pair<std::vector<std::string>, const char*> table[] = {
      {{}, "status: 100-599"},
      {{"[STATUS] == 200"}, "status: 200"},
      {{"[STATUS] >= 200", "[STATUS] < 300"}, "status: 200-299"},
      {{"[STATUS] == any(200, 301, 429)", "[STATUS] < 400"}, "status: [200, 301]"},
      {{"[STATUS] < 400", "[STATUS] == any(200, 301, 429)"}, "status: [200, 301]"},
      {{"[STATUS] == any(200, 204)", "[STATUS] == any(204, 206)"}, "status: 204"},
      {{"[STATUS] < 500", "[STATUS] != 404"}, "status: [100-403, 405-499]"},
  };
  for (const auto& [conditions, wanted] : table)
    CHECK_THAT(with(conditions), Contains(wanted) && !Contains("TODO(import):"));
}

TEST_CASE("a status that Gatus could never see is for a person", "[import][gatus]") {
  CHECK_THAT(with({"[STATUS] == 200", "[STATUS] == 201"}),
             Contains("status: 200") && Contains(todo("[STATUS] == 201")));
  CHECK_THAT(with({"[STATUS] == any(2xx, 301)"}), Contains(todo("[STATUS] == any(2xx, 301)")));
  CHECK_THAT(with({"[STATUS] == 99999999999999"}), Contains(todo("[STATUS] == 99999999999999")));
  CHECK_THAT(with({"[STATUS] == 200"}, "tcp://a.test:22"), Contains(todo("[STATUS] == 200")));
}

TEST_CASE("null is a value that Gatus can want", "[import][gatus]") {
  CHECK_THAT(with({"[BODY].error == null"}), Contains("\"$.error\": {equals: null}"));
}

}  // namespace picket::cli
