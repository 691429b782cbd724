#include "common/checks/config_layers.h"

#include <catch2/catch.hpp>
#include <map>

#include "common/checks/config_print.h"
#include "common/checks/config_reader.h"

using namespace picket;
using namespace picket::checks;
using Catch::Matchers::Contains;

namespace {

constexpr Setting kSettings[] = {
    {"name", SettingKind::text, "NAME", "", "its name"},
    {"listen", SettingKind::text, "HOST:PORT", "0.0.0.0:1", "where"},
    {"allow", SettingKind::list, "PREFIX,..", "", "who"},
    {"log.level", SettingKind::text, "LEVEL", "info", "how much"},
    {"limits.runs", SettingKind::value, "N", "200", "how many"},
};

struct World {
  ConfigLayers layers{"PICKET_TEST_", kSettings};
  std::map<std::string, std::string> environment;
  std::string printed;
  std::vector<Diagnostic> mistakes;

  void read(const std::string& text) {
    layers.take_environment([this](const char* name) -> const char* {
      const auto found = environment.find(name);
      return found == environment.end() ? nullptr : found->second.c_str();
    });
    const auto decode = [this](Report& report, const Node& root) {
      static constexpr std::string_view kKeys[] = {"name",   "listen", "allow",
                                                   "limits", "log",    "receivers"};
      const Fields fields(report, root, make_key_group("test", "", kKeys));
      LogSettings log;
      read_log(fields, log);
      printed = print_config(root, layers, "test.yaml");
    };
    mistakes = decode_config_text("test.yaml", text, decode, layers);
  }
};

}  // namespace

TEST_CASE("a setting has one flag and one variable", "[config]") {
  CHECK(flag_of(kSettings[3]) == "--log-level");
  CHECK(variable_of("PICKET_TEST_", kSettings[3]) == "PICKET_TEST_LOG_LEVEL");
}

TEST_CASE("flag over environment over file over default, each with its source", "[config]") {
  World w;
  w.layers.take_flag("name", "by-flag");
  w.environment = {{"PICKET_TEST_NAME", "by-variable"},
                   {"PICKET_TEST_LIMITS_RUNS", "7"},
                   {"PICKET_TEST_ALLOW", "10.0.0.0/8, ::1"},
                   {"PICKET_TEST_LISTEN", ""}};
  w.read("name: by-file\nlimits: {runs: 5}\nlog:\n  level: warn\n");
  CHECK(w.mistakes.empty());
  CHECK_THAT(w.printed, Contains("name: \"by-flag\"  # flag --name\n"));
  CHECK_THAT(w.printed, Contains("  runs: 7  # environment PICKET_TEST_LIMITS_RUNS\n"));
  CHECK_THAT(w.printed,
             Contains("allow: [\"10.0.0.0/8\", \"::1\"]  # environment PICKET_TEST_ALLOW\n"));
  CHECK_THAT(w.printed, Contains("  level: warn  # test.yaml:4\n"));
  CHECK_THAT(w.printed, Contains("listen: \"0.0.0.0:1\"  # default\n"));
}

TEST_CASE("what is printed is read again as the same", "[config]") {
  World w;
  w.layers.take_flag("limits.runs", "9");
  w.read("name: 'a: \"b\" # c'\nallow: [x]\n");
  const std::string first = w.printed;
  World again;
  again.read(first);
  CHECK(again.mistakes.empty());
  CHECK_THAT(again.printed, Contains(R"(name: "a: \"b\" # c")"));
  CHECK_THAT(again.printed, Contains("runs: 9  # test.yaml:"));
}

TEST_CASE("a mistake in a variable or flag is told by its name, not by a line", "[config]") {
  World w;
  w.environment = {{"PICKET_TEST_LOG_LEVEL", "loud"}};
  w.read("name: x\n");
  REQUIRE(w.mistakes.size() == 1);
  CHECK_THAT(render_text(w.mistakes[0]), Contains("environment PICKET_TEST_LOG_LEVEL"));
}

TEST_CASE("no secret is printed, wherever it stands", "[config]") {
  World w;
  w.read(R"(receivers:
  a/b:
    pagerduty: {routing_key: CANARY, webhook_secret: [CANARY, CANARY], rest_api_key: CANARY}
  c/d:
    webhook: {url: "https://user:CANARY@hooks.example.com/x?token=CANARY", secret: CANARY}
    list: [{password: CANARY}, {token: CANARY}, {webhook_url: CANARY}]
)");
  CHECK(w.printed.find("CANARY") == std::string::npos);
  CHECK_THAT(w.printed, Contains("hooks.example.com/x"));
}

TEST_CASE("parts differ where the file does, and hold no text of it", "[config]") {
  std::vector<std::map<std::string, std::string>> parts;
  for (const std::string text : {"name: x\nlog: {level: info}\n", "log: {level: warn}\nname: x\n"})
    decode_config_text("t", text,
                       [&](Report&, const Node& root) { parts.push_back(config_parts(root)); });
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].at("name") == parts[1].at("name"));
  CHECK(parts[0].at("log") != parts[1].at("log"));
}

TEST_CASE("what a reload leaves for a restart is named", "[config]") {
  const ConfigParts before{{"api", "1"}, {"log", "1"}, {"name", "1"}};
  CHECK(changed_parts(before, before, {}).empty());
  CHECK(changed_parts(before, {{"api", "2"}, {"log", "2"}, {"name", "1"}}, {"log"}) == "api");
  CHECK(changed_parts(before, {{"log", "1"}, {"name", "2"}, {"tests", "1"}}, {"log"}) ==
        "api, name, tests");
}
