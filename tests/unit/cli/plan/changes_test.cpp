#include "cli/plan/changes.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/wire/wire.h"
#include "tests/support/evaluation_world.h"
#include "tests/support/model_generator.h"

using namespace picket;
using namespace picket::cli;

namespace {

std::string said(const Check& before, const Check& after) {
  std::string out;
  for (const KeyChange& change : changes_between(before, after))
    out += change.key + ": " + change.before + " -> " + change.after + "\n";
  return out;
}

}  // namespace

TEST_CASE("changes are named by their keys and values", "[plan]") {
  const Check before = test::make_check();
  Check after = before;
  after.quorum = {Quorum::Kind::count, 3};
  after.interval = minutes{1};
  after.notify = {"pagerduty/shop", "webhook/ops"};
  CHECK(said(before, after) ==
        "interval: 5m -> 1m\n"
        "quorum: (default) -> 3\n"
        "notify: [pagerduty/shop] -> [pagerduty/shop, webhook/ops]\n");
  Check other = before;
  other.alerts[0].hold = minutes{2};
  other.alerts.pop_back();
  CHECK(said(before, other) ==
        "alerts.down.for: 0s -> 2m\n"
        "alerts.regional: when regional, error -> (none)\n");
  Check renamed_step = before;
  renamed_step.steps[0].name = "pay";
  renamed_step.single = false;
  CHECK(said(before, renamed_step) ==
        "steps.pay: (none) -> a new step\nsteps.http: a step -> (none)\n");
}

TEST_CASE("a moved line is no change", "[plan]") {
  const Check before = test::make_check();
  Check after = before;
  after.at = {"other.check.yaml", 40, 3};
  after.steps[0].at = {"other.check.yaml", 41, 3};
  after.alerts[0].at = {"other.check.yaml", 42, 3};
  CHECK(changes_between(before, after).empty());
}

TEST_CASE("random checks differ by a key exactly when their revisions do", "[plan]") {
  test::ModelGenerator one{Random{1}};
  for (int i = 0; i < 200; ++i) {
    const Check a = one.check();
    Check b = one.check();
    b.name = a.name;
    CHECK(changes_between(a, a).empty());
    CHECK(changes_between(a, b).empty() == (wire::revision_of(a) == wire::revision_of(b)));
  }
}
