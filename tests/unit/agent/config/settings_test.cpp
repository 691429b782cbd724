#include "agent/config/settings.h"

#include <catch2/catch.hpp>

#include "agent/config/config.h"

namespace picket::agent {
namespace {

const std::string kLeast =
    "version: 1\ncontroller: https://picket.example.com:8443\nstate_dir: /var/lib/p\n";

std::vector<checks::Diagnostic> decode(AgentConfig& out, const checks::ConfigLayers& layers) {
  return decode_agent_config("agent.yaml", kLeast, out, layers);
}

}  // namespace

TEST_CASE("the defaults of the table are those of the decoder", "[config]") {
  AgentConfig bare;
  REQUIRE(decode(bare, agent_layers()).empty());
  checks::ConfigLayers spelled = agent_layers();
  for (const checks::Setting& setting : agent_settings())
    if (!setting.fallback.empty()) spelled.take_flag(setting.path, std::string{setting.fallback});
  AgentConfig config;
  for (const auto& mistake : decode(config, spelled)) FAIL(checks::render_text(mistake));
  CHECK(config.limits.concurrent_runs == bare.limits.concurrent_runs);
  CHECK(config.limits.per_host == bare.limits.per_host);
  CHECK(config.limits.spool_bytes == bare.limits.spool_bytes);
  CHECK(config.limits.spool_age == bare.limits.spool_age);
  CHECK(config.limits.traceroutes_per_minute == bare.limits.traceroutes_per_minute);
  CHECK(config.secrets.environment_prefix == bare.secrets.environment_prefix);
  CHECK(config.tests == bare.tests);
  CHECK(config.log.level == bare.log.level);
  CHECK(config.log.format == bare.log.format);
}

TEST_CASE("every setting is a key of agent.yaml", "[config]") {
  for (const checks::Setting& setting : agent_settings()) {
    checks::ConfigLayers layers = agent_layers();
    layers.take_flag(setting.path, "?");
    AgentConfig config;
    for (const auto& mistake : decode(config, layers))
      CHECK(mistake.code != "E0107");  // an unknown key
  }
}

}  // namespace picket::agent
