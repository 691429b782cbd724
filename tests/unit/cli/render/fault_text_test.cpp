#include "cli/render/fault_text.h"

#include <catch2/catch.hpp>
#include <sstream>

using namespace picket::cli;
using Json = nlohmann::ordered_json;

namespace {

const char* kDocument = R"({"incident": {"detail": {
  "attribution": {"scope": "several_regions", "failing": ["a", "b"], "failing_count": 2,
    "reporting": 12, "step": "pay", "shared": [
      {"dimension": "pop", "value": "FRA", "failing": 2, "passing": 10, "proven": true},
      {"dimension": "provider", "value": "aws", "failing": 2, "passing": 0, "proven": false}]},
  "differences": {"region": "a", "lines": ["status: 200 -> 502"]}}},
 "differences": [{"region": "a", "failed_run": "T1", "good_run": "T0", "differences": [
   {"step": "pay", "what": "status", "before": "200", "now": "502"},
   {"step": "http", "what": "header via", "before": "", "now": "evil\u001b[2J"}]}]})";

std::string fault(Json document) {
  std::ostringstream out;
  print_fault(out, document["incident"]);
  return out.str();
}

std::string differences(const Json& document) {
  std::ostringstream out;
  print_differences(out, document);
  return out.str();
}

}  // namespace

TEST_CASE("whose fault is a line for each thing that is shared", "[incidents]") {
  CHECK(fault(Json::parse(kDocument)) ==
        "whose fault\n"
        "  regions      2 of 12 fail: a, b\n"
        "  step         pay\n"
        "  pop          FRA: 2 failing, 10 passing by others\n"
        "  provider     aws: 2 failing, 0 passing by others (not proven)\n");
}

TEST_CASE("differences stand by region, without control characters", "[incidents]") {
  const std::string text = differences(Json::parse(kDocument));
  CHECK_THAT(text, Catch::StartsWith("different from the last good run\n"
                                     "  a  failed T1, good T0\n"
                                     "    pay: status: 200 -> 502\n"
                                     "    header via: nothing -> evil"));
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("without runs to compare the page's own lines are shown", "[incidents]") {
  Json document = Json::parse(kDocument);
  document["differences"] = Json::array();
  CHECK(differences(document) ==
        "different from the last good run, when it was paged\n  a\n    status: 200 -> 502\n");
}

TEST_CASE("a document of an older controller is no error", "[incidents]") {
  for (const char* text : {"{}", R"({"incident": {}})", R"({"incident": {"detail": null}})",
                           R"({"incident": {"detail": {"attribution": 7}}, "differences": 3})",
                           R"({"incident": {"detail": {"attribution": {"shared": [1, null]}}}})"}) {
    Json document = Json::parse(text);
    CHECK_NOTHROW(fault(document));
    CHECK_NOTHROW(differences(document));
  }
}
