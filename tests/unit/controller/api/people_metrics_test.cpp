#include "controller/api/people_metrics.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;
using Catch::Matchers::Contains;

namespace {

DeliveryPerformance payments() {
  DeliveryPerformance figures;
  figures.service = "shop";
  figures.team = "payments";
  figures.detect = {Millis{35'500}, 2};
  figures.acknowledge = {minutes{3}, 1};
  figures.restore = {hours{1}, 2};
  return figures;
}

}  // namespace

TEST_CASE("the medians of incidents are gauges in seconds by service and team", "[metrics]") {
  const std::string text = render_delivery_metrics({}, {payments()});
  const std::string labels = R"({service="shop",team="payments"} )";
  CHECK_THAT(text, Contains("# TYPE picket_time_to_detect_median_seconds gauge\n"));
  CHECK_THAT(text, Contains("picket_time_to_detect_median_seconds" + labels + "35.5\n"));
  CHECK_THAT(text, Contains("picket_time_to_acknowledge_median_seconds" + labels + "180\n"));
  CHECK_THAT(text, Contains("picket_time_to_restore_median_seconds" + labels + "3600\n"));
}

TEST_CASE("a median of no incident is absent, not 0", "[metrics]") {
  DeliveryPerformance quiet = payments();
  quiet.team = "search";
  quiet.detect = quiet.acknowledge = quiet.restore = {};
  const std::string alone = render_delivery_metrics({}, {quiet});
  CHECK(alone.find("median_seconds") == std::string::npos);
  CHECK_THAT(alone, Contains("picket_deployments_per_day{service=\"shop\",team=\"search\"} 0\n"));
  const std::string both = render_delivery_metrics({}, {payments(), quiet});
  CHECK(both.find("median_seconds{service=\"shop\",team=\"search\"}") == std::string::npos);
  CHECK_THAT(both, Contains("picket_time_to_detect_median_seconds{service=\"shop\","
                            "team=\"payments\"}"));
}
