#include "agent/script/secrets.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::agent;

namespace {

void write(const std::string& path, const std::string& content) {
  std::ofstream{path, std::ios::binary} << content;
}

LocalSecrets secrets(std::vector<std::string> directories,
                     std::map<std::string, std::string> environment = {}) {
  SecretLocations locations;
  locations.directories = std::move(directories);
  locations.environment = [environment](const std::string& name) -> std::optional<std::string> {
    const auto at = environment.find(name);
    if (at == environment.end()) return std::nullopt;
    return at->second;
  };
  return LocalSecrets{std::move(locations)};
}

}  // namespace

TEST_CASE("a secret is the content of its file without the last line break", "[secrets]") {
  test::TempDir dir;
  write(dir.file("UNIX"), "value\n");
  write(dir.file("DOS"), "value\r\n");
  write(dir.file("TWO"), "line one\nline two\n\n");
  auto source = secrets({dir.path()});
  CHECK(source.get("UNIX") == "value");
  CHECK(source.get("DOS") == "value");
  CHECK(source.get("TWO") == "line one\nline two\n");
}

TEST_CASE("systemd credentials come before directories, those before the environment",
          "[secrets]") {
  test::TempDir credentials;
  test::TempDir dir;
  write(credentials.file("A"), "from systemd");
  write(dir.file("A"), "from the directory");
  write(dir.file("B"), "from the directory");
  auto source = secrets({dir.path()}, {{"CREDENTIALS_DIRECTORY", credentials.path()},
                                       {"PICKET_SECRET_B", "from the environment"},
                                       {"PICKET_SECRET_C", "from the environment"},
                                       {"D", "without the prefix"}});
  CHECK(source.get("A") == "from systemd");
  CHECK(source.get("B") == "from the directory");
  CHECK(source.get("C") == "from the environment");
  CHECK_FALSE(source.get("D").has_value());
}

TEST_CASE("a rotated secret holds from the next use on", "[secrets]") {
  test::TempDir dir;
  auto source = secrets({dir.path()});
  write(dir.file("A"), "one");
  CHECK(source.get("A") == "one");
  write(dir.file("A"), "two");
  CHECK(source.get("A") == "two");
}

TEST_CASE("a name cannot leave the directory", "[secrets]") {
  test::TempDir dir;
  std::filesystem::create_directory(dir.file("inner"));
  write(dir.file("OUTSIDE"), "canary-value");
  auto source = secrets({dir.file("inner")});
  for (const std::string name :
       {"../OUTSIDE", "..", ".", "", "a/b", "A\nB", "/etc/passwd", "A.B"}) {
    INFO(name);
    const auto value = source.get(name);
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().code == ErrorCode::secret_missing);
    CHECK(value.error().message.find('\n') == std::string::npos);
  }
}

TEST_CASE("what cannot be a secret is refused by name, without its value", "[secrets]") {
  test::TempDir dir;
  write(dir.file("EMPTY"), "\n");
  write(dir.file("LARGE"), std::string(kSecretBytesMax + 1, 'x'));
  write(dir.file("FITS"), std::string(kSecretBytesMax, 'x'));
  std::filesystem::create_directory(dir.file("FOLDER"));
  REQUIRE(::mkfifo(dir.file("FIFO").c_str(), 0600) == 0);
  auto source = secrets({dir.path()});
  CHECK(source.get("FITS").has_value());
  for (const std::string name : {"EMPTY", "LARGE", "FOLDER", "FIFO", "NOTHING"}) {
    INFO(name);
    const auto value = source.get(name);
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().code == ErrorCode::secret_missing);
    CHECK(value.error().message.find(name) != std::string::npos);
    CHECK(value.error().message.find("xxx") == std::string::npos);
  }
}

TEST_CASE("secrets that are looked for elsewhere are found there from then on", "[secrets]") {
  test::TempDir before;
  test::TempDir after;
  write(before.file("A"), "before");
  write(after.file("A"), "after");
  auto source = secrets({before.path()});
  CHECK(source.get("A") == "before");
  SecretLocations next;
  next.directories = {after.path()};
  next.environment = [](const std::string&) { return std::nullopt; };
  source.set_locations(std::move(next));
  CHECK(source.get("A") == "after");
}
