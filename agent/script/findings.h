// What one step got, looked at by the words of `expect` and `capture`: headers, cookies, JSON,
// markup, phases, facts. Bodies are parsed at their first use. Owned by a Judge; one thread. It
// holds secrets in plain and renders nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/probe/probe.h"
#include "common/markup/document.h"
#include "common/model/json_document.h"

namespace picket::agent {

// What is judged: a complete outcome (it has no failure), which outlives its findings.
struct Judging {
  const ProbeOutcome& outcome;
  std::string_view kind;  // of the step's action
  Nanos duration{0};      // of the step
  WallTime now;
  std::optional<std::size_t> hop;  // the answer that is judged; nothing: the last hop
};

// `problem`: it could not be looked for (no JSON, too much work), so that even absence is unknown.
struct Finding {
  Found found;
  std::string problem;
};

class Findings {
 public:
  explicit Findings(const Judging& judging);

  const http::Exchange& exchange() const { return exchange_; }  // of the answer, or empty

  // Of the subjects that find one value or list; not status and cookies.
  Finding find(const Expectation& expectation);
  // As a capture takes it: before filters. Cookies by name and path, of several the newest.
  Finding find(const Capture& capture);

  Finding css(const std::string& selector, const std::string& attribute);
  Finding xpath(const std::string& expression);
  Found header(const std::string& name) const;
  // What the answer sets under this name, oldest first; one that it expires is not there.
  std::vector<const SetCookie*> cookies(const std::string& name) const;
  // value, secure, http_only, same_site, path, domain (absent for the host only), max_age (of what
  // is left, in ms; absent when it ends with the session).
  Found cookie_part(const SetCookie& cookie, std::string_view part) const;

  // What the probe says beside a fact, ": the slowest is ..."; else empty.
  std::string remark_on(const Expectation& expectation) const;

  // Finds these facts as well, so that they are among the derived ones.
  void derive(const std::vector<std::string>& names);

  // Facts that were asked for and that the outcome does not hold by itself.
  Facts take_derived() { return std::move(derived_); }

 private:
  Found phase(const std::string& name) const;
  Found fact(const std::string& name);
  enum class Take { all, first };
  Finding json(const std::string& path, Take take);
  std::optional<Finding> no_markup();  // a finding when the body is none

  const ProbeOutcome& outcome_;
  const Hop* answer_;    // null without hops
  bool is_one_of_many_;  // only hops with its label count
  const http::Exchange& exchange_;
  Nanos duration_;
  WallTime now_;
  Facts derived_;
  std::optional<Result<JsonDocument>> json_;
  std::optional<Result<markup::Document>> markup_;
};

}  // namespace picket::agent
