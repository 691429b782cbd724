// The command line that repeats a request, for bash and curl, with secrets as shell variables.
// Pure. What the target set (cookies) stands as "$COOKIE_NAME", an authorization that holds no
// known secret as "$AUTHORIZATION"; a body larger than kInlineBodyMax as @BODY_FILE.
#pragma once

#include <string>

#include "agent/script/redactor.h"
#include "common/http/http_client.h"

namespace picket::agent {

constexpr std::size_t kInlineBodyMax = 8 * 1024;

std::string render_curl(const http::Request& request, const Redactor& redactor);

}  // namespace picket::agent
