// What was deployed within an hour before an incident: on its timeline, its pages, its detail.
#include "controller/incident/recent_deployments.h"

#include <catch2/catch.hpp>

#include "controller/incident/incident_book.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = *parse_rfc3339("2026-11-23T02:00:00Z");

DeploymentRow deployment(const std::string& service, Millis before,
                         const std::string& team = "payments") {
  DeploymentRow row{"", service, "1.2.3", team, kStart - before, kStart, "", "ci"};
  row.id = make_deployment_id(row);
  return row;
}

Check shop() {
  Check check;
  check.name = CheckName{"shop-login"};
  check.service = "shop";
  check.owner = "payments";
  check.notify = {"pagerduty/shop"};
  return check;
}

AlertTransition transition(AlertPhase phase, const Check& check = shop()) {
  AlertTransition t{.check = std::make_shared<const Check>(check), .alert = {.id = "down"}};
  t.phase = phase;
  t.at = kStart + Seconds{20};
  t.opening_round = kStart;
  t.first_bad_run = kStart;
  t.verdict = CheckVerdict::down;
  return t;
}

IncidentBook make_book() {
  BookSettings s{.install_id = "install-1"};
  s.routes.receivers = {{"pagerduty/shop", R"({"kind":"pagerduty"})"}};
  return IncidentBook{s};
}

std::vector<std::string> said(const BookRows& rows) {
  std::vector<std::string> out;
  for (const TimelineRow& row : rows.timeline)
    if (row.kind == "deployment") out.push_back(row.text);
  return out;
}

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("an incident says what was deployed of its service within an hour before",
          "[deployments]") {
  IncidentBook book = make_book();
  CHECK(book.record_deployment(deployment("shop", minutes{12}), kStart).deployments.size() == 1);
  book.record_deployment(deployment("shop", minutes{61}), kStart);
  book.record_deployment(deployment("billing", minutes{5}), kStart);
  const BookRows rows = book.apply(transition(AlertPhase::fires));
  CHECK(said(rows) == Said{"shop 1.2.3 deployed 12 min before by payments"});
  REQUIRE(rows.incident_deployments.size() == 1);
  CHECK(rows.incident_deployments[0].incident == rows.incidents.at(0).id);
  CHECK(rows.outbox.at(0).payload_json.find("shop 1.2.3 deployed 12 min before") !=
        std::string::npos);
  CHECK(rows.incidents.at(0).detail_json.find("12 min before") != std::string::npos);
  CHECK(rows.incidents.at(0).started == kStart);
  // Told once; the detail keeps it.
  const BookRows changed = book.apply(transition(AlertPhase::changes));
  CHECK(said(changed).empty());
  CHECK(changed.incidents.at(0).detail_json.find("12 min before") != std::string::npos);
}

TEST_CASE("the edges of the hour, and deployments after the incident began", "[deployments]") {
  CHECK(is_near(deployment("shop", hours{1}), "shop", "", kStart));
  CHECK_FALSE(is_near(deployment("shop", hours{1} + Millis{1}), "shop", "", kStart));
  CHECK(is_near(deployment("shop", Millis{0}), "shop", "", kStart));
  CHECK_FALSE(is_near(deployment("shop", Millis{-1}), "shop", "", kStart));
}

TEST_CASE("a check without a service goes by its owner, with one by nothing else",
          "[deployments]") {
  CHECK(is_near(deployment("anything", minutes{1}), "", "payments", kStart));
  CHECK_FALSE(is_near(deployment("anything", minutes{1}), "", "web", kStart));
  CHECK_FALSE(is_near(deployment("anything", minutes{1}), "shop", "payments", kStart));
  CHECK_FALSE(is_near(deployment("anything", minutes{1}, ""), "", "", kStart));
  Check labelled = shop();
  labelled.service.clear();
  labelled.labels = {{"service", "cart"}};
  CHECK(service_of(labelled) == "cart");
  CHECK(service_of(shop()) == "shop");
}

TEST_CASE("a deployment that is recorded late appears on the open incident, once",
          "[deployments]") {
  IncidentBook book = make_book();
  book.apply(transition(AlertPhase::fires));
  const auto late = deployment("shop", minutes{3});
  const BookRows rows = book.record_deployment(late, kStart + minutes{10});
  CHECK(said(rows) == Said{"shop 1.2.3 deployed 3 min before by payments"});
  CHECK(rows.incident_deployments.size() == 1);
  CHECK(rows.incidents.at(0).detail_json.find("3 min before") != std::string::npos);
  const BookRows again = book.record_deployment(late, kStart + minutes{11});
  CHECK(again.deployments.empty());
  CHECK(said(again).empty());
  CHECK(
      said(book.record_deployment(deployment("shop", minutes{-3}), kStart + minutes{12})).empty());
}

TEST_CASE("a restored book knows recent deployments and the start of open incidents",
          "[deployments]") {
  IncidentBook before = make_book();
  const BookRows opened = before.apply(transition(AlertPhase::fires));
  IncidentBook after = make_book();
  after.restore(opened.incidents, opened.outbox, kStart);
  after.restore_deployments({deployment("shop", minutes{30})});
  CHECK(said(after.record_deployment(deployment("shop", minutes{30}), kStart)).empty());  // known
  CHECK(said(after.record_deployment(deployment("shop", minutes{7}), kStart)).size() == 1);
  Check other = shop();
  other.name = CheckName{"shop-cart"};
  CHECK(said(after.apply(transition(AlertPhase::fires, other))).size() == 2);
}

TEST_CASE("shadow checks and suspicions blame no deployment", "[deployments]") {
  IncidentBook book = make_book();
  book.record_deployment(deployment("shop", minutes{12}), kStart);
  CHECK(book.apply(transition(AlertPhase::suspected)).incident_deployments.empty());
  Check shadow = shop();
  shadow.name = CheckName{"shadow"};
  shadow.shadow = true;
  book.define(std::make_shared<const Check>(shadow));
  CHECK(book.apply(transition(AlertPhase::fires, shadow)).incident_deployments.empty());
}

TEST_CASE("deployments older than a day are forgotten", "[deployments]") {
  RecentDeployments recent;
  CHECK(recent.add(deployment("shop", hours{26})));
  CHECK(recent.add(deployment("shop", minutes{1})));
  CHECK(recent.before("shop", "", kStart - hours{26} + minutes{1}).empty());
  CHECK(recent.before("shop", "", kStart).size() == 1);
}
