// The HTTP request of an action whose templates have been replaced. Pure: what HTTP forbids is
// found by the client, cookies and deadlines are the session's.
#pragma once

#include "common/core/result.h"
#include "common/http/http_client.h"
#include "common/http/url.h"
#include "common/model/check.h"

namespace picket::agent {

struct BuiltRequest {
  http::Request request;  // without cookies and timeouts
  http::Url url;
};

// Query pairs are appended percent-encoded, forms encoded, credentials of the URL used as basic
// authentication unless the action has its own. Content-Type and User-Agent are set where the
// action does not. invalid_argument: the URL is none, or base64 is none; the message names the
// part.
Result<BuiltRequest> build_request(const HttpAction& action, const std::string& user_agent);

}  // namespace picket::agent
