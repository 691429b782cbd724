#include "controller/incident/page_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/core/text.h"
#include "controller/incident/keys.h"

using namespace picket;
using namespace picket::controller;
using nlohmann::json;

namespace {

const WallTime kRound = WallTime::from_unix_ms(1'795'314'600'000);

AlertTransition down(int regions, const std::string& message) {
  Check check;
  check.name = CheckName{"shop-login"};
  check.owner = "team-shop";
  check.service = "shop";
  check.runbook = "https://runbooks.example/shop";
  AlertTransition t{.check = std::make_shared<const Check>(check), .alert = {.id = "down"}};
  t.at = kRound + Millis{13'250};
  t.opening_round = kRound;
  t.first_bad_run = kRound + Millis{11'000};
  for (int i = 0; i < regions; ++i) {
    FailureSummary failure{.kind = FailureKind::http_status, .step = "log in"};
    failure.message = message;
    failure.status = 502;
    failure.pop = "FRA";
    failure.at = {"checks/shop.check.yaml", 41, 11};
    const RegionName name{"region-" + std::to_string(100 + i)};
    t.regions.push_back({name, true, true, false, failure, kRound});
    t.attribution.failing.push_back(name);
  }
  t.attribution.reporting = regions;
  t.attribution.kind = FailureKind::http_status;
  t.attribution.status = 502;
  t.attribution.step = "log in";
  t.attribution.pop = "FRA";
  t.attribution.remote_address = "192.0.2.7";
  return t;
}

BookSettings settings() {
  return {.install_id = "install-1", .external_url = "https://picket.example"};
}

json payload(const AlertTransition& t) {
  return json::parse(payload_of(t, settings(), IncidentId{"01INCIDENT"}));
}

}  // namespace

TEST_CASE("a page says what, where, since when and what to do", "[incident]") {
  const json page = payload(down(9, "expect.status: wanted 200, got 502"));
  CHECK(page.at("summary") ==
        "shop-login down: step \"log in\", 9 of 9 regions, HTTP 502 from POP FRA");
  CHECK(page.at("severity") == "critical");
  CHECK(page.at("source") == "shop-login");
  CHECK(page.at("component") == "shop-login");
  CHECK(page.at("group") == "shop");
  CHECK(page.at("class") == "down");
  CHECK(page.at("timestamp") == "2026-11-22T02:30:00.000Z");
  const json& details = page.at("custom_details");
  CHECK(details.at("step") == "log in");
  CHECK(details.at("status") == 502);
  CHECK(details.at("pop") == "FRA");
  CHECK(details.at("address") == "192.0.2.7");
  CHECK(details.at("owner") == "team-shop");
  CHECK(details.at("expectation") == "checks/shop.check.yaml:41:11");
  CHECK(details.at("detected_after_seconds") == 2.25);
  CHECK(details.at("first_bad_run") == "2026-11-22T02:30:11.000Z");
  CHECK(details.at("regions_failing").size() == 9);
  CHECK(page.at("links").at(0).at("href") == "https://runbooks.example/shop");
  CHECK(page.at("links").at(1).at("href") == "https://picket.example/incidents/01INCIDENT");
}

TEST_CASE("a page says whose fault it is and what is different", "[incident]") {
  AlertTransition t = down(9, "expect.status: wanted 200, got 502");
  t.attribution.shared = {{Dimension::pop, "FRA", 9, 3, true}};
  t.regions[1].differences = {"status: 200 -> 502", "pop: AMS -> FRA"};
  t.regions[2].differences = {"status: 200 -> 503"};
  const json details = payload(t).at("custom_details");
  const json& attribution = details.at("attribution");
  CHECK(attribution.at("scope") == "several_regions");
  CHECK(attribution.at("failing_count") == 9);
  CHECK(attribution.at("step") == "log in");
  CHECK(attribution.at("shared").at(0) == json{{"dimension", "pop"},
                                               {"value", "FRA"},
                                               {"failing", 9},
                                               {"passing", 3},
                                               {"proven", true}});
  CHECK(details.at("differences").at("region") == "region-101");
  CHECK(details.at("differences").at("lines") == json{"status: 200 -> 502", "pop: AMS -> FRA"});
  CHECK(json::parse(detail_of(t)).at("attribution") == attribution);
}

TEST_CASE("differences are the first to go where a page would be too large", "[incident]") {
  AlertTransition t = down(20, std::string(400, 'm'));
  t.regions[0].differences = {40, std::string(400, 'd')};
  const std::string text = payload_of(t, settings(), IncidentId{"01INCIDENT"});
  CHECK(text.size() < kPayloadBytesMax);
  const json details = json::parse(text).at("custom_details");
  CHECK_FALSE(details.contains("differences"));
  CHECK(details.at("attribution").at("failing_count") == 20);
}

TEST_CASE("the slot's time stays the round's start when a round has two episodes", "[incident]") {
  AlertTransition t = down(1, "x");
  t.opening_round = kRound + Millis{2};
  CHECK(payload(t).at("timestamp") == "2026-11-22T02:30:00.000Z");
}

TEST_CASE("a page is clean text of less than 16 KB, whatever the target answered", "[incident]") {
  std::string hostile = "\x1b[2J<script>\xff\xfe\r\n{{template}} %s \xe2\x80\xae";
  hostile += std::string(100'000, 'A');
  for (const int regions : {1, 12, 400}) {
    const std::string text = payload_of(down(regions, hostile), settings(), IncidentId{"01I"});
    CHECK(text.size() < kPayloadBytesMax);
    CHECK(is_valid_utf8(text));
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("\\u001b") == std::string::npos);
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
    const json page = json::parse(text);
    CHECK(page.at("summary").get<std::string>().size() <= 1024 * 3);
    CHECK(page.at("custom_details").at("regions_failing").size() <= 21);
  }
}

TEST_CASE("an owner's own text is cut and cleaned too", "[incident]") {
  AlertTransition t = down(3, "x");
  Check check = *t.check;
  check.owner = std::string(50'000, 'o') + "\n";
  check.service = "line\nbreak";
  check.runbook = "https://x.example/" + std::string(50'000, 'r');
  t.check = std::make_shared<const Check>(check);
  t.alert.summary = "Logins\nfail";
  const std::string text = payload_of(t, settings(), IncidentId{"01I"});
  CHECK(text.size() < kPayloadBytesMax);
  CHECK(json::parse(text).at("group") == "line break");
  CHECK(json::parse(text).at("summary").get<std::string>().find("Logins fail") == 0);
}

TEST_CASE("silence is told by the regions that do not report", "[incident]") {
  AlertTransition t = down(0, "");
  t.attribution = Attribution{};
  t.reason = "0 of 1 regions report, 1 are needed";
  t.alert = {.id = "no_data", .condition = AlertCondition::no_data};
  t.regions = {{RegionName{"eu-1"}, false, false, false, std::nullopt, kRound}};
  const json page = payload(t);
  CHECK(page.at("summary") == "shop-login no_data: 0 of 1 regions report, 1 are needed");
  CHECK(page.at("class") == "no_data");
  CHECK(page.at("custom_details").at("regions_not_reporting") == json{"eu-1"});
}

TEST_CASE("keys depend on every part and on where one part ends", "[incident]") {
  const EpisodeName episode{"check:a", "down", kRound};
  const DedupKey key = make_dedup_key("install", "pagerduty/x", episode);
  CHECK(key.value.size() == 7 + 64);
  CHECK(key == make_dedup_key("install", "pagerduty/x", episode));
  CHECK(key != make_dedup_key("install", "pagerduty/y", episode));
  CHECK(key != make_dedup_key("other", "pagerduty/x", episode));
  CHECK(key != make_dedup_key("install", "pagerduty/x", {"check:b", "down", kRound}));
  CHECK(key != make_dedup_key("install", "pagerduty/x", {"check:a", "slow", kRound}));
  CHECK(key != make_dedup_key("install", "pagerduty/x", {"check:a", "down", kRound + Millis{1}}));
  CHECK(join_unambiguously({"ab", "c"}) != join_unambiguously({"a", "bc"}));
  CHECK(join_unambiguously({"1:a", ""}) != join_unambiguously({"", "1:a"}));
}

TEST_CASE("incident ids sort by time and tell episodes apart", "[incident]") {
  const auto id = [](const std::string& subject, std::int64_t after) {
    return make_incident_id("install", {subject, "down", kRound + Millis{after}});
  };
  CHECK(id("check:a", 0).value.size() == 26);
  CHECK(id("check:a", 0) != id("check:b", 0));
  CHECK(id("check:z", 0) < id("check:a", 1));
  CHECK(id("check:a", 1'000) < id("check:a", 300'000));
}
