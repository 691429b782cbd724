// An HttpClient that answers from a script, in virtual time: (method, URL) -> responses, delays,
// failures. For unit tests and the simulation; one executor. Limits and timeouts of the request
// are kept as the real client keeps them.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "common/http/http_client.h"

namespace picket::test {

struct Reply {
  int status{200};
  http::Headers headers;
  std::string body;
  Nanos delay{0};                         // until the first byte; longer than the timeout: timeout
  std::optional<FailureKind> failure;     // instead of a response
  std::optional<Error> error;             // our own failure
  std::vector<std::string> addresses;     // that the name resolved to
};

class ScriptedHttp final : public http::HttpClient {
 public:
  using Answer = std::function<Reply(const http::Request&)>;

  explicit ScriptedHttp(async::Clock& clock) : clock_(clock) {}

  // The next answers to this method and URL; the last one is given again and again.
  ScriptedHttp& on(const std::string& method, const std::string& url, Reply reply);
  ScriptedHttp& answer(const std::string& method, const std::string& url, Answer answer);

  // For everything that no rule names; without it such a name does not exist (NXDOMAIN).
  void otherwise(Answer answer) { otherwise_ = std::move(answer); }

  async::Task<Result<http::Exchange>> exchange(http::Request request) override;

  const std::vector<http::Request>& requests() const { return requests_; }

 private:
  Reply reply_to(const http::Request& request);

  async::Clock& clock_;
  std::map<std::string, std::deque<Answer>> rules_;  // by "METHOD URL"
  Answer otherwise_;
  std::vector<http::Request> requests_;
};

}  // namespace picket::test
