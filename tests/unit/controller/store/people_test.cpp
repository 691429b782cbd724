// What people do with incidents, as the store keeps it: over a reopening, and as old as retention.
#include <catch2/catch.hpp>

#include "controller/store/store.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/controller/store/days.h"

using namespace picket;
using namespace picket::controller;
using picket::test::day;
using picket::test::open_store;

namespace {

IncidentRow incident(const std::string& id, WallTime opened, std::optional<WallTime> resolved) {
  IncidentRow row;
  row.id = IncidentId{id};
  row.check = CheckName{"shop"};
  row.service = "shop";
  row.owner = "payments";
  row.opening_round = opened;
  row.opened = opened;
  row.started = opened - minutes{1};
  row.state = resolved ? IncidentState::resolved : IncidentState::open;
  row.resolved = resolved;
  return row;
}

DeploymentRow deployment(const std::string& id, WallTime at) {
  return {id, "shop", "1.2.3", "payments", at, at + minutes{1}, "https://ci.example/1", "ci"};
}

ActionItemRow item(const std::string& id, WallTime due) {
  ActionItemRow row;
  row.id = id;
  row.incident = IncidentId{"01"};
  row.check = CheckName{"shop"};
  row.owner = "anna";
  row.text = "add a breaker";
  row.due = due;
  row.created = day(1);
  row.created_by = "bert";
  return row;
}

}  // namespace

TEST_CASE("deployments, links and action items survive a reopening whole", "[store]") {
  const test::TempDir folder;
  const std::string path = folder.file("store.db");
  WriteSet set;
  IncidentRow held = incident("01", day(2), day(3));
  held.resolved_by = "anna";
  held.after_resolve = AfterResolve::page_again;
  held.page_again = day(3) + minutes{5};
  held.reopened = 2;
  set.incidents = {held};
  set.deployments = {deployment("d1", day(2) - minutes{12}), deployment("d2", day(9))};
  set.incident_deployments = {{IncidentId{"01"}, "d1", day(2)}};
  ActionItemRow dropped = item("a2", day(8));
  dropped.state = ActionState::deprioritised;
  dropped.closed = day(4);
  dropped.closed_by = "anna";
  dropped.reason = "the service ends";
  dropped.escalated = day(4);
  set.action_items = {item("a1", day(9)), dropped};
  REQUIRE(open_store(path)->commit(set));
  const auto store = open_store(path);
  const auto row = store->open_incidents().value().at(0);  // held: a restart needs it
  CHECK(row.started == held.started);
  CHECK(row.resolved_by == "anna");
  CHECK(row.after_resolve == AfterResolve::page_again);
  CHECK(row.page_again == held.page_again);
  CHECK(row.reopened == 2);
  CHECK(row.service == "shop");
  CHECK(row.owner == "payments");
  const auto near = store->deployments_of(IncidentId{"01"}).value();
  REQUIRE(near.size() == 1);
  CHECK(near[0].version == "1.2.3");
  CHECK(near[0].recorded == near[0].at + minutes{1});
  CHECK(near[0].url == "https://ci.example/1");
  DeploymentFilter filter;
  CHECK(store->deployments(filter).value().at(0).id == "d2");  // newest first
  filter.until = day(5);
  filter.service = "shop";
  filter.team = "payments";
  CHECK(store->deployments(filter).value().at(0).id == "d1");
  filter.team = "web";
  CHECK(store->deployments(filter).value().empty());
  const auto kept = store->action_item("a2").value();
  REQUIRE(kept);
  CHECK(kept->state == ActionState::deprioritised);
  CHECK(kept->reason == "the service ends");
  CHECK(kept->closed == day(4));
  CHECK(kept->escalated == day(4));
  CHECK(kept->check == CheckName{"shop"});
  ActionItemFilter opened;
  opened.state = ActionState::open;
  opened.incident = IncidentId{"01"};
  CHECK(store->action_items(opened).value().size() == 1);
  CHECK_FALSE(store->action_item("none").value());
}

TEST_CASE("a deployment recorded twice is one", "[store]") {
  const auto store = open_store();
  WriteSet set;
  set.deployments = {deployment("d1", day(2))};
  REQUIRE(store->commit(set));
  REQUIRE(store->commit(set));
  CHECK(store->deployments({}).value().size() == 1);
}

TEST_CASE("figures take the first page and acknowledge, and the check's own recovery", "[store]") {
  const auto store = open_store();
  WriteSet set;
  IncidentRow by_hand = incident("01", day(2), day(2) + minutes{10});
  by_hand.recovered = day(2) + minutes{30};
  IncidentRow held = incident("02", day(3), day(3) + minutes{10});
  held.after_resolve = AfterResolve::hold;
  set.incidents = {by_hand, held, incident("03", day(4), day(4) + minutes{5})};
  for (const char* id : {"01", "02"})
    for (const int minute : {1, 6}) {
      set.timeline.push_back({IncidentId{id}, day(2) + minutes{minute}, "paged", ""});
      set.timeline.push_back({IncidentId{id}, day(2) + minutes{minute + 2}, "acknowledged", ""});
    }
  set.deployments = {deployment("d1", day(2) - minutes{5}), deployment("d2", day(3))};
  set.incident_deployments = {{IncidentId{"01"}, "d1", day(2)}};
  REQUIRE(store->commit(set));
  const auto times = store->incident_times(day(1), day(5)).value();
  REQUIRE(times.size() == 2);  // the third paged nobody
  CHECK(times[0].paged == day(2) + minutes{1});
  CHECK(times[0].acknowledged == day(2) + minutes{3});
  CHECK(times[0].restored == day(2) + minutes{30});
  CHECK_FALSE(times[1].restored);  // a person said so, the check does not
  const auto outcomes = store->deployment_outcomes(day(1), day(5)).value();
  REQUIRE(outcomes.size() == 2);
  CHECK(outcomes[0].failed);
  CHECK_FALSE(outcomes[1].failed);
}

TEST_CASE("retention takes deployments and closed items, never an open item", "[store]") {
  const auto store = open_store();
  WriteSet set;
  set.incidents = {incident("02", day(300), std::nullopt)};
  set.deployments = {deployment("old", day(1)), deployment("named", day(300)),
                     deployment("new", day(500))};
  set.incident_deployments = {{IncidentId{"02"}, "named", day(300)},
                              {IncidentId{"gone"}, "old", day(1)}};
  ActionItemRow closed = item("closed", day(2));
  closed.state = ActionState::done;
  closed.closed = day(3);
  set.action_items = {closed, item("open", day(2))};
  REQUIRE(store->commit(set));
  RetentionOptions options;
  options.history = hours{24 * 100};
  REQUIRE(store->prune(day(550), options));
  std::vector<std::string> left;
  const auto kept = store->deployments({});
  for (const auto& row : *kept) left.push_back(row.id);
  CHECK(left == std::vector<std::string>{"new", "named"});
  CHECK(store->action_items({}).value().size() == 1);
  CHECK(store->action_items({}).value().at(0).id == "open");
}
