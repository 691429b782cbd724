// JSON paths against files in the form of the public compliance suite: our own corpus, and that
// suite itself where it lies beside the repository.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/model/jsonpath.h"
#include "tests/support/paths.h"

using namespace picket;

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Json read_suite(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return Json::parse(text.str()).at("tests");
}

// Whether `got` is the one answer, or one of several, that a case names under `key`.
bool is_wanted(const Json& test, const std::string& key, const Json& got) {
  if (test.contains(key)) return test[key] == got;
  const Json& several = test.at(key == "result" ? "results" : "results_paths");
  return std::find(several.begin(), several.end(), got) != several.end();
}

void expect_refused(const Json& test, const Result<JsonPath>& path) {
  REQUIRE_FALSE(path.has_value());
  CHECK(path.error().code == ErrorCode::invalid_argument);
  const std::string message = test.value("message", " at position ");
  INFO(path.error().message);
  CHECK(path.error().message.find(message) != std::string::npos);
}

void expect_nodes(const Json& test, const JsonPath& path) {
  const auto document = JsonDocument::parse(test.at("document").dump());
  REQUIRE(document.has_value());
  const auto nodes = path.nodes(*document);
  REQUIRE(nodes.has_value());
  Json values = Json::array();
  Json paths = Json::array();
  for (const JsonNode& node : *nodes) {
    values.push_back(Json::parse(node.json));
    paths.push_back(node.path);
    // A normalized path finds just its own node, and is its own normalized path.
    const auto again = JsonPath::parse(node.path);
    REQUIRE(again.has_value());
    CHECK(again->is_singular());
    const auto one = again->nodes(*document);
    REQUIRE(one->size() == 1);
    CHECK((one->front().path == node.path && one->front().json == node.json));
  }
  INFO("got " << values << " at " << paths);
  CHECK(is_wanted(test, "result", values));
  CHECK(is_wanted(test, "result_paths", paths));
  const auto found = path.find(*document);
  REQUIRE(found.has_value());
  CHECK(found->present == !nodes->empty());
}

std::size_t run_suite(const fs::path& file) {
  const Json tests = read_suite(file);
  for (const Json& test : tests) {
    const auto selector = test.at("selector").get<std::string>();
    INFO(file.filename() << ": " << test.at("name") << ": " << selector);
    const auto path = JsonPath::parse(selector);
    if (test.value("invalid_selector", false)) {
      expect_refused(test, path);
      continue;
    }
    if (!path) FAIL_CHECK(path.error().message);
    if (path) expect_nodes(test, *path);
  }
  return tests.size();
}

}  // namespace

TEST_CASE("JSON paths: the corpus of our own", "[jsonpath]") {
  std::size_t files = 0;
  std::size_t cases = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(test::source_dir()) / "tests/data/jsonpath")) {
    ++files;
    cases += run_suite(entry.path());
  }
  CHECK(files == 5);
  CHECK(cases > 150);
}

TEST_CASE("JSON paths: the public compliance suite", "[jsonpath]") {
  const char* given = std::getenv("PICKET_SHARED_DIR");
  const fs::path shared =
      given != nullptr ? fs::path(given) : fs::path(test::source_dir()) / "../shared";
  const fs::path file = shared / "data/jsonpath-cts.json";
  if (!fs::exists(file)) {
    std::cout << "SKIPPED: jsonpath-cts: the suite is not beside the repository\n";
    return;
  }
  CHECK(run_suite(file) == 703);
}
