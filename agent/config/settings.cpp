#include "agent/config/settings.h"

namespace picket::agent {

std::span<const checks::Setting> agent_settings() {
  using enum checks::SettingKind;
  static constexpr checks::Setting kSettings[] = {
      {"controller", text, "URL", "", "https://HOST:PORT of the controller's agents.listen"},
      {"controller_ca", text, "FILE", "", "the controller's CA; without it the system's roots"},
      {"state_dir", text, "DIR", "", "certificate, spool, last good definitions"},
      {"name", text, "NAME", "", "of the agent; without it the host's name"},
      {"join_token_file", text, "FILE", "", "needed until the agent has its certificate"},
      {"resolver.servers", list, "ADDRESS:PORT,..", "", "name servers"},
      {"network.allow", list, "PREFIX,..", "", "what the address guard lets through"},
      {"network.ca_file", text, "FILE", "", "roots for targets; without it the system's"},
      {"limits.concurrent_runs", value, "N", "200", "runs at a time"},
      {"limits.per_host", value, "N", "6", "runs at a time against one target host"},
      {"limits.spool_bytes", value, "SIZE", "2GiB", "results kept while the controller is away"},
      {"limits.spool_age", value, "SPAN", "7d", "how long they are kept, at most 7d"},
      {"limits.traceroutes_per_minute", value, "N", "6", "0: none"},
      {"secrets.directory", text, "DIR", "", "a file per secret of checks"},
      {"secrets.environment_prefix", text, "TEXT", "PICKET_SECRET_", "of variables with secrets"},
      {"tests", value, "BOOL", "true", "false: refuse what `picket test` orders"},
      {"log.level", text, "LEVEL", "info", "debug, info, warn, error, critical"},
      {"log.format", text, "FORMAT", "logfmt", "logfmt or json"},
  };
  return kSettings;
}

checks::ConfigLayers agent_layers() { return {"PICKET_AGENT_", agent_settings()}; }

}  // namespace picket::agent
