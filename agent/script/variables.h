// The names a check's templates may use during one attempt, and templates put into actions and
// matchers. Knows which values are secret. Plain data, no I/O.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/model/check.h"
#include "common/model/template.h"

namespace picket::agent {

class Variables {
 public:
  Variables(std::map<std::string, std::string> vars, std::map<std::string, std::string> secrets,
            std::string run_id, std::string region);

  void capture(const std::string& name, std::string value, bool secret);

  // invalid_argument names the first reference without a value.
  Result<std::string> fill(std::string_view text) const;

  // Inside a JSON text: values are escaped for a JSON string.
  Result<std::string> fill_json(std::string_view text) const;

  // True when the text refers to a secret or to a secret capture.
  bool refers_to_secret(std::string_view text) const;

 private:
  std::optional<std::string> value_of(const Reference& reference) const;

  std::map<std::string, std::string> vars_;
  std::map<std::string, std::string> secrets_;
  std::map<std::string, std::string> captures_;
  std::set<std::string> secret_captures_;
  std::string run_id_;
  std::string region_;
};

struct FilledAction {
  Action action;
  std::vector<std::string> secret_headers;  // lower case
};

// invalid_argument says which part of the action could not be filled.
Result<FilledAction> fill_action(const Action& action, const Variables& variables);
Result<Matcher> fill_matcher(Matcher matcher, const Variables& variables);

}  // namespace picket::agent
