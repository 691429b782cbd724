// What a probe is given beside its action: the attempt it runs in and the ports to the world.
// Made by probes.cpp for each step; it lives as long as the probe runs. One executor.
#pragma once

#include <string>

#include "agent/probe/http_session.h"
#include "agent/probe/probes.h"

namespace picket::agent {

struct ProbeContext {
  HttpSession& http;  // of this attempt, with its cookies
  const ProbePorts& ports;
  const SessionOptions& attempt;
  std::string step;
  std::vector<std::string> secret_headers;
  Deadline deadline;
  std::vector<std::string> judged;  // facts: see ProbeRequest
};

}  // namespace picket::agent
