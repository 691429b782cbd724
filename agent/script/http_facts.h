// Facts that follow from an HTTP exchange, worked out only when an expectation asks: a plain run
// pays nothing for them. Pure.
#pragma once

#include <string_view>

#include "common/core/time.h"
#include "common/http/http_client.h"
#include "common/model/matcher.h"

namespace picket::agent {

// A fact of the kind `http` (common/model/fact_names.def); absent when the exchange has none.
Found http_fact(std::string_view name, const http::Exchange& exchange, WallTime now);

// "TLSv1.3" as 1.3; absent for anything else.
Found tls_version_fact(std::string_view version);

// Until the first certificate of the chain expires, in ms; negative when one has.
Found expiry_fact(const TlsFacts& tls, WallTime now);

}  // namespace picket::agent
