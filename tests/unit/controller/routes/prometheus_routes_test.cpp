#include "controller/routes/prometheus_routes.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace picket;
using namespace picket::controller;
using Json = nlohmann::json;

namespace {

Discovery two_agents() {
  Discovery found;
  found.version = "1.2.3";
  found.address = "picket.example.com:8080";
  found.agents = {{{RegionName{"eu-west-1"}, "a1"}, true},
                  {{RegionName{"us-east-1"}, "a2"}, false}};
  found.regions = {{RegionName{"eu-west-1"}, {{"cost-centre", "x"}}}};
  return found;
}

}  // namespace

TEST_CASE("the controller alone is told where no pattern says how agents are called", "[routes]") {
  const Json groups = Json::parse(render_targets(two_agents()).value());
  REQUIRE(groups.size() == 1);
  CHECK(groups[0]["targets"] == Json::array({"picket.example.com:8080"}));
  CHECK(groups[0]["labels"] ==
        Json{{"__meta_picket_role", "controller"}, {"__meta_picket_version", "1.2.3"}});
}

TEST_CASE("each agent is a target by the pattern, with its region and labels", "[routes]") {
  Discovery found = two_agents();
  found.pattern = "{agent}.{region}.example.com:9100";
  const Json groups = Json::parse(render_targets(found).value());
  REQUIRE(groups.size() == 3);
  CHECK(groups[1]["targets"] == Json::array({"a1.eu-west-1.example.com:9100"}));
  CHECK(groups[1]["labels"] == Json{{"__meta_picket_role", "agent"},
                                    {"__meta_picket_agent", "a1"},
                                    {"__meta_picket_region", "eu-west-1"},
                                    {"__meta_picket_up", "true"},
                                    {"__meta_picket_region_label_cost_centre", "x"}});
  CHECK(groups[2]["labels"]["__meta_picket_up"] == "false");
}

TEST_CASE("what is no address is refused", "[routes]") {
  Discovery found = two_agents();
  found.address = GENERATE("", "a b", "http://x/", "x\"y");
  CHECK(render_targets(found).error().code == ErrorCode::invalid_argument);
  found = two_agents();
  found.pattern = GENERATE("{host}:9100", "{agent", "x/y", "{agent} {region}");
  CHECK(render_targets(found).error().code == ErrorCode::invalid_argument);
}
