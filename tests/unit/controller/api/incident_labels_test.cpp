#include "controller/api/incident_labels.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

std::string label(const IncidentRow& row, const std::string& name) {
  for (const auto& [key, value] : incident_labels(row))
    if (key == name) return value;
  return "no such label";
}

}  // namespace

TEST_CASE("an open incident's series names the most specific proven culprit", "[metrics]") {
  IncidentRow row;
  row.id = IncidentId{"01A"};
  row.subject = "check:shop";
  row.alert_id = "down";
  row.severity = Severity::critical;
  row.detail_json = R"({"attribution": {"scope": "one_region", "shared": [
    {"dimension": "address", "value": "192.0.2.1", "proven": false},
    {"dimension": "pop", "value": "FRA", "proven": true},
    {"dimension": "provider", "value": "aws", "proven": true}]}})";
  CHECK(label(row, "incident") == "01A");
  CHECK(label(row, "subject") == "check:shop");
  CHECK(label(row, "severity") == "critical");
  CHECK(label(row, "scope") == "one_region");
  CHECK(label(row, "dimension") == "pop");
  CHECK(label(row, "value") == "FRA");
}

TEST_CASE("an incident without an attribution has empty labels", "[metrics]") {
  IncidentRow row;
  for (const char* detail : {"", "{}", "nonsense", R"({"attribution": 3})", "[]"}) {
    row.detail_json = detail;
    CHECK(label(row, "scope").empty());
    CHECK(label(row, "dimension").empty());
  }
}
