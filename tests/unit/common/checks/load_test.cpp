#include "common/checks/load.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "common/checks/report.h"

namespace picket::checks {
namespace {

namespace fs = std::filesystem;

// A directory that is gone when the test is over.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (fs::temp_directory_path() / "picket-checks-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { fs::remove_all(path_); }

  std::string path(const std::string& name = {}) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  fs::path path_;
};

std::string check_named(const std::string& name) {
  return "version: 1\nchecks:\n  - name: " + name +
         "\n    owner: shop\n    notify: pagerduty/shop\n    http: GET https://example.com/\n";
}

LoadedChecks load(const std::string& path) {
  auto loaded = load_checks({path});
  REQUIRE(loaded);
  return std::move(*loaded);
}

}  // namespace

TEST_CASE("a check has what its file says and the documented defaults", "[checks]") {
  const LoadedChecks loaded = load_check_text("a.check.yaml", check_named("home"));
  REQUIRE(loaded.checks.size() == 1);
  const Check& check = loaded.checks[0];
  CHECK(check.name.value == "home");
  CHECK(check.service == "shop");
  CHECK(check.interval == Millis{300'000});
  CHECK(check.timeout == Millis{30'000});
  CHECK(check.retries == 1);
  CHECK(check.regions.all);
  CHECK(check.single);
  REQUIRE(check.steps.size() == 1);
  CHECK(check.steps[0].name == "http");
  CHECK(std::get<HttpAction>(check.steps[0].action).url == "https://example.com/");
  CHECK(check.at == SourcePosition{"a.check.yaml", 3, 5});
}

TEST_CASE("a request without an expected status passes with 200 to 399 only", "[checks]") {
  const LoadedChecks loaded = load_check_text("a.check.yaml", check_named("home"));
  REQUIRE(loaded.checks.size() == 1);
  REQUIRE(loaded.checks[0].steps[0].expect.size() == 1);
  CHECK(loaded.checks[0].steps[0].expect[0].status ==
        std::vector<StatusRange>{StatusRange{200, 399}});
}

TEST_CASE("a check without alerts still has down and regional", "[checks]") {
  const LoadedChecks loaded = load_check_text("a.check.yaml", check_named("home"));
  REQUIRE(loaded.checks.size() == 1);
  const auto& alerts = loaded.checks[0].alerts;
  REQUIRE(alerts.size() == 2);
  CHECK(alerts[0].id == "down");
  CHECK(alerts[0].severity == Severity::critical);
  CHECK(alerts[1].id == "regional");
  CHECK(alerts[1].severity == Severity::error);
}

TEST_CASE("a written alert keeps its severity and the missing one is added", "[checks]") {
  const LoadedChecks loaded = load_check_text(
      "a.check.yaml", check_named("home") + "    alerts: [{when: down, severity: error}]\n");
  REQUIRE(loaded.checks.size() == 1);
  REQUIRE(loaded.checks[0].alerts.size() == 2);
  CHECK(loaded.checks[0].alerts[0].severity == Severity::error);
  CHECK(loaded.checks[0].alerts[1].condition == AlertCondition::regional);
}

TEST_CASE("a verdict may have its own name as name, or another", "[checks]") {
  const LoadedChecks loaded = load_check_text(
      "a.check.yaml",
      check_named("home") +
          "    alerts: [{name: down, when: down}, {name: one-region, when: regional}]\n");
  REQUIRE(loaded.checks.size() == 1);
  CHECK(loaded.errors() == 0);
  REQUIRE(loaded.checks[0].alerts.size() == 2);
  CHECK(loaded.checks[0].alerts[1].id == "one-region");
}

TEST_CASE("defaults: maps are merged by key, everything else is replaced", "[checks]") {
  const std::string text =
      "version: 1\n"
      "defaults:\n"
      "  owner: shop\n"
      "  notify: pagerduty/shop\n"
      "  interval: 2m\n"
      "  tags: [one, two]\n"
      "  vars: {base: https://a.example, path: x}\n"
      "checks:\n"
      "  - name: home\n"
      "    tags: [three]\n"
      "    vars: {path: z}\n"
      "    http: GET ${{ vars.base }}/${{ vars.path }}\n";
  const LoadedChecks loaded = load_check_text("a.check.yaml", text);
  REQUIRE(loaded.checks.size() == 1);
  const Check& check = loaded.checks[0];
  CHECK(check.interval == Millis{120'000});
  CHECK(check.tags == std::vector<std::string>{"three"});
  CHECK(check.vars ==
        std::map<std::string, std::string>{{"base", "https://a.example"}, {"path", "z"}});
}

TEST_CASE("windows of the defaults are those of each check that has none", "[checks]") {
  const LoadedChecks loaded = load_check_text(
      "a.check.yaml",
      "defaults: {maintenance: [{start: \"02:00\", duration: 45m, every: [Sunday]}]}\n" +
          check_named("home") +
          "  - {name: own, owner: shop, notify: pagerduty/shop, http: GET https://a.example/,\n"
          "     maintenance: [{start: \"04:00\", duration: 1h}]}\n"
          "  - {name: none, owner: shop, notify: pagerduty/shop, http: GET https://a.example/,\n"
          "     maintenance: []}\n");
  CHECK(loaded.errors() == 0);
  REQUIRE(loaded.checks.size() == 3);
  REQUIRE(loaded.checks[0].maintenance.size() == 1);
  CHECK(loaded.checks[0].maintenance[0].start_minute == 120);
  CHECK(loaded.checks[0].maintenance[0].weekdays == std::vector<int>{0});
  REQUIRE(loaded.checks[1].maintenance.size() == 1);
  CHECK(loaded.checks[1].maintenance[0].start_minute == 240);
  CHECK(loaded.checks[2].maintenance.empty());
}

TEST_CASE("files are found at any depth, in order, through links to files", "[checks]") {
  const TemporaryDirectory directory;
  directory.write("b/deep/two.check.yaml", check_named("two"));
  directory.write("a.check.yaml", check_named("one"));
  directory.write("notes.yaml", "not: a check");
  directory.write("..data/three.check.yaml", check_named("three"));
  fs::create_symlink("..data/three.check.yaml", directory.path("three.check.yaml"));
  fs::create_directory_symlink(directory.path(), directory.path("b/loop"));
  const LoadedChecks loaded = load(directory.path());
  REQUIRE(loaded.files.size() == 3);
  CHECK(loaded.errors() == 0);
  CHECK(loaded.checks[0].name.value == "one");
  CHECK(loaded.checks[1].name.value == "two");
  CHECK(loaded.checks[2].name.value == "three");
}

TEST_CASE("one file by two paths is read once", "[checks]") {
  const TemporaryDirectory directory;
  directory.write("a.check.yaml", check_named("one"));
  auto loaded = load_checks({directory.path(), directory.path("a.check.yaml")});
  REQUIRE(loaded);
  CHECK(loaded->files.size() == 1);
  CHECK(loaded->errors() == 0);
}

TEST_CASE("a bad check is named and hides no other", "[checks]") {
  const TemporaryDirectory directory;
  directory.write("a.check.yaml",
                  check_named("good") +
                      "  - {name: bad, intervall: 60s, http: GET https://a.example/}\n"
                      "  - {http: GET https://a.example/}\n");
  directory.write("b.check.yaml", "checks: [\n");
  directory.write("c.check.yaml", check_named("other"));
  const LoadedChecks loaded = load(directory.path());
  REQUIRE(loaded.checks.size() == 2);
  REQUIRE(loaded.files.size() == 3);
  CHECK(loaded.files[0].checks == std::vector<CheckName>{CheckName{"good"}});
  CHECK(loaded.files[0].broken == std::vector<CheckName>{CheckName{"bad"}});
  CHECK(loaded.files[0].unnamed == 1);
  CHECK_FALSE(loaded.files[0].is_clean());
  CHECK_FALSE(loaded.files[1].readable);
  CHECK(loaded.files[2].is_clean());
}

TEST_CASE("a mistake in the defaults takes every check of its file with it", "[checks]") {
  const LoadedChecks loaded =
      load_check_text("a.check.yaml", "defaults: {interval: 60}\n" + check_named("home"));
  CHECK(loaded.checks.empty());
  CHECK(loaded.files[0].broken == std::vector<CheckName>{CheckName{"home"}});
}

TEST_CASE("one name in two files is an error that names both places", "[checks]") {
  const TemporaryDirectory directory;
  directory.write("a.check.yaml", check_named("same"));
  directory.write("b.check.yaml", check_named("same"));
  const LoadedChecks loaded = load(directory.path());
  CHECK(loaded.checks.empty());
  REQUIRE(loaded.diagnostics.size() == 1);
  const Diagnostic& twin = loaded.diagnostics[0];
  CHECK(twin.code == "E0301");
  CHECK(twin.at.file == directory.path("b.check.yaml"));
  CHECK(twin.excerpt == "  - name: same");
  REQUIRE(twin.related.size() == 1);
  CHECK(twin.related[0].at.file == directory.path("a.check.yaml"));
  CHECK(loaded.files[0].broken.size() == 1);
  CHECK(loaded.files[1].broken.size() == 1);
}

TEST_CASE("a path that does not exist is an error, a directory without checks is not", "[checks]") {
  const TemporaryDirectory directory;
  const auto missing = load_checks({directory.path("nowhere")});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(load(directory.path()).files.empty());
}

TEST_CASE("what cannot be read is a mistake of that file alone", "[checks]") {
  const TemporaryDirectory directory;
  directory.write("a.check.yaml", check_named("one"));
  directory.write("large.check.yaml", std::string(1024 * 1024 + 1, '#'));
  fs::create_symlink("nowhere", directory.path("link.check.yaml"));
  REQUIRE(mkfifo(directory.path("pipe.check.yaml").c_str(), 0600) == 0);
  const LoadedChecks loaded = load(directory.path());
  CHECK(loaded.checks.size() == 1);
  REQUIRE(loaded.errors() == 3);
  for (const Diagnostic& diagnostic : loaded.diagnostics) CHECK(diagnostic.code == "E0101");
}

TEST_CASE("a file of nothing but mistakes shows the first thousand and says so", "[checks]") {
  std::string pairs = "{";
  for (int i = 0; i < 400'000; ++i) pairs += "a,";
  for (const std::string& text : {pairs + "}", std::string(1'000'000, ',')}) {
    const LoadedChecks loaded = load_check_text("a.check.yaml", text);
    CHECK(loaded.errors() >= 1);
    CHECK(loaded.diagnostics.size() <= Report::kMistakesMax + 1);
    for (const Diagnostic& diagnostic : loaded.diagnostics)
      REQUIRE(diagnostic.excerpt.size() <= 400);
  }
  const LoadedChecks loaded = load_check_text("a.check.yaml", pairs + "}");
  CHECK(loaded.diagnostics.back().code == "E0106");
}

TEST_CASE("a body of many unknown references is judged in the time of reading it", "[checks]") {
  std::string body;
  for (int i = 0; i < 50'000; ++i) body += "${{ vars.x }}";
  const LoadedChecks loaded = load_check_text(
      "a.check.yaml", "version: 1\nchecks:\n  - name: a\n    http: {url: \"https://a/\", body: \"" +
                          body + "\"}\n");
  CHECK(loaded.checks.empty());
  CHECK(loaded.diagnostics.size() == Report::kMistakesMax + 1);
}

}  // namespace picket::checks
