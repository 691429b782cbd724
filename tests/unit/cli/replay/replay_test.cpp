#include "cli/replay/replay.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "cli/replay/compare.h"
#include "cli/replay/replay_text.h"
#include "common/wire/wire.h"
#include "controller/evaluate/event_codec.h"
#include "controller/store/compression.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::cli;
using test::EvaluationWorld;

namespace {

// The log of a world as a controller would have stored it, in batches of `size` events.
History history_of(const EvaluationWorld& world, bool with_definition = true,
                   std::size_t size = 50) {
  History history;
  std::vector<controller::Event> log = world.log;
  if (!with_definition) log.erase(log.begin());
  for (std::size_t first = 0; first < log.size(); first += size) {
    v1::EventBatch batch;
    const std::size_t end = std::min(log.size(), first + size);
    for (std::size_t i = first; i < end; ++i) *batch.add_events() = encode(log[i]);
    history.batches.push_back({log[first].seq, log[end - 1].seq, log[first].at, log[end - 1].at,
                               controller::compress(wire::serialize(batch))});
  }
  history.warm_from = history.from = log.front().at;
  history.until = log.back().at + Millis{1};
  history.routes.receivers["pagerduty/shop"] = "{}";
  return history;
}

// One region of three fails for half an hour.
EvaluationWorld one_bad_region(Check check) {
  EvaluationWorld world(3, std::move(check));
  world.warm_up();
  for (int round = 0; round < 12; ++round)
    for (int region = 1; region <= 3; ++region) {
      world.wait(Millis{100'000});
      const bool bad = region == 1 && round >= 2 && round < 8;
      world.run(world.region(region), bad ? RunVerdict::fail : RunVerdict::pass);
    }
  return world;
}

Check any_quorum() {
  Check check = test::make_check();
  check.quorum = {Quorum::Kind::count, 1};
  return check;
}

std::vector<std::string> names_of(const std::vector<Difference>& list) {
  std::vector<std::string> out;
  for (const Difference& one : list)
    out.push_back(std::string{to_string(one.kind)} + " " + one.any().alert_id);
  return out;
}

std::vector<Difference> differences(const History& history, const std::vector<Check>& changed,
                                    ReplayOptions options = {}) {
  const auto outcome = replay(history, changed, options);
  REQUIRE(outcome);
  return compare(outcome->recorded, outcome->changed);
}

}  // namespace

TEST_CASE("the same checks give the same incidents as the controller gave", "[replay]") {
  const EvaluationWorld world = one_bad_region(any_quorum());
  const auto outcome = replay(history_of(world), {any_quorum()}, {});
  REQUIRE(outcome);
  REQUIRE(outcome->recorded.size() == 1);
  const ReplayedIncident& down = outcome->recorded.front();
  const auto fired =
      std::find_if(world.transitions.begin(), world.transitions.end(),
                   [](const auto& t) { return t.phase == controller::AlertPhase::fires; });
  REQUIRE(fired != world.transitions.end());
  CHECK(down.opened == fired->at);
  CHECK(down.first_bad == fired->first_bad_run);
  REQUIRE(down.pages.size() == 1);
  CHECK(down.pages[0].receiver == "pagerduty/shop");
  CHECK(names_of(compare(outcome->recorded, outcome->changed)) ==
        std::vector<std::string>{"same down"});
}

TEST_CASE("a higher quorum makes a page vanish and the regional one appear", "[replay]") {
  const History history = history_of(one_bad_region(any_quorum()));
  Check changed = any_quorum();
  changed.quorum = {Quorum::Kind::count, 2};
  auto names = names_of(differences(history, {changed}));
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"appears regional", "vanishes down"});
}

TEST_CASE("definitions are found by the runs when the log has none", "[replay]") {
  const EvaluationWorld world = one_bad_region(any_quorum());
  History history = history_of(world, false);
  const auto none = replay(history, {any_quorum()}, {});
  REQUIRE(none);
  CHECK(none->recorded.empty());
  CHECK_FALSE(none->not_judged.empty());
  history.definitions.push_back({any_quorum(), Revision{std::string(64, '1')}, {}, false});
  const auto found = replay(history, {any_quorum()}, {});
  REQUIRE(found);
  CHECK(found->recorded.size() == 1);
  CHECK(found->not_judged.empty());
}

TEST_CASE("a check that is not among the changed ones is removed, or kept on request", "[replay]") {
  const History history = history_of(one_bad_region(any_quorum()));
  Check other = any_quorum();
  other.name = CheckName{"other"};
  CHECK(names_of(differences(history, {other})) == std::vector<std::string>{"vanishes down"});
  ReplayOptions keep;
  keep.keep_others = true;
  CHECK(names_of(differences(history, {other}, keep)) == std::vector<std::string>{"same down"});
}

TEST_CASE("a shadow check says what it would have paged", "[replay]") {
  const History history = history_of(one_bad_region(any_quorum()));
  Check changed = any_quorum();
  changed.shadow = true;
  const auto list = differences(history, {changed});
  REQUIRE(list.size() == 1);
  CHECK(list[0].kind == DifferenceKind::moves);
  CHECK(list[0].after->pages.empty());
  REQUIRE(list[0].after->withheld.size() == 1);
  ReplayReport report;
  report.differences = list;
  CHECK(render_replay(report, false).find("would page pagerduty/shop") != std::string::npos);
}

TEST_CASE("what history cannot judge is said", "[replay]") {
  const History history = history_of(one_bad_region(any_quorum()));
  Check changed = any_quorum();
  changed.interval = minutes{1};
  changed.regions.all = false;
  changed.regions.names = {RegionName{"r01"}, RegionName{"mars"}};
  Step step = changed.steps.front();
  step.name = "pay";
  changed.steps.push_back(step);
  Alert slow = test::make_alert("slow", AlertCondition::threshold);
  slow.threshold = Threshold{.step = "pay", .metric = "duration"};
  changed.alerts.push_back(slow);
  Check unknown = any_quorum();
  unknown.name = CheckName{"new"};
  const auto outcome = replay(history, {changed, unknown}, {});
  REQUIRE(outcome);
  const auto& notes = outcome->not_judged.at(CheckName{"shop"});
  const auto says = [&](const std::string& text) {
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
      return note.find(text) != std::string::npos;
    });
  };
  CHECK(says("interval 1m: the runs were made every 5m"));
  CHECK(says("step \"pay\" was not in the history"));
  CHECK(says("`duration` of step \"pay\" (alert slow) was not in the history"));
  CHECK(says("region mars was not in the history"));
  CHECK(outcome->not_judged.count(CheckName{"new"}) == 1);
}

TEST_CASE("silences and acknowledgements of the log count", "[replay]") {
  History history = history_of(one_bad_region(any_quorum()));
  Silence silence{.id = "s1", .author = "anna", .comment = "known"};
  silence.matchers = {*parse_silence_matcher("check=shop")};
  silence.from = history.from;
  silence.until = history.until + hours{1};
  history.silences.push_back(silence);
  const auto outcome = replay(history, {any_quorum()}, {});
  REQUIRE(outcome);
  REQUIRE(outcome->recorded.size() == 1);
  CHECK(outcome->recorded[0].pages.empty());
  CHECK(outcome->recorded[0].withheld_by.find("known") != std::string::npos);
}
