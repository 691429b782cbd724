// Holds a step's outcome against its expectations and takes its captures. Pure: the outcome goes
// in, failures and values come out; messages are already redacted, cut and cleaned.
#pragma once

#include <string>
#include <vector>

#include "agent/script/findings.h"
#include "agent/script/redactor.h"
#include "agent/script/variables.h"
#include "common/model/check.h"

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
  std::string raw;  // what the target sent, when a filter changed its letters; else empty
};

struct Captures {
  std::vector<Captured> values;
  std::vector<Failure> failures;  // capture_missing
};

// What one step got, looked at from all sides.
class Judge {
 public:
  Judge(const Judging& judging, const Redactor& redactor);

  // A step whose kind has a status and that expects none must answer with 2xx or 3xx.
  Judged judge(const std::vector<Expectation>& expectations, const Variables& variables);

  // Of several values the first is taken, of several cookies the newest, then the filters are
  // applied. A value that is not there, null, empty, larger than kCaptureBytesMax or refused by a
  // filter is missing. Secret are those that say so, and when nothing is said those from cookies,
  // from set-cookie and authorization headers, and what looks_like_token.
  Captures capture(const std::vector<Capture>& captures);

  // Finds these facts as well, so that they are among the derived ones.
  void derive(const std::vector<std::string>& names) { findings_.derive(names); }

  // Facts that expectations asked for and that the outcome does not hold by itself.
  Facts take_derived_facts() { return findings_.take_derived(); }

 private:
  struct Wrong {
    std::string message;
    SourcePosition at;
  };
  using Judgement = std::optional<Wrong>;  // nothing: it holds

  Judgement judge(const Expectation& expectation, const Variables& variables);
  Judgement judge_cookie(const Expectation& expectation, const Variables& variables);
  Judgement judge_words(const std::vector<Matcher>& matchers, const Finding& finding,
                        const Variables& variables) const;
  Captured take(const Capture& capture, std::string value, std::string raw) const;
  void refuse(const Capture& capture, std::string_view why, Captures& out) const;

  Findings findings_;
  KindTraits traits_;
  const Redactor& redactor_;
};

// By its name, what it was read with or its form, a value that grants access: token, secret,
// password, session, csrf, a JSON web token.
bool looks_like_token(const Capture& capture, std::string_view value);

}  // namespace picket::agent
