// The deliverer against real Alertmanagers.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/alertmanager.h"
#include "tests/support/real_delivery.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::controller;
using nlohmann::json;
using test::Alertmanager;

namespace {

constexpr const char* kReceiver = "alertmanager/main";
constexpr Millis kSettled = Seconds{15};

std::vector<Receiver> receivers(const std::string& urls) {
  return {{kReceiver, ReceiverKind::alertmanager, urls, "", "", ""}};
}

std::string payload(WallTime since) {
  return json{{"summary", "shop-login down: step \"log in\""},
              {"source", "shop-login"},
              {"severity", "critical"},
              {"timestamp", render_rfc3339(since)},
              {"component", "shop-login"},
              {"group", "shop"},
              {"class", "down"},
              {"custom_details", {{"owner", "team-shop"}, {"step", "log in"}}}}
      .dump();
}

double minutes_left(const json& alert, WallTime now) {
  const auto ends = parse_rfc3339(alert.at("endsAt").get<std::string>());
  return ends ? static_cast<double>((*ends - now).count()) / 60'000.0 : -1.0;
}

}  // namespace

TEST_CASE("every Alertmanager is told of the trigger, the acknowledgement and the end",
          "[deliver][alertmanager]") {
  if (!test::have_alertmanager()) return;
  test::TempDir directory;
  const Alertmanager one(directory.file("one"));
  const Alertmanager two(directory.file("two"));
  test::RealDelivery delivery(receivers(one.url() + " " + two.url()));
  delivery.payload = payload(delivery.clock().wall_now() - minutes{3});
  delivery.owe("shop", OutboxAction::trigger, 0, kReceiver);
  delivery.owe("shop", OutboxAction::acknowledge, 1, kReceiver);
  REQUIRE(delivery.settle(kSettled));
  for (const Alertmanager* each : {&one, &two}) {
    const json alerts = each->alerts();
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0]["labels"] == json{{"alertname", "PicketDown"},
                                      {"severity", "critical"},
                                      {"incident", "shop"},
                                      {"component", "shop-login"},
                                      {"service", "shop"},
                                      {"condition", "down"},
                                      {"owner", "team-shop"}});
    CHECK(alerts[0]["annotations"]["acknowledged"] == "true");
    CHECK(alerts[0]["status"]["state"] == "active");
    CHECK(minutes_left(alerts[0], delivery.clock().wall_now()) == Approx(20).margin(0.5));
  }
  delivery.restart();
  delivery.owe("shop", OutboxAction::resolve, 2, kReceiver);
  REQUIRE(delivery.settle(kSettled));
  for (const Alertmanager* each : {&one, &two}) CHECK(each->alerts().empty());
}

TEST_CASE("an instance that was down is told what is open when it is back",
          "[deliver][alertmanager]") {
  if (!test::have_alertmanager()) return;
  test::TempDir directory;
  const Alertmanager one(directory.file("one"));
  const int port = test::free_port();
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  test::RealDelivery delivery(receivers(one.url() + " " + url));
  delivery.payload = payload(delivery.clock().wall_now());
  delivery.owe("shop", OutboxAction::trigger, 0, kReceiver);
  REQUIRE(delivery.settle(kSettled));
  const OutboxRow row = delivery.row("shop", 0);
  CHECK(row.state == OutboxState::accepted);
  CHECK(row.attempts == 1);
  CHECK(row.last_error.find(url + ": connect_refused") == 0);
  CHECK(one.alerts().size() == 1);
  const Alertmanager two(directory.file("two"), port);
  CHECK(two.alerts().empty());
  delivery.restart();  // renews at once, as each minute
  delivery.owe("other", OutboxAction::trigger, 0, kReceiver);
  CHECK(delivery.settle(kSettled, [&] { return two.alerts().size() == 2; }));
  CHECK(two.alerts().size() == 2);
  for (const auto& view : delivery.deliverer().alertmanagers()) CHECK(view.up);
}

TEST_CASE("without any instance the fallback is told", "[deliver][alertmanager]") {
  if (!test::have_alertmanager()) return;
  test::TempDir directory;
  const Alertmanager spare(directory.file("spare"));
  const std::string nobody = "http://127.0.0.1:" + std::to_string(test::free_port());
  auto both = receivers(nobody);
  both.push_back({"alertmanager/spare", ReceiverKind::alertmanager, spare.url(), "", "", ""});
  both[0].fallback = "alertmanager/spare";
  test::RealDelivery delivery(both);
  delivery.payload = payload(delivery.clock().wall_now());
  delivery.owe("shop", OutboxAction::trigger, 0, kReceiver);
  CHECK_FALSE(delivery.settle(Seconds{12}));  // three attempts: 0, 2 and 7 s
  const json alerts = spare.alerts();
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0]["annotations"]["description"].get<std::string>().find(
            "fallback_for: alertmanager/main") != std::string::npos);
}
