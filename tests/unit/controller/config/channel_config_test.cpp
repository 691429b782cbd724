// What the configuration says of channels beyond their address: confirmation, webhooks, changes,
// daily tests, and the routes by severity and label.
#include <catch2/catch.hpp>
#include <fstream>

#include "controller/config/config.h"
#include "tests/support/temp_dir.h"

namespace picket::controller {
namespace {

const std::string kHead = "version: 1\nstate_dir: /var/lib/p\nchecks_dir: /etc/p\nreceivers:\n";
const std::string kKey = "routing_key: 0123456789abcdef0123456789abcdef";

std::string pager(const std::string& inner, const std::string& outer = "") {
  return kHead + "  pagerduty/a: {pagerduty: {" + kKey + inner + "}" + outer + "}\n";
}

std::vector<checks::Diagnostic> mistakes_of(const std::string& text, ControllerConfig& config) {
  return decode_controller_config("controller.yaml", text, config);
}

ControllerConfig config_of(const std::string& text) {
  ControllerConfig config;
  for (const auto& mistake : mistakes_of(text, config)) FAIL(checks::render_text(mistake));
  return config;
}

std::string mistake_of(const std::string& text) {
  ControllerConfig config;
  const auto mistakes = mistakes_of(text, config);
  return mistakes.empty() ? "" : mistakes.front().code + " " + mistakes.front().message;
}

}  // namespace

TEST_CASE("a pagerduty receiver takes a REST key, webhook secrets and changes", "[config]") {
  test::TempDir directory;
  std::ofstream(directory.file("one")) << "secret-1\n";
  std::ofstream(directory.file("two")) << "secret-2\n";
  const auto config = config_of(pager(
      ", rest_api_key: abc, rest_url: \"https://api.eu.pagerduty.com/\", change_events: true, "
      "webhook_secret_file: [" +
      directory.file("one") + ", " + directory.file("two") + "]"));
  const Receiver& receiver = config.receivers.at("pagerduty/a");
  CHECK(receiver.rest_key == "abc");
  CHECK(receiver.rest_url == "https://api.eu.pagerduty.com");
  CHECK(receiver.change_events);
  CHECK(receiver.webhook_secrets == std::vector<std::string>{"secret-1", "secret-2"});
  const Receiver plain = config_of(pager("")).receivers.at("pagerduty/a");
  CHECK(plain.rest_key.empty());
  CHECK(plain.rest_url == "https://api.pagerduty.com");
  CHECK_FALSE(plain.change_events);
}

TEST_CASE("mistakes of a pagerduty receiver are told and show no secret", "[config]") {
  CHECK(mistake_of(pager(", rest_url: \"https://x.example\"")).starts_with("E0109"));
  CHECK(mistake_of(pager(", webhook_secret: \"\"")).starts_with("E0111"));
  CHECK(mistake_of(pager(", webhook_secret_file: /nowhere/at/all")).starts_with("E0101"));
  ControllerConfig config;
  const auto mistakes = mistakes_of(
      pager(", rest_api_key: hidden-1, webhook_secret: [hidden-2, hidden-3], x: 1"), config);
  REQUIRE_FALSE(mistakes.empty());
  for (const auto& mistake : mistakes)
    CHECK(checks::render_text(mistake).find("hidden") == std::string::npos);
}

TEST_CASE("each receiver has a daily test unless it is switched off", "[config]") {
  const auto daily = [](const std::string& outer) {
    return config_of(pager("", outer)).receivers.at("pagerduty/a").test_delivery;
  };
  REQUIRE(daily(""));
  CHECK(daily("")->minute == 540);
  CHECK(daily("")->timezone == "UTC");
  CHECK_FALSE(daily(", test_delivery: false"));
  const auto berlin = daily(", test_delivery: {daily_at: \"07:30\", timezone: Europe/Berlin}");
  REQUIRE(berlin);
  CHECK(berlin->minute == 450);
  CHECK(berlin->timezone == "Europe/Berlin");
  for (const char* wrong : {"{daily_at: \"25:00\"}", "{daily_at: \"9:00\"}", "{timezone: Mars}"})
    CHECK(mistake_of(pager("", std::string{", test_delivery: "} + wrong)).starts_with("E0111"));
}

TEST_CASE("routes are read in order, as a list or as a map of equalities", "[config]") {
  const auto config =
      config_of(pager("") +
                "routes:\n"
                "  - {match: {severity: warning, owner: payments}, to: pagerduty/a}\n"
                "  - {match: [\"check=~shop-.*\"], to: [pagerduty/a], continue: true}\n"
                "  - {to: pagerduty/a}\n");
  REQUIRE(config.routes.size() == 3);
  REQUIRE(config.routes[0].match.size() == 2);
  CHECK(config.routes[0].match[0].name == "severity");
  CHECK(config.routes[0].match[0].value == "warning");
  CHECK(config.routes[1].go_on);
  CHECK(config.routes[1].match[0].op == SilenceMatcher::Op::matches);
  CHECK(config.routes[2].match.empty());
}

TEST_CASE("mistakes in routes have a caret at their place", "[config]") {
  const auto routed = [](const std::string& rule) {
    return mistake_of(pager("") + "routes:\n  - " + rule + "\n");
  };
  CHECK(routed("{match: {severity: warning}, to: pagerduty/b}") ==
        "E0303 no receiver `pagerduty/b`");
  CHECK(routed("{match: {severity: fatal}, to: pagerduty/a}") == "E0111 no severity `fatal`");
  CHECK(routed("{match: {colour: red}, to: pagerduty/a}").starts_with("E0111"));
  CHECK(routed("{match: [\"check=~[\"], to: pagerduty/a}").starts_with("E0111"));
  CHECK(routed("{match: {severity: warning}}").starts_with("E0109"));
  CHECK_FALSE(mistake_of(pager("") + "routes: {to: pagerduty/a}\n").empty());
  ControllerConfig config;
  const auto mistakes = mistakes_of(pager("") + "routes:\n  - {to: pagerduty/b}\n", config);
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes[0].at.line == 7);
  CHECK(mistakes[0].at.column == 10);
}

}  // namespace picket::controller
