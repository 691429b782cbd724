// Interface header. What the runner asks of the probes: one step's action, inside a session that
// lasts one attempt and keeps its cookies. Everything here may hold secrets: it never leaves the
// agent before agent/script has redacted it. One executor.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "common/core/deadline.h"
#include "common/http/http_client.h"
#include "common/model/check.h"
#include "common/model/facts.h"

namespace picket::agent {

// A cookie as a response set it (RFC 6265, 5.3), attributes resolved.
struct SetCookie {
  std::string name;
  std::string value;
  std::string domain;    // lower case, without leading dot
  bool host_only{true};  // no Domain attribute: for this very host
  std::string path{"/"};
  bool secure{false};
  bool http_only{false};
  std::string same_site;            // as written; not acted upon
  std::optional<WallTime> expires;  // nothing: ends with the session
  std::string label;                // of the hop that set it, where several answers are judged
  bool operator==(const SetCookie&) const = default;
};

// What a step asks for, its templates filled.
struct ProbeRequest {
  Action action;
  std::vector<std::string> secret_headers;  // lower case: not sent to another origin
  Deadline deadline;
  std::string step;  // its name
  // The facts that expectations judge: what they allow is no failure of the probe's own.
  std::vector<std::string> judged;
};

// One exchange of a step; redirects and probes that ask several times make several. Probes of
// other protocols fill what they have: request.method is the protocol ("TLS", "DNS"), request.url
// the target ("tls://host:443"), exchange.body what was received.
struct Hop {
  http::Request request;  // as sent, but for what the HTTP client adds
  http::Exchange exchange;
  std::optional<MonoTime> begun;
  Nanos duration{0};
  std::uint64_t decoded_bytes{0};  // of the body, before it was trimmed for evidence
  std::string pop;                 // the CDN's edge and cache, as its headers say; may be empty
  std::string cache_status;
  std::string label;    // which hop it is: "token", "origin"; may be empty
  bool beside{false};   // fetched beside what is judged: not in the step's phases
  std::string command;  // repeats it in a shell; empty: the curl line of `request`
};

// A value that the probe itself gives to later steps as ${{ capture.NAME }}: always secret.
struct ProbeCapture {
  std::string name;
  std::string value;
};

struct ProbeOutcome {
  // In order; the last one is judged; may be empty. Hops `beside` it stand before it.
  std::vector<Hop> hops;
  std::optional<Failure> failure;  // nothing: complete, its expectations can be judged
  // The hops that are judged, each by itself under its label; empty: the last one.
  std::vector<std::size_t> answers;
  std::vector<SetCookie> cookies;  // set by any hop; of one name, domain and path the last
  Facts facts;                     // what `expect` of this kind compares
  std::vector<Failure> warnings;   // what is wrong without failing the step
  std::vector<ProbeCapture> captures;
  std::vector<std::string> secrets;  // beside the captures: codes, assertions
  // By the name of a fact: who made it what it is. Stands behind the message of an expectation of
  // that fact which does not hold.
  std::map<std::string, std::string> remarks;
};

class ProbeSession {
 public:
  virtual ~ProbeSession() = default;

  // A target that fails is an outcome with a failure; Error is our own failure only: the run is
  // unknown. Ends at the deadline.
  // Cancellation: throws operation_aborted.
  virtual async::Task<Result<ProbeOutcome>> run(ProbeRequest request) = 0;
};

struct SessionOptions {
  std::string user_agent;
  std::string trace_id;        // 32 hex digits: the traceparent of every request
  std::uint64_t span_seed{0};  // span ids repeat from it
  CheckName check;             // whose attempt it is: names what is kept between runs
};

class ProbeSessions {
 public:
  virtual ~ProbeSessions() = default;
  virtual std::unique_ptr<ProbeSession> open(SessionOptions options) = 0;
};

}  // namespace picket::agent
