// An HTTP request as other tools write it down, and as the `http` of a check: credentials leave it
// as secrets, bodies become `json` or `form` where they are that. Pure but for the draft it fills.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/import/draft.h"

namespace picket::cli {

struct Request {
  std::string method;  // empty: GET
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::vector<std::pair<std::string, std::string>> form;  // instead of body
  std::string username;                                   // basic, unless digest
  std::string password;
  bool digest{false};
  std::string bearer;
  std::optional<bool> follow_redirects;
  std::optional<int> redirects;  // at most so many
  bool insecure{false};
  std::string http_version;  // of ours
  std::string ip_version;    // of ours
  std::string proxy;
  std::string address;
  std::string server_name;
  std::vector<std::string> todos;  // said in the request
};

// Puts `http` into `owner`, a check or step: the short form where that says it all. `name` begins
// the names of its secrets.
void put_http(Draft& draft, Json& owner, const std::string& name, const Request& request);

// "password", "X-Api-Key", "access_token", ..: what such a member, field or header holds.
bool is_secret_name(const std::string& name);

// `value` for a map of texts: as it is, or as a reference to a secret when its name says so.
std::string guarded(Draft& draft, Json& map, const std::string& prefix, const std::string& name,
                    const std::string& value);

// Of a URL what may stand in a title: neither credentials nor query.
std::string public_part(const std::string& url);

// "30s", "1500ms" from seconds; at least 1 ms.
std::string duration_text(double seconds);
// A duration of Go or Prometheus ("1m30s", "500ms") in our words; empty when it is none.
std::string duration_from_go(const std::string& text);
// Of the same kind in seconds.
std::optional<double> seconds_from_go(const std::string& text);

// `count` alternatives as one RE2 expression.
std::string any_of_patterns(const std::vector<std::string>& patterns);

}  // namespace picket::cli
