#include "controller/reload/checks_directory.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "common/checks/files.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::controller;
namespace fs = std::filesystem;

namespace {

struct Place {
  test::TempDir root;
  std::string checks = root.file("checks");
  Place() {
    fs::create_directory(checks);
    write("old.check.yaml", "old");
    write("README.md", "read me");
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(checks + "/" + name) << text;
  }
  std::string read(const std::string& name) const {
    return checks::read_text_file(checks + "/" + name, 1'000).value_or("(none)");
  }
};

const checks::FileSet kNew{{"new.check.yaml", "new"}, {"shop/pay.check.yaml", "pay"}};

std::string refused(const std::string& path) {
  const Status status = ChecksDirectory(path).replaceable();
  REQUIRE_FALSE(status);
  CHECK_FALSE(status.error().hint.empty());
  return status.error().message;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a staged directory takes the place of the old one, whole", "[apply]") {
  Place place;
  const ChecksDirectory directory(place.checks + "/");
  REQUIRE(directory.replaceable());
  const auto staged = directory.stage(kNew);
  REQUIRE(staged);
  CHECK(place.read("old.check.yaml") == "old");  // nothing has happened yet
  CHECK(place.read("new.check.yaml") == "(none)");
  REQUIRE(directory.activate(*staged));
  CHECK(place.read("old.check.yaml") == "(none)");
  CHECK(place.read("new.check.yaml") == "new");
  CHECK(place.read("shop/pay.check.yaml") == "pay");
  CHECK(place.read("README.md") == "read me");  // what is no check file moved along
  CHECK_FALSE(fs::exists(*staged));
}

TEST_CASE("the new directory has the mode of the old one", "[apply]") {
  Place place;
  fs::permissions(place.checks, fs::perms{0750});
  const ChecksDirectory directory(place.checks);
  const auto staged = directory.stage(kNew);
  REQUIRE(staged);
  REQUIRE(directory.activate(*staged));
  CHECK(fs::status(place.checks).permissions() == fs::perms{0750});
}

TEST_CASE("what a killed apply left behind is removed by the next one", "[apply]") {
  Place place;
  const ChecksDirectory directory(place.checks);
  const auto first = directory.stage(kNew);
  REQUIRE(first);
  const auto second = directory.stage(kNew);
  REQUIRE(second);
  CHECK_FALSE(fs::exists(*first));
  directory.discard(*second);
  CHECK_FALSE(fs::exists(*second));
}

TEST_CASE("directories that somebody else manages are refused with what to do", "[apply]") {
  Place place;
  const std::string link = place.root.file("link");
  fs::create_directory_symlink(place.checks, link);
  CHECK(contains(refused(link), "is a link"));
  CHECK(contains(refused(link + "/"), "is a link"));
  CHECK(contains(refused(place.root.file("absent")), "is no directory"));
  fs::create_directory(place.checks + "/..data");
  CHECK(contains(refused(place.checks), "ConfigMap"));
  fs::remove(place.checks + "/..data");
  fs::create_directory(place.root.file(".git"));
  CHECK(contains(refused(place.checks), "git checkout"));
  CHECK(contains(refused("/proc"), "mount point"));
}

TEST_CASE("paths that lead out of a directory are refused", "[apply]") {
  for (const char* path : {"../a.check.yaml", "/a.check.yaml", "a/../b.check.yaml",
                           "a//b.check.yaml", ".hidden.check.yaml", ".git/a.check.yaml", "a.yaml",
                           ".check.yaml", "a\n.check.yaml", "a/.check.yaml", "./a.check.yaml"}) {
    INFO(path);
    CHECK_FALSE(checks::check_file_set({{path, ""}}));
  }
  CHECK(checks::check_file_set(kNew));
  CHECK_FALSE(checks::check_file_set({kNew[1], kNew[0]}));
  CHECK_FALSE(checks::check_file_set({kNew[0], kNew[0]}));
}
