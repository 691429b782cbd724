#include "common/model/when.h"

#include <catch2/catch.hpp>

using namespace picket;

namespace {

Threshold threshold_of(const std::string& text) {
  const auto when = parse_when(text);
  INFO(text);
  REQUIRE(when);
  REQUIRE(std::holds_alternative<Threshold>(*when));
  return std::get<Threshold>(*when);
}

// "offset+length: message"
std::string mistake_in(const std::string& text) {
  const auto when = parse_when(text);
  if (when) return "none";
  const WhenMistake& mistake = when.error();
  CHECK_FALSE(mistake.help.empty());
  return std::to_string(mistake.offset) + "+" + std::to_string(mistake.length) + ": " +
         mistake.message + (mistake.note.empty() ? "" : "; " + mistake.note);
}

}  // namespace

TEST_CASE("a verdict is a condition by itself", "[when]") {
  for (const auto condition :
       {AlertCondition::down, AlertCondition::regional, AlertCondition::degraded,
        AlertCondition::no_data, AlertCondition::burn_rate}) {
    const auto when = parse_when(std::string{" "} + std::string{to_string(condition)} + " ");
    REQUIRE(when);
    CHECK(std::get<AlertCondition>(*when) == condition);
  }
}

TEST_CASE("a comparison reads back as its normal form", "[when]") {
  const std::pair<const char*, const char*> kForms[] = {
      {"p95(duration) > 1.5s over 10m", "p95(duration) > 1.5s over 10m"},
      {"p99.9( wait )>=250ms over 1h in any region", "p99.9(wait) >= 250ms over 1h in any region"},
      {R"(step("pay with the test card").p95(duration) > 3s over 15m)",
       R"(step("pay with the test card").p95(duration) > 3s over 15m)"},
      {R"(step("a.b").tls < 2s)", R"(step("a.b").tls < 2s)"},
      {"ratio(cache.hit) < 90% over 30m", "ratio(cache.hit) < 90% over 30m"},
      {R"(distinct(header["ETag"]) > 1 over 10m)", R"(distinct(header["etag"]) > 1 over 10m)"},
      {R"(origin["js.stripe.com"].duration > 800ms in 3 regions)",
       R"(origin["js.stripe.com"].duration > 800ms in 3 regions)"},
      {"max(size) >= 1.5MB over 1d", "max(size) >= 1.5MB over 1d"},
      {"expires_in < 3w", "expires_in < 21d"},
      {R"(pop != "FRA")", R"(pop != "FRA")"},
      {"cache.hit == false", "cache.hit == false"},
      {"count(failures) > 3 over 2h", "count(failures) > 3 over 2h"},
  };
  for (const auto& [text, normal] : kForms) {
    const Threshold threshold = threshold_of(text);
    INFO(render(threshold));
    CHECK(threshold_of(render(threshold)) == threshold);
    CHECK(render(threshold) == normal);
  }
}

TEST_CASE("a comparison keeps every part", "[when]") {
  const Threshold one =
      threshold_of(R"(step("log in").p90(origin["a.b"].duration) <= 2s over 5m in 2 regions)");
  CHECK(one.step == "log in");
  CHECK(one.metric == "origin.a.b.duration");
  CHECK(one.aggregate == Aggregate::p90);
  CHECK(one.comparison == Comparison::lte);
  CHECK(as_number(one.literal) == 2'000);
  CHECK(one.unit == LiteralUnit::duration);
  CHECK(one.over == minutes{5});
  CHECK(one.scope == ThresholdScope::regions);
  CHECK(one.regions == 2);
  CHECK(one.samples == Threshold::kSamplesUsual);
}

TEST_CASE("a mistake is pointed at", "[when]") {
  CHECK(mistake_in("") == "0+1: `when` is empty");
  CHECK(mistake_in("dow") == "0+3: `dow` is no condition; did you mean `down`?");
  CHECK(mistake_in("p96(duration) > 1s over 5m") ==
        "0+3: `p96` is no aggregate; did you mean `p90`?");
  CHECK(mistake_in("p95(duration > 1s over 5m") == "13+1: the aggregate is not closed");
  CHECK(mistake_in("p95(duration)") == "0+13: the comparison is missing");
  CHECK(mistake_in("p95(duration) = 1s over 5m") == "14+1: `=` is no comparison");
  CHECK(mistake_in("p95(duration) > 1x over 5m") == "17+1: `x` is no unit");
  CHECK(mistake_in("p95(duration) > over 5m") ==
        "16+4: a number, a duration, a size, a percentage or a text in quotes stands here");
  CHECK(mistake_in("p95(duration) > 1s") == "18+1: an aggregate needs a window");
  CHECK(mistake_in("duration > 1s over 5m") == "14+4: `over` belongs to an aggregate");
  CHECK(mistake_in("p95(duration) > 1s over 5") == "24+1: `over` is followed by a duration");
  CHECK(mistake_in("p95(duration) > 1s over 30d") == "24+3: the window is out of range");
  CHECK(mistake_in("duration > 1s in some region") == "17+4: `in` is followed by how many regions");
  for (const char* bad : {"duration > 1s in 01 regions", "duration > 1s in 1e2 regions",
                          "duration > 1s in 0 regions", "duration > 1s in 1001 regions"})
    CHECK_FALSE(parse_when(bad).has_value());
  CHECK(parse_when("duration > 1s in 1000 regions").has_value());
  CHECK(mistake_in("duration > 1s in 3 areas") == "19+5: the number is followed by regions");
  CHECK(mistake_in("duration > 1s in any region please") == "28+6: nothing may stand here");
  CHECK(mistake_in("duration > 1s and wait > 1s") == "14+3: nothing may stand here");
  CHECK(mistake_in(R"(step(login).duration > 1s)") ==
        "5+5: `step(` is followed by the step's name in quotes");
  CHECK(mistake_in(R"(header[etag] == "a")") == "7+4: `[` is followed by a text in quotes and `]`");
  CHECK(mistake_in(R"(pop > "FRA")") == "6+5: a text is neither more nor less than another");
  CHECK(mistake_in(R"(distinct(pop) == "FRA" over 5m)") == "17+5: an aggregate is a number");
}

TEST_CASE("any text is read or refused", "[when]") {
  const std::string kPieces[] = {"p95(", "duration", ")",    " > ",   "1s", " over ",
                                 "5m",   "\"",       "[",    "step(", ".",  " in ",
                                 "any",  "region",   "\xff", "%",     "-"};
  std::uint32_t state = 7;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (int n = 0; n < 9; ++n) {
      state = state * 1664525U + 1013904223U;
      text += kPieces[(state >> 8) % std::size(kPieces)];
    }
    const auto when = parse_when(text);
    if (!when) CHECK(when.error().offset <= text.size());
  }
}

TEST_CASE("what is measured is compared by value and never coerced", "[when]") {
  CHECK(holds(threshold_of("duration > 1s"), Value{1000.5}));
  CHECK_FALSE(holds(threshold_of("duration > 1s"), Value{std::int64_t{1000}}));
  CHECK(holds(threshold_of("duration >= 1s"), Value{std::int64_t{1000}}));
  CHECK_FALSE(holds(threshold_of("duration > 1s"), Value{std::string{"2000"}}));
  CHECK(holds(threshold_of(R"(pop != "FRA")"), Value{std::string{"AMS"}}));
  CHECK_FALSE(holds(threshold_of(R"(pop != "FRA")"), Value{true}));
  CHECK(holds(threshold_of("cache.hit == false"), Value{false}));
}
