// The corpus in tests/data/checks: good files load without a word, bad ones say exactly what
// stands beside them. PICKET_UPDATE_GOLDEN=1 writes what is said now; read the difference.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/checks/load.h"
#include "tests/support/paths.h"

namespace picket::checks {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> files_of(const std::string& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(test::source_dir()) / folder))
    if (entry.path().string().ends_with(".check.yaml")) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

DecodeOptions corpus_options() {
  DecodeOptions options;
  options.strict = true;
  options.receivers = {{"pagerduty/shop", "pagerduty/payments", "webhook/shop"}};
  options.regions = {{"eu-west-1", "us-east-1", "ap-southeast-1", "sa-east-1"}};
  return options;
}

std::string said_of(const fs::path& path) {
  const LoadedChecks loaded =
      load_check_text(path.filename().string(), read_file(path), corpus_options());
  std::string said;
  for (const Diagnostic& diagnostic : loaded.diagnostics) said += render_text(diagnostic) + "\n";
  return said + render_tally(loaded.tally()) + "\n";
}

void compare_with_golden(const std::string& folder) {
  const bool update = std::getenv("PICKET_UPDATE_GOLDEN") != nullptr;
  for (const fs::path& path : files_of(folder)) {
    CAPTURE(path.filename().string());
    fs::path golden = path;
    golden.replace_extension().replace_extension(".txt");
    const std::string said = said_of(path);
    if (update) std::ofstream(golden, std::ios::binary) << said;
    CHECK(said == read_file(golden));
    CHECK(said.find("[") != std::string::npos);  // an error or a warning
  }
}

}  // namespace

TEST_CASE("good files load without a word, strict or not", "[checks]") {
  for (const char* folder : {"tests/data/checks/good", "configs/checks"}) {
    REQUIRE(files_of(folder).size() >= 6);
    for (const fs::path& path : files_of(folder)) {
      CAPTURE(path.filename().string());
      DecodeOptions options;
      options.strict = true;
      const LoadedChecks loaded = load_check_text(path.string(), read_file(path), options);
      for (const Diagnostic& diagnostic : loaded.diagnostics) CHECK(render_text(diagnostic) == "");
      CHECK_FALSE(loaded.checks.empty());
    }
  }
}

TEST_CASE("bad files say what their golden files say", "[checks]") {
  compare_with_golden("tests/data/checks/bad");
}

TEST_CASE("files that only the decoder can refuse say what their golden files say", "[checks]") {
  compare_with_golden("tests/data/checks/bad-semantic");
}

TEST_CASE("every code of the table is shown by a file of the corpus or a test of its own",
          "[checks]") {
  std::string all;
  for (const char* folder : {"tests/data/checks/bad", "tests/data/checks/bad-semantic"})
    for (const fs::path& path : files_of(folder)) all += said_of(path);
  for (const std::string_view code : all_codes()) {
    if (code == "E0101") continue;  // load_test.cpp: files that cannot be read
    CAPTURE(code);
    CHECK(all.find("[" + std::string{code} + "]") != std::string::npos);
  }
}

}  // namespace picket::checks
