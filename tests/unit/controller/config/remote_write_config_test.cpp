#include <catch2/catch.hpp>
#include <fstream>

#include "controller/config/config.h"
#include "controller/config/settings.h"
#include "tests/support/temp_dir.h"

namespace picket::controller {
namespace {

std::vector<checks::Diagnostic> decode(const std::string& keys, ControllerConfig& config) {
  return decode_controller_config("controller.yaml",
                                  "version: 1\nstate_dir: /s\nchecks_dir: /c\n"
                                  "remote_write: {" +
                                      keys + "}\n",
                                  config);
}

std::string code_of(const std::string& keys) {
  ControllerConfig config;
  const auto mistakes = decode(keys, config);
  return mistakes.empty() ? "" : mistakes.front().code;
}

}  // namespace

TEST_CASE("remote write has an interval, a login and labels", "[config]") {
  ControllerConfig config;
  REQUIRE(decode("url: https://p.test/w, interval: 30s, bearer_token: word, ca_file: /ca.pem,"
                 " labels: {cluster: a}",
                 config)
              .empty());
  CHECK(config.remote_write.url == "https://p.test/w");
  CHECK(config.remote_write.interval == Seconds{30});
  CHECK(config.remote_write.bearer_token == "word");
  CHECK(config.remote_write.ca_file == "/ca.pem");
  CHECK(config.remote_write.labels ==
        std::map<std::string, std::string>{{"cluster", "a"}, {"job", "picket"}});
  REQUIRE(decode("url: https://p.test/w, username: ann, password: word", config).empty());
  CHECK(config.remote_write.username == "ann");
  CHECK(config.remote_write.password == "word");
}

TEST_CASE("--print-config shows no secret of remote write", "[config]") {
  const test::TempDir directory;
  const std::string path = directory.file("controller.yaml");
  const auto printed = [&](const std::string& login) {
    std::ofstream(path) << "version: 1\nstate_dir: /s\nchecks_dir: /c\nremote_write: {url: "
                        << "\"https://p.test/w?key=hidden\", " << login << "}\n";
    return print_controller_config(path, controller_layers()).value();
  };
  for (const char* login : {"bearer_token: hidden", "username: ann, password: hidden"}) {
    const std::string text = printed(login);
    CHECK(text.find("********") != std::string::npos);
    CHECK(text.find("hidden") == std::string::npos);
  }
}

TEST_CASE("nothing is pushed where nothing is written", "[config]") {
  ControllerConfig config;
  REQUIRE(decode_controller_config("c.yaml", "version: 1\nstate_dir: /s\nchecks_dir: /c\n", config)
              .empty());
  CHECK_FALSE(config.remote_write.configured());
}

TEST_CASE("mistakes of remote write are told", "[config]") {
  CHECK(code_of("interval: 15s") == "E0109");
  CHECK(code_of("url: nowhere") == "E0111");
  CHECK(code_of("url: https://p.test/w, username: ann") == "E0109");
  CHECK(code_of("url: https://p.test/w, password: word") == "E0109");
  CHECK(code_of("url: https://p.test/w, bearer_token: a, username: b, password: c") == "E0113");
  CHECK(code_of("url: https://p.test/w, labels: {__name__: a}") == "E0111");
  CHECK(code_of("url: https://p.test/w, token: a") == "E0107");
}

}  // namespace picket::controller
