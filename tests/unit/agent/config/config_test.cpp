#include "agent/config/config.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace picket::agent {
namespace {

const std::string kLeast =
    "version: 1\ncontroller: https://picket.example.com:8443/\nstate_dir: /var/lib/p\n";

std::string mistake_of(const std::string& text) {
  AgentConfig config;
  const auto mistakes = decode_agent_config("agent.yaml", text, config);
  if (mistakes.empty()) return "";
  const auto& first = mistakes.front();
  return first.code + " " + std::to_string(first.at.line) + ":" + std::to_string(first.at.column) +
         " " + first.message;
}

AgentConfig config_of(const std::string& text) {
  AgentConfig config;
  for (const auto& mistake : decode_agent_config("agent.yaml", text, config))
    FAIL(checks::render_text(mistake));
  return config;
}

}  // namespace

TEST_CASE("a short agent.yaml has the documented defaults", "[config]") {
  const AgentConfig config = config_of(kLeast);
  CHECK(config.controller == "https://picket.example.com:8443");
  CHECK(config.name.empty());
  CHECK(config.limits.concurrent_runs == 200);
  CHECK(config.limits.per_host == 6);
  CHECK(config.limits.spool_bytes == 2ull << 30);
  CHECK(config.limits.spool_age == std::chrono::hours{7 * 24});
  CHECK(config.limits.traceroutes_per_minute == 6);
  CHECK(config.secrets.environment_prefix == "PICKET_SECRET_");
  CHECK(config.resolver_servers.empty());
}

TEST_CASE("every key of agent.yaml is read", "[config]") {
  const AgentConfig config =
      config_of(kLeast +
                "controller_ca: /ca.pem\nname: eu-a\njoin_token_file: /token\n"
                "resolver: {servers: [127.0.0.1:5300, \"[::1]:53\"]}\n"
                "network: {allow: [127.0.0.0/8, fd00::/8, 10.0.0.1], ca_file: /roots.pem}\n"
                "limits: {concurrent_runs: 5, per_host: 2, spool_bytes: 64MiB, spool_age: 1h,\n"
                "  traceroutes_per_minute: 0}\n"
                "secrets: {directory: /s, environment_prefix: P_}\n"
                "log: {level: warn, format: json}\n");
  CHECK(config.controller_ca == "/ca.pem");
  CHECK(config.name == "eu-a");
  CHECK(config.join_token_file == "/token");
  CHECK(config.resolver_servers == std::vector<std::string>{"127.0.0.1:5300", "[::1]:53"});
  CHECK(config.network.allow.size() == 3);
  CHECK(config.network.ca_file == "/roots.pem");
  CHECK(config.limits.concurrent_runs == 5);
  CHECK(config.limits.per_host == 2);
  CHECK(config.limits.spool_bytes == 64ull << 20);
  CHECK(config.limits.spool_age == std::chrono::hours{1});
  CHECK(config.limits.traceroutes_per_minute == 0);
  CHECK(config.secrets.directory == "/s");
  CHECK(config.secrets.environment_prefix == "P_");
  CHECK(config.log.level == log::Level::warn);
}

TEST_CASE("each mistake in agent.yaml has its place", "[config]") {
  struct Row {
    std::string text;
    std::string wanted;
  };
  const std::vector<Row> rows{
      {"version: 1\nstate_dir: /p\n", "E0109 1:1 `controller` is missing"},
      {"version: 1\ncontroller: http://a.example\nstate_dir: /p\n",
       "E0111 2:13 the link to the controller is https"},
      {"version: 1\ncontroller: https://a.example/x\nstate_dir: /p\n",
       "E0111 2:13 the controller's URL has no path"},
      {kLeast + "regions: [a]\n", "E0107 4:1 unknown key `regions`"},
      {kLeast + "name: Eu A\n", "E0111 4:7 no name for an agent"},
      {kLeast + "resolver: {servers: [dns.example.com:53]}\n",
       "E0111 4:22 a name server is ADDRESS:PORT"},
      {kLeast + "resolver: {servers: 10.0.0.2}\n", "E0111 4:21 a name server is ADDRESS:PORT"},
      {kLeast + "network: {allow: [10.0.0.0/33]}\n", "E0111 4:19 not an address or a prefix"},
      {kLeast + "limits: {concurrent_runs: 0}\n",
       "E0111 4:27 `concurrent_runs` must be 1 to 100000"},
      {kLeast + "limits: {spool_bytes: 100}\n", "E0110 4:23 `spool_bytes` has no unit"},
      {kLeast + "limits: {spool_age: 7}\n", "E0110 4:21 `spool_age` has no unit"},
      {kLeast + "secrets: {environment_prefix: a b}\n", "E0111 4:31 no start of a variable's name"},
      {kLeast + "name: a\nname: b\n", "E0104 5:1 `name` stands twice in this map"},
      {"- a\n", "E0108 1:1 `agent.yaml` must be a map, not a list"},
      {"a: &a [*a]\n", "E0116 1:8 the alias stands inside of what it names"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(mistake_of(row.text) == row.wanted);
  }
}

TEST_CASE("results are kept no longer than the controller takes them", "[config]") {
  const AgentConfig config = config_of(kLeast + "limits: {spool_age: 30d}\n");
  CHECK(config.limits.spool_age == std::chrono::hours{7 * 24});
}

TEST_CASE("the example configuration of the agent is valid", "[config]") {
  const auto config = read_agent_config(test::source_dir() + "/configs/agent.example.yaml");
  if (!config) FAIL(render(config.error()));
  CHECK(config->name == "eu-west-1-a");
}

TEST_CASE("an agent.yaml with mistakes is invalid_config, a missing one not_found", "[config]") {
  const test::TempDir directory;
  std::ofstream(directory.file("a.yaml")) << "version: 1\ncontroler: https://a.example\n";
  const auto config = read_agent_config(directory.file("a.yaml"));
  REQUIRE_FALSE(config);
  CHECK(config.error().code == ErrorCode::invalid_config);
  CHECK(config.error().message.find("did you mean `controller`?") != std::string::npos);
  CHECK(read_agent_config(directory.file("none")).error().code == ErrorCode::not_found);
}

}  // namespace picket::agent
