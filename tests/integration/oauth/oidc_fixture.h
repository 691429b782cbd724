// A real OpenID provider (tests/servers/oidc.mjs), one for the whole program, and runs of checks
// against it by the agent's own engine: YAML, decoder, runner, probes, redactor.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/model/run.h"
#include "tests/support/npm_server.h"
#include "tests/support/temp_dir.h"

namespace picket::test {

// The keys of an `oauth2` map with their YAML.
using OAuthKeys = std::map<std::string, std::string>;

// A string of the redacted result, all of it: nothing secret may stand in it.
std::string everything_in(const RunResult& result);

struct Engine;  // client, clock, probes and runner, living for several runs

class Oidc {
 public:
  // The program's provider, its faults off.
  static Oidc& fresh();

  std::string issuer() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  void set_faults(const std::string& json) { ask("POST", "/test/faults", json); }
  std::string ask(const std::string& method, const std::string& path, const std::string& body = "");
  int count(const std::string& path);  // requests of that path since the server started
  std::string log() const { return server_.log(); }

  // A login of the public client; `changed` replaces keys, an empty text removes one.
  OAuthKeys code_keys(const OAuthKeys& changed = {}) const;
  OAuthKeys client_keys(const OAuthKeys& changed = {}) const;  // client_credentials of `basic`
  static std::string step(const std::string& name, const OAuthKeys& keys,
                          const std::string& expect = "");

  // Runs a check with these steps. `engine` keeps what the agent keeps between runs.
  RunResult run(const std::string& steps, Engine* engine = nullptr);
  std::shared_ptr<Engine> make_engine() const;

  std::map<std::string, std::string> secrets;

 private:
  Oidc();
  TempDir directory_;
  NpmServer server_;
};

std::vector<std::string> labels_of(const StepResult& step);
std::string fact_of(const StepResult& step, const std::string& name);  // "absent"
// "kind: message" of the only failure; "passed".
std::string failure_of(const StepResult& step);

}  // namespace picket::test
