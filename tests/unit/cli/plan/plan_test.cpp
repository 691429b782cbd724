#include "cli/plan/plan.h"

#include <catch2/catch.hpp>

#include "cli/plan/plan_text.h"
#include "common/wire/wire.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::cli;

namespace {

PastDefinition in_force(const Check& check, int regions = 3) {
  return {check, wire::revision_of(check), test::make_regions(regions), true};
}

ControllerState state_of(const std::vector<Check>& checks) {
  ControllerState state;
  state.digest = std::string(64, 'a');
  for (const Check& check : checks) state.checks.push_back(in_force(check));
  for (const RegionName& name : test::make_regions(3)) state.regions.push_back({name, {}, true});
  return state;
}

PlannedCheck only(const Plan& plan) {
  REQUIRE(plan.checks.size() == 1);
  return plan.checks.front();
}

bool says(const Plan& plan, const std::string& text) {
  INFO(render_plan(plan));
  return render_plan(plan).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("the same checks are no change", "[plan]") {
  const Plan plan = make_plan(state_of({test::make_check()}), {test::make_check()}, {});
  CHECK(plan.checks.empty());
  CHECK(plan.unchanged == 1);
  CHECK(says(plan, "no change: 1 checks in force"));
}

TEST_CASE("a changed quorum shows the proof before and after", "[plan]") {
  Check after = test::make_check();
  after.quorum = {Quorum::Kind::all, 0};
  const PlannedCheck changed = only(make_plan(state_of({test::make_check()}), {after}, {}));
  CHECK(changed.kind == PlannedKind::changed);
  REQUIRE(changed.proofs.size() == 1);
  CHECK(changed.proofs[0].alert_id == "down");
  CHECK(changed.proofs[0].before->smallest == 2);
  CHECK(changed.proofs[0].after->smallest == 3);
  CHECK_FALSE(changed.proofs[0].stops_paging());
  CHECK_FALSE(changed.phases_move);
}

TEST_CASE("alerts that stop paging are shouted", "[plan]") {
  Check after = test::make_check();
  after.shadow = true;
  const Plan plan = make_plan(state_of({test::make_check()}), {after}, {});
  CHECK(only(plan).proofs.at(0).stops_paging());
  CHECK(says(plan, "STOPS PAGING down"));
}

TEST_CASE("regions that leave are named, and phases move", "[plan]") {
  Check after = test::make_check();
  after.regions.all = false;
  after.regions.names = {RegionName{"r01"}, RegionName{"r02"}};
  const Plan plan = make_plan(state_of({test::make_check()}), {after}, {});
  CHECK(only(plan).phases_move);
  CHECK(says(plan, "regions: 3 -> 2 -r03; worst gap 1 min 40 s -> 2 min 30 s"));
}

TEST_CASE("open incidents end with their check or their alert, others stay", "[plan]") {
  ControllerState state = state_of({test::make_check("shop"), test::make_check("pay")});
  state.incidents = {{"1", CheckName{"shop"}, "down", "shop down"},
                     {"2", CheckName{"pay"}, "down", "pay down"},
                     {"3", CheckName{"pay"}, "regional", "pay regional"}};
  Check pay = test::make_check("pay");
  pay.alerts.pop_back();
  const Plan plan = make_plan(state, {pay}, {});
  REQUIRE(plan.checks.size() == 2);
  CHECK(plan.checks[0].resolves.at(0).id == "3");
  CHECK(plan.checks[0].keeps.at(0).id == "2");
  CHECK(plan.checks[1].kind == PlannedKind::removed);
  CHECK(plan.checks[1].resolves.at(0).id == "1");
  CHECK(plan.needs_confirmation.empty());
}

TEST_CASE("a check that only changes its name is renamed", "[plan]") {
  const PlannedCheck check = only(make_plan(state_of({test::make_check("old")}), {[] {
                                              Check renamed = test::make_check("old");
                                              renamed.name = CheckName{"new"};
                                              return renamed;
                                            }()},
                                            {}));
  CHECK(check.kind == PlannedKind::renamed);
  CHECK(check.old_name.value == "old");
}

TEST_CASE("removing everything, or more than a fifth of ten, needs a confirmation", "[plan]") {
  std::vector<Check> ten;
  for (int i = 0; i < 10; ++i) ten.push_back(test::make_check("c" + std::to_string(i)));
  const auto without = [&](std::size_t count) {
    return make_plan(state_of(ten), {ten.begin() + static_cast<std::ptrdiff_t>(count), ten.end()},
                     {});
  };
  CHECK(without(2).needs_confirmation.empty());
  CHECK(without(3).needs_confirmation == "it would remove 3 of 10 checks");
  CHECK_FALSE(without(10).needs_confirmation.empty());
}

TEST_CASE("a plan is named by the state and the files", "[plan]") {
  const ControllerState state = state_of({});
  const checks::FileSet files{{"a.check.yaml", "version: 1"}};
  const std::string digest = make_plan(state, {}, files).digest;
  CHECK(digest == make_plan(state, {}, files).digest);
  CHECK(digest != make_plan(state, {}, {{"a.check.yaml", "version: 2"}}).digest);
  CHECK(digest != make_plan(state, {}, {{"b.check.yaml", "version: 1"}}).digest);
  ControllerState other = state;
  other.digest = std::string(64, 'b');
  CHECK(digest != make_plan(other, {}, files).digest);
}
