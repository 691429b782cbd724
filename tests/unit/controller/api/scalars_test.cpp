#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "controller/api/people_json.h"
#include "controller/api/slo_json.h"
#include "controller/api/status_json.h"

using namespace picket;
using namespace picket::controller;

// nlohmann's `Json{value}` is an array of one with g++ and the value with clang: every place where
// a value may be null is looked at here.
TEST_CASE("budgets and burn rates are numbers, or null", "[api]") {
  SloStatus slo;
  slo.availability.left = 0.5;
  slo.availability.burn.resize(2);
  slo.availability.burn[0].rate_long = 14.4;
  const auto json = slo_json(slo)["availability"];
  CHECK(json["budget_left_ratio"] == 0.5);
  CHECK(json["burn_rates"][0]["long_rate"] == 14.4);
  CHECK(json["burn_rates"][0]["short_rate"].is_null());
  CHECK(json["burn_rates"][1]["long_rate"].is_null());
}

TEST_CASE("texts that may be missing are texts, or null", "[api]") {
  IncidentRow incident;
  incident.cause = "host id.example.com";
  incident.parent = IncidentId{"01M8"};
  const auto list = nlohmann::json::parse(render_incidents({incident}))["incidents"][0];
  CHECK(list["cause"] == "host id.example.com");
  CHECK(list["parent"] == "01M8");
  CHECK(list["resolved_by"].is_null());
  ActionItemRow item;
  item.closed_by = "anna";
  const auto one = nlohmann::json::parse(render_action_item(item, WallTime{}))["action_item"];
  CHECK(one["closed_by"] == "anna");
  CHECK(one["reason"].is_null());
}
