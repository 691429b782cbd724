#include "controller/deliver/page_content.h"

#include <catch2/catch.hpp>

#include "common/core/text.h"

using namespace picket;
using namespace picket::controller;
using nlohmann::json;

namespace {

OutboxRow row_of(const json& payload, std::uint32_t level = 0) {
  OutboxRow row;
  row.incident = IncidentId{"01J"};
  row.payload_json = dump(payload);
  row.severity = Severity::error;
  row.due = WallTime::from_unix_ms(0);
  row.degrade_level = level;
  return row;
}

json full_payload() {
  return {{"summary", "shop down"},
          {"source", "shop"},
          {"severity", "critical"},
          {"timestamp", "2026-11-22T02:20:00.000Z"},
          {"component", "c"},
          {"group", "g"},
          {"class", "down"},
          {"custom_details", {{"step", "pay"}, {"regions", {"eu", "us"}}}},
          {"links", {{{"href", "https://runbook"}, {"text", "runbook"}}}},
          {"images", {{{"src", "https://image"}}}},
          {"client", "Picket"},
          {"client_url", "https://picket"}};
}

}  // namespace

TEST_CASE("a complete payload is taken as it is", "[deliver]") {
  const PageContent content = read_content(row_of(full_payload()));
  CHECK(content.summary == "shop down");
  CHECK(content.severity == "critical");
  CHECK(content.timestamp == "2026-11-22T02:20:00.000Z");
  CHECK(content.event_class == "down");
  CHECK(content.details == full_payload()["custom_details"]);
  CHECK(content.links.size() == 1);
  CHECK(content.images.size() == 1);
  CHECK(content.client_url == "https://picket");
}

TEST_CASE("a payload that cannot be read still makes a page", "[deliver]") {
  OutboxRow row = row_of({});
  for (const char* text :
       {"", "nonsense", "[1,2]", "{\"summary\":5}", "{\"summary\":\"\\ud800\"}"}) {
    row.payload_json = text;
    const PageContent content = read_content(row);
    CHECK(content.summary == "Picket incident 01J");
    CHECK(content.source == "picket");
    CHECK(content.severity == "error");
    CHECK(content.timestamp == "1970-01-01T00:00:00.000Z");
  }
}

TEST_CASE("text from a target is cleaned and cut", "[deliver]") {
  json payload = full_payload();
  payload["summary"] = "a\nb\tc\x1b[1m " + std::string(3000, 'x');
  payload["custom_details"]["body"] = std::string(9000, 'y') + "\x07";
  payload["links"] = {{{"href", "javascript:alert(1)"}}, {{"href", "http://plain"}}, 5};
  OutboxRow row = row_of(payload);
  const PageContent content = read_content(row);
  CHECK(content.summary.substr(0, 10) == "a b c [1m ");
  CHECK(content.summary.size() == 1024);
  CHECK(content.details["body"].get<std::string>().size() <= 2048);
  CHECK(content.links.empty());
  row.payload_json = "{\"summary\":\"bad \xff\xfe bytes\"}";
  CHECK(is_valid_utf8(read_content(row).summary));
  CHECK(read_content(row).summary.substr(0, 4) == "bad ");
}

TEST_CASE("a summary is cut at 1,024 UTF-16 units and never inside a character", "[deliver]") {
  std::string emoji;
  for (int i = 0; i < 1000; ++i) emoji += "\xF0\x9F\x94\xA5";
  json payload = full_payload();
  payload["summary"] = "x" + emoji;
  const std::string summary = read_content(row_of(payload)).summary;
  CHECK(is_valid_utf8(summary));
  CHECK(summary.size() == 1 + 511 * 4);
}

TEST_CASE("each level of degradation says less, and all of them say what is down", "[deliver]") {
  json payload = full_payload();
  payload["summary"] = "shop down \xF0\x9F\x94\xA5 " + std::string(2000, 'z');
  const PageContent one = read_content(row_of(payload, 1));
  CHECK(one.summary.size() <= 1000);
  CHECK(one.details.size() == 2);
  const PageContent two = read_content(row_of(payload, 2));
  CHECK(two.summary.size() <= 255);
  CHECK(two.details.empty());
  CHECK(two.links.empty());
  CHECK(two.component == "c");
  const PageContent three = read_content(row_of(payload, 3));
  CHECK(three.summary.size() == 80);
  CHECK(three.summary.substr(0, 11) == "shop down  ");
  CHECK(three.component.empty());
  CHECK(three.severity == "critical");
}

TEST_CASE("details nest only so deep", "[deliver]") {
  json nested = "end";
  for (int i = 0; i < 50; ++i) nested = json{{"n", nested}};
  json payload = full_payload();
  payload["custom_details"] = nested;
  CHECK(dump(read_content(row_of(payload)).details).size() < 100);
}

TEST_CASE("a fallback's page says for whom it stands in", "[deliver]") {
  OutboxRow row = row_of({});
  row.payload_json = with_fallback_note(dump(full_payload()), "pagerduty/payments");
  const PageContent content = read_content(row);
  CHECK(content.details["fallback_for"] == "pagerduty/payments");
  CHECK(content.details["step"] == "pay");
  row.payload_json = with_fallback_note("nonsense", "pagerduty/payments");
  CHECK(read_content(row).details["fallback_for"] == "pagerduty/payments");
}
