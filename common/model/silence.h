// Silences: who wants to hear nothing of which incidents, until when, and why. Pure values and the
// rule of what matches; nothing here knows whether a page was sent.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/core/time.h"

namespace picket {

// What an incident is about, by name: check, owner, service, subject, condition, severity, alert,
// tag (several), label.NAME.
using IncidentLabels = std::map<std::string, std::vector<std::string>>;

struct SilenceMatcher {
  enum class Op { equals, not_equals, matches, not_matches };
  std::string name;
  Op op{Op::equals};
  std::string value;  // of (not_)matches: RE2, over the whole value
  bool operator==(const SilenceMatcher&) const = default;
};

// "owner=payments", "check!=shop", "check=~shop-.*", "tag!~tier-[23]". invalid_argument names what
// is wrong: no operator, an unknown name, an invalid pattern.
Result<SilenceMatcher> parse_silence_matcher(std::string_view text);
std::string render(const SilenceMatcher& matcher);

struct Silence {
  std::string id;
  std::vector<SilenceMatcher> matchers;  // never empty; all of them must hold
  std::string author;
  std::string comment;
  WallTime created;
  WallTime from;
  WallTime until;  // also when it was ended before its time
  bool operator==(const Silence&) const = default;

  bool active(WallTime at) const { return from <= at && at < until; }
};

// An absent name equals and matches nothing: only != and !~ hold for it.
bool is_silenced(const Silence& silence, const IncidentLabels& labels);

}  // namespace picket
