// HTTP inside one attempt: a request with its redirects, cookies kept in between. What the `http`
// kind runs, and what the probes that speak HTTP (oauth2, page, cdn, ...) send their requests with.
// One executor.
#pragma once

#include <memory>

#include "agent/probe/probe.h"

namespace picket::agent {

struct HttpCall {
  HttpAction action;                        // after substitution
  std::vector<std::string> secret_headers;  // lower case: not sent to another origin
  Deadline deadline;
};

class HttpSession {
 public:
  virtual ~HttpSession() = default;

  // One hop per exchange; the outcome has hops, cookies and failure only. Several calls may be
  // under way at once.
  // A target that fails is an outcome with a failure; Error is our own failure only.
  // Cancellation: throws operation_aborted.
  virtual async::Task<Result<ProbeOutcome>> request(HttpCall call) = 0;
};

class HttpSessions {
 public:
  virtual ~HttpSessions() = default;
  virtual std::unique_ptr<HttpSession> open(SessionOptions options) = 0;
};

}  // namespace picket::agent
