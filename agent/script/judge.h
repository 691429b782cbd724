// Holds a step's outcome against its expectations and takes its captures. Pure: the outcome goes
// in, failures and values come out; messages are already redacted, cut and cleaned.
#pragma once

#include <string>
#include <vector>

#include "agent/probe/probe.h"
#include "agent/script/redactor.h"
#include "agent/script/variables.h"
#include "common/model/check.h"
#include "common/model/jsonpath.h"

namespace picket::agent {

constexpr std::size_t kCaptureBytesMax = 64 * 1024;

struct Judged {
  std::vector<Failure> failures;  // of expectations that must hold
  std::vector<Failure> warnings;  // of `expect.warn`
};

struct Captured {
  std::string name;
  std::string value;
  bool secret{false};
};

struct Captures {
  std::vector<Captured> values;
  std::vector<Failure> failures;  // capture_missing
};

// What is judged: a complete outcome (it has no failure), which outlives the judge.
struct Judging {
  const ProbeOutcome& outcome;
  std::string_view kind;  // of the step's action
  Nanos duration{0};      // of the step
  WallTime now;
  std::optional<std::size_t> hop;  // the answer that is judged; nothing: the last hop
};

// What one step got, looked at from all sides.
class Judge {
 public:
  Judge(const Judging& judging, const Redactor& redactor);

  // A step whose kind has a status and that expects none must answer with 2xx or 3xx.
  Judged judge(const std::vector<Expectation>& expectations, const Variables& variables);

  // A value that is not there, null, empty or larger than kCaptureBytesMax is missing. Secret
  // are those that say so, and when nothing is said those from cookies, from set-cookie and
  // authorization headers, and what looks_like_token.
  Captures capture(const std::vector<Capture>& captures);

  // Finds these facts as well, so that they are among the derived ones.
  void derive(const std::vector<std::string>& names);

  // Facts that expectations asked for and that the outcome does not hold by itself.
  Facts take_derived_facts() { return std::move(derived_); }

 private:
  std::optional<std::string> why_not(const Expectation& expectation, const Variables& variables,
                                     SourcePosition& at);
  Found find(const Expectation& expectation);
  Found find_json(const std::string& path, std::string& why);  // `why`: no JSON, too much work
  Found find_header(const std::string& name) const;
  Found find_cookie(const std::string& name) const;
  Found find_phase(const std::string& name) const;
  Found find_fact(const std::string& name);
  std::optional<std::string> value_of(const Capture& capture, std::string& why);

  const ProbeOutcome& outcome_;
  const Hop* answer_;               // null without hops
  bool is_one_of_many_;             // only hops with its label count
  const http::Exchange& exchange_;  // of the answer; an empty one without hops
  KindTraits traits_;
  Nanos duration_;
  WallTime now_;
  Facts derived_;
  const Redactor& redactor_;
  std::optional<Result<JsonDocument>> document_;  // parsed at the first use
};

// By its name, what it was read with or its form, a value that grants access: token, secret,
// password, session, csrf, a JSON web token.
bool looks_like_token(const Capture& capture, std::string_view value);

}  // namespace picket::agent
