// The body of a multipart/form-data request (RFC 7578) from its parts. Pure; equal parts make equal
// bytes, so that a run can be repeated.
#pragma once

#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/model/http_action.h"

namespace picket::agent {

struct Multipart {
  std::string body;
  std::string content_type;  // with the boundary
};

// invalid_argument names a part whose base64 is none. Line breaks and quotes in names and file
// names are percent-encoded, as browsers do.
Result<Multipart> make_multipart(const std::vector<BodyPart>& parts);

}  // namespace picket::agent
