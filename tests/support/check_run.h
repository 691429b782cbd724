// One run of a check by the real runner, probes and HTTP client, in real time; for tests against
// servers on loopback.
#pragma once

#include <map>
#include <string>

#include "agent/script/runner.h"
#include "common/http/curl_client.h"
#include "common/model/check.h"
#include "common/model/run.h"

namespace picket::test {

class MapSecrets final : public agent::SecretSource {
 public:
  std::map<std::string, std::string> values;
  // secret_missing when it is not there.
  Result<std::string> get(const std::string& name) override;
};

// A client that may reach 127.0.0.0/8 and nothing else.
http::CurlClientOptions loopback_client();

// Throws std::runtime_error when there is no client of these options.
RunResult run_check(const Check& check, agent::SecretSource& secrets,
                    const http::CurlClientOptions& options = loopback_client());

}  // namespace picket::test
