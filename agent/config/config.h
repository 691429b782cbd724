// The agent's configuration file as plain values. Read by app at the start, and again at SIGHUP,
// when only `log` changes. It names secrets and files, it holds none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/checks/config_reader.h"
#include "common/core/result.h"
#include "common/core/time.h"

namespace picket::agent {

struct NetworkSettings {
  std::vector<std::string> allow;  // addresses or CIDR prefixes that the address guard lets through
  std::string ca_file;             // roots for targets; empty: the system's
};

struct LimitSettings {
  int concurrent_runs{200};
  int per_host{6};  // concurrent runs against one target host
  std::uint64_t spool_bytes{2ull << 30};
  Millis spool_age{std::chrono::hours{24 * 7}};
  int traceroutes_per_minute{6};  // to addresses that do not answer; 0: none
};

struct SecretSettings {
  std::string directory;  // a file per secret; empty: none
  std::string environment_prefix{"PICKET_SECRET_"};
};

struct AgentConfig {
  std::string controller;     // "https://picket.example.com:8443", without a path
  std::string controller_ca;  // a PEM file; empty: the system's roots
  std::string state_dir;
  std::string name;                           // empty: the host's name
  std::string join_token_file;                // needed until the agent has its certificate
  std::vector<std::string> resolver_servers;  // "127.0.0.1:5300"; empty: the system's
  NetworkSettings network;
  LimitSettings limits;
  SecretSettings secrets;
  std::map<std::string, std::string> parts;  // a digest of each part of the file
  bool tests{true};                          // runs what `picket test` orders
  checks::LogSettings log;
};

// invalid_config: every mistake of the file, with its place. not_found, io: the file itself.
Result<AgentConfig> read_agent_config(const std::string& path,
                                      const checks::ConfigLayers& layers = {});

// The effective configuration as text, secrets masked. The same errors.
Result<std::string> print_agent_config(const std::string& path, const checks::ConfigLayers& layers);

// The same from text, as if it stood at `path`; the mistakes, empty if there are none.
std::vector<checks::Diagnostic> decode_agent_config(const std::string& path, std::string text,
                                                    AgentConfig& out,
                                                    const checks::ConfigLayers& layers = {});

}  // namespace picket::agent
