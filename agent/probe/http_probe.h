// HTTP steps over an HttpClient: redirects hop by hop, cookies, trace context. Owned by
// Probes; the client and the clock outlive it. One executor.
#pragma once

#include "agent/probe/http_session.h"

namespace picket::agent {

class HttpProbe final : public HttpSessions {
 public:
  HttpProbe(http::HttpClient& client, async::Clock& clock) : client_(client), clock_(clock) {}
  std::unique_ptr<HttpSession> open(SessionOptions options) override;

 private:
  http::HttpClient& client_;
  async::Clock& clock_;
};

}  // namespace picket::agent
