// Interface header. What the runner asks of a probe: one step's request with its redirects,
// inside a session that keeps cookies for one attempt. Everything here may hold secrets: it never
// leaves the agent before agent/script has redacted it. One executor.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "common/core/deadline.h"
#include "common/http/http_client.h"
#include "common/model/check.h"

namespace picket::agent {

// A cookie as a response set it (RFC 6265, 5.3), attributes resolved.
struct SetCookie {
  std::string name;
  std::string value;
  std::string domain;      // lower case, without leading dot
  bool host_only{true};    // no Domain attribute: for this very host
  std::string path{"/"};
  bool secure{false};
  bool http_only{false};
  std::string same_site;   // as written; not acted upon
  std::optional<WallTime> expires;  // nothing: ends with the session
  bool operator==(const SetCookie&) const = default;
};

struct ProbeRequest {
  HttpAction action;                        // after substitution
  std::vector<std::string> secret_headers;  // lower case: not sent to another origin
  Deadline deadline;
};

// One exchange of a step; redirects make several.
struct Hop {
  http::Request request;  // as sent, but for what the HTTP client adds
  http::Exchange exchange;
  Nanos duration{0};
  std::string pop;  // the CDN's edge and cache, as its headers say; may be empty
  std::string cache_status;
};

struct ProbeOutcome {
  std::vector<Hop> hops;           // in order; empty when no request could be made
  std::optional<Failure> failure;  // of the last hop, or of the redirect after it
  std::vector<SetCookie> cookies;  // set by any hop; of one name the last
};

class HttpSession {
 public:
  virtual ~HttpSession() = default;

  // A target that fails is an outcome with a failure; Error is our own failure only.
  // Cancellation: throws operation_aborted.
  virtual async::Task<Result<ProbeOutcome>> request(ProbeRequest request) = 0;
};

struct SessionOptions {
  std::string user_agent;
  std::string trace_id;          // 32 hex digits: the traceparent of every request
  std::uint64_t span_seed{0};    // span ids repeat from it
};

class HttpSessions {
 public:
  virtual ~HttpSessions() = default;
  virtual std::unique_ptr<HttpSession> open(SessionOptions options) = 0;
};

}  // namespace picket::agent
