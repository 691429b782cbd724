#include "common/model/silence.h"

#include <catch2/catch.hpp>

using namespace picket;

namespace {

const IncidentLabels kLabels{{"check", {"shop-login"}},
                             {"owner", {"payments"}},
                             {"severity", {"critical"}},
                             {"tag", {"shop", "tier-1"}},
                             {"label.zone", {"eu"}}};

bool silenced(std::vector<std::string> texts) {
  Silence silence;
  for (const std::string& text : texts) silence.matchers.push_back(*parse_silence_matcher(text));
  return is_silenced(silence, kLabels);
}

}  // namespace

TEST_CASE("matchers are read and written", "[silence]") {
  for (const char* text : {"owner=payments", "check!=shop", "check=~shop-.*", "tag!~tier-[23]",
                           "label.zone=eu", "check=a=b"})
    CHECK(render(*parse_silence_matcher(text)) == text);
  CHECK(render(*parse_silence_matcher(" owner = payments ")) == "owner=payments");
}

TEST_CASE("a matcher that says nothing is refused", "[silence]") {
  for (const char* text : {"", "owner", "owner!", "colour=red", "=payments", "owner=", "check=~(",
                           "label.=x", "owner=a\nb"}) {
    INFO(text);
    const auto matcher = parse_silence_matcher(text);
    REQUIRE_FALSE(matcher);
    CHECK(matcher.error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("all matchers of a silence must hold", "[silence]") {
  CHECK(silenced({"owner=payments"}));
  CHECK(silenced({"owner=payments", "tag=tier-1"}));
  CHECK_FALSE(silenced({"owner=payments", "tag=tier-2"}));
  CHECK(silenced({"check=~shop-.*"}));
  CHECK_FALSE(silenced({"check=~shop"}));  // the whole value
  CHECK(silenced({"label.zone=eu"}));
  CHECK_FALSE(silenced({"tag!=tier-1"}));
  CHECK(silenced({"tag!=tier-2"}));
  CHECK_FALSE(silenced({}));
}

TEST_CASE("an absent name equals nothing", "[silence]") {
  CHECK_FALSE(silenced({"service=shop"}));
  CHECK_FALSE(silenced({"service=~.*"}));
  CHECK(silenced({"service!=shop"}));
  CHECK(silenced({"service!~.*"}));
}
