#include "cli/import/import.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/checks/format.h"
#include "common/checks/load.h"
#include "tests/support/paths.h"

namespace picket::cli {
namespace {

std::string path_of(const std::string& name) {
  return test::source_dir() + "/tests/data/import/" + name;
}

std::string read(const std::string& name) {
  std::ifstream in(path_of(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// With PICKET_WRITE_GOLDEN set, `text` becomes the file when there is none.
std::string golden(const std::string& name, const std::string& text) {
  if (std::getenv("PICKET_WRITE_GOLDEN") != nullptr && !std::filesystem::exists(path_of(name)))
    std::ofstream(path_of(name), std::ios::binary) << text;
  return read(name);
}

Result<Imported> imported(const std::string& from, const std::string& file,
                          const std::string& text) {
  const ImportOptions options{from, file, from == "har" ? "shop" : "", "1m"};
  if (from == "gatus") return import_gatus(options, text);
  if (from == "curl") return import_curl(options, text);
  if (from == "har") return import_har(options, text);
  if (from == "postman") return import_postman(options, text);
  if (from == "uptime-kuma") return import_uptime_kuma(options, text);
  return import_blackbox(options, {text, "prometheus.yml", read("prometheus.yml"), {}});
}

void check_golden(const std::string& from, const std::string& file) {
  const auto done = imported(from, file, read(file));
  REQUIRE(done);
  CHECK(done->text == golden(from + ".check.yaml", done->text));
  const auto formatted = checks::format_checks("x", done->text);
  REQUIRE(formatted);
  CHECK(*formatted == done->text);
  const auto loaded = checks::load_check_text("x.check.yaml", done->text);
  CHECK(loaded.errors() == 0);
  CHECK(loaded.checks.size() == done->checks);
  // Nothing that the inputs call a secret.
  for (const char* secret : {"made-up", "hunter2", "not-a-real"})
    CHECK(done->text.find(secret) == std::string::npos);
}

std::string mistake(const std::string& from, const std::string& text) {
  const auto done = imported(from, "in", text);
  return done ? "imported" : done.error().message;
}

bool says(const std::string& text, const char* part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("modules of blackbox_exporter become checks of their targets", "[import][golden]") {
  check_golden("blackbox", "blackbox.yml");
}

TEST_CASE("endpoints of Gatus keep their conditions", "[import][golden]") {
  check_golden("gatus", "gatus.yaml");
}

TEST_CASE("of two thresholds of Gatus for one thing a person chooses", "[import]") {
  const std::string head = "endpoints:\n  - name: a\n    url: https://a.test/\n";
  const auto bounds = imported("gatus", "in",
                               head +
                                   "    conditions:\n"
                                   "      - \"[RESPONSE_TIME] < 300\"\n"
                                   "      - \"[RESPONSE_TIME] < 900\"\n"
                                   "      - \"[RESPONSE_TIME] > 5\"\n");
  REQUIRE(bounds);
  CHECK(says(bounds->text, "duration: {lt: 300ms, gt: 5ms}"));
  CHECK(says(bounds->text, "# TODO(import): condition: [RESPONSE_TIME] < 900"));
  const std::string alerts = head + "    alerts: [{type: slack, failure-threshold: 2}";
  const auto two = imported("gatus", "in", alerts + ", {type: pagerduty, failure-threshold: 5}]\n");
  REQUIRE(two);
  CHECK(says(two->text, "failing: {x: 5, of: 5}"));
  CHECK(says(two->text, "# TODO(import): alerts came after 2 or 5 failures"));
  const auto one = imported("gatus", "in", alerts + ", {type: pagerduty, failure-threshold: 2}]\n");
  REQUIRE(one);
  CHECK(says(one->text, "failing: {x: 2, of: 2}"));
  CHECK_FALSE(says(one->text, "alerts came after"));
}

TEST_CASE("command lines of curl are read as a shell does", "[import][golden]") {
  check_golden("curl", "commands.txt");
}

TEST_CASE("an archive of a browser becomes a journey without noise", "[import][golden]") {
  check_golden("har", "session.har");
}

TEST_CASE("a Postman collection keeps folders, variables and plain tests", "[import][golden]") {
  check_golden("postman", "collection.json");
}

TEST_CASE("monitors of Uptime Kuma become checks", "[import][golden]") {
  check_golden("uptime-kuma", "kuma.json");
}

TEST_CASE("modules without targets are paused", "[import]") {
  const auto done =
      import_blackbox({"blackbox", "b.yml", "", "1m"},
                      {"modules: {web: {prober: http}, ping: {prober: icmp}}", "", "", {}});
  REQUIRE(done);
  CHECK(done->checks == 2);
  CHECK(says(done->text, "paused:"));
}

TEST_CASE("what our decoder refuses is left out with its reason", "[import]") {
  const auto done = imported("curl", "in", "curl https://a.test/\ncurl -X BREW https://b.test/\n");
  REQUIRE(done);
  CHECK(done->checks == 1);
  CHECK(says(done->text, "TODO(import): check b-test is left out"));
  CHECK(says(mistake("curl", "curl -X BREW https://b.test/"), "nothing to import"));
}

TEST_CASE("mistakes of the input are told with their places", "[import]") {
  CHECK(says(mistake("gatus", "endpoints:\n  - name: a\n    url: [1]\n"), "in:3:10: wanted text"));
  CHECK(says(mistake("gatus", "endpoints: 5\n"), "in:1:12: endpoints: wanted a list"));
  CHECK(says(mistake("gatus", "a: [\n"), "--> in:"));
  CHECK(
      says(mistake("blackbox", "modules: {http_2xx: {prober: smoke}}"), "unknown prober `smoke`"));
  CHECK(says(mistake("har", "{\"log\": {\n  \"entries\": [}"), "in:2:"));
  CHECK(says(mistake("har", R"({"log": {"entries": [{"request": {"url": {}}}]}})"),
             "in: log.entries[0].request.url: wanted text, got a map"));
  CHECK(
      says(mistake("uptime-kuma", R"({"monitorList": [7]})"), "in: monitorList[0]: wanted a map"));
  CHECK(says(mistake("postman", "[]"), "no Postman collection"));
  CHECK(says(mistake("curl", "curl 'https://a.test"), "in:1: the quote that opens here"));
  CHECK(says(mistake("curl", "\ncurl https://a.test -H"), "in:2: -H wants a value"));
  CHECK(says(mistake("curl", "wget https://a.test"), "no curl command"));
}

TEST_CASE("hostile input ends soon and in words", "[import]") {
  CHECK(says(mistake("har", std::string(1'000'000, '[')), "in"));
  CHECK(says(mistake("har", std::string(2000, '[') + std::string(2000, ']')), "nested deeper"));
  std::string keys = "{";
  for (int i = 0; i < 30'000; ++i) keys += "\"k" + std::to_string(i) + "\":0,";
  CHECK(says(mistake("postman", keys + "\"item\":[]}"), "keys"));
  CHECK(says(mistake("gatus", std::string(2'000'000, 'a')), "error"));
  CHECK(says(mistake("gatus", "a: &a [*a]"), "error"));
  CHECK(says(mistake("postman", "\xff\xfe{}"), "no JSON"));
  for (const char* from : {"blackbox", "gatus", "har", "postman", "uptime-kuma"})
    for (const char* text : {"", "null", "[]", "{}", "7", "\"x\"",
                             "{\"log\":7,\"item\":7,\"endpoints\":7,"
                             "\"monitorList\":{},\"modules\":[]}"})
      CHECK(mistake(from, text) != "imported");
  const auto done = imported("curl", "in", "curl -H 'x-a: yes: #no' https://a.test/");
  REQUIRE(done);
  CHECK(says(done->text, "\"yes: #no\""));
}

TEST_CASE("a source cannot ask for secrets that the agents have", "[import]") {
  const auto done = imported("curl", "in",
                             "curl -H 'x-b: ${{ secrets.OTHER }}' https://a.test/\n"
                             "curl https://b.test/${{secrets.OTHER}}\ncurl https://c.test/\n");
  REQUIRE(done);
  CHECK(done->checks == 1);
  CHECK(says(done->text, "refers to a secret"));
}

}  // namespace picket::cli
