// Speaks to a controller's API for the commands that need one: one request, one JSON document,
// or a message worth reading. Blocking, for a program that does nothing else meanwhile.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/commands/command.h"
#include "common/core/result.h"

namespace picket::cli {

class ApiClient {
 public:
  // Default URL http://127.0.0.1:8080. io when the token file cannot be read.
  static Result<ApiClient> create(const ControllerAccess& access);

  // Errors: unreachable (with what to try), unauthorized, and those of the controller's answer.
  Result<nlohmann::ordered_json> get(const std::string& path) const;
  Result<nlohmann::ordered_json> post(const std::string& path,
                                      const nlohmann::ordered_json& body) const;

  const std::string& url() const { return url_; }

 private:
  ApiClient(std::string url, std::string token)
      : url_(std::move(url)), token_(std::move(token)) {}
  Result<nlohmann::ordered_json> request(const std::string& method, const std::string& path,
                                         const std::string& body) const;

  std::string url_;
  std::string token_;
};

// What every such command does with an Error: says it on `err` and gives the exit code.
int report(Session& session, const Error& error);

// A query value or a path segment, percent-encoded (RFC 3986, 2.1).
std::string percent_encode(const std::string& text);

}  // namespace picket::cli
